/** Whether this is a phone in the hand rather than a screen across the room. The style sheet asks the same. */
import { useEffect, useState } from "preact/hooks";

export const COMPACT = "(max-width: 56em), (orientation: portrait)";

export function useCompact(): boolean {
  const [compact, setCompact] = useState(() => window.matchMedia(COMPACT).matches);
  useEffect(() => {
    const query = window.matchMedia(COMPACT);
    const changed = (): void => {
      setCompact(query.matches);
    };
    // addEventListener on media queries is younger than the engines we serve.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    query.addListener(changed);
    return () => {
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      query.removeListener(changed);
    };
  }, []);
  return compact;
}
