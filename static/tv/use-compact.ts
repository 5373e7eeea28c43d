/** Whether this is held in the hand rather than looked at across the room: then `html` is `compact`, for the style sheet. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

const SMALL = "(max-width: 56em), (orientation: portrait)";
/** Fingers and nothing finer: large phones and tablets held sideways. */
const FINGERS = "(pointer: coarse) and (hover: none)";

function hasTouch(): boolean {
  // Engines that do not count touch points have the handler where they have the screen.
  const points = (navigator as { maxTouchPoints?: number }).maxTouchPoints;
  return points === undefined ? "ontouchstart" in window : points > 0;
}

/** Hear when it becomes another, by being turned for example. TVs may say that they are pointed at coarsely. */
function watchCompact(tv: boolean): { matches: () => boolean; onChange: (changed: () => void) => () => void } {
  const queries = [window.matchMedia(SMALL)];
  if (!tv && hasTouch()) {
    queries.push(window.matchMedia(FINGERS));
  }
  return {
    matches: () => queries.some((query) => query.matches),
    onChange: (changed) => {
      for (const query of queries) {
        // addEventListener on media queries is younger than the engines we serve.
        // eslint-disable-next-line @typescript-eslint/no-deprecated
        query.addListener(changed);
      }
      return () => {
        for (const query of queries) {
          // eslint-disable-next-line @typescript-eslint/no-deprecated
          query.removeListener(changed);
        }
      };
    },
  };
}

export function useCompact(tv: boolean): boolean {
  const [watch] = useState(() => watchCompact(tv));
  const [compact, setCompact] = useState(watch.matches);
  useEffect(
    () =>
      watch.onChange(() => {
        setCompact(watch.matches());
      }),
    [watch],
  );
  useLayoutEffect(() => {
    document.documentElement.classList[compact ? "add" : "remove"]("compact");
  }, [compact]);
  return compact;
}
