/** Keep an eye on the server while the vault is open: was it locked elsewhere, is it still there? */
import { useEffect, useState } from "preact/hooks";
import type { Api } from "../shared/api";

const POLL_MS = 10000;
/** While it is away it is asked sooner at first; but never so seldom that a film goes on under "connection lost". */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 5000;

/** True while the server does not answer. */
export function useHealth(api: Api, watching: boolean, onLocked: () => void): boolean {
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (!watching) {
      setAway(false);
      return undefined;
    }
    let timer = 0;
    let stopped = false;
    let retry = FIRST_RETRY_MS;
    const ask = (): void => {
      api.health().then(
        (health) => {
          if (stopped) {
            return;
          }
          retry = FIRST_RETRY_MS;
          setAway(false);
          if (health.vault === "locked") {
            onLocked();
          }
          timer = window.setTimeout(ask, POLL_MS);
        },
        () => {
          if (!stopped) {
            setAway(true);
            timer = window.setTimeout(ask, retry);
            retry = Math.min(LONGEST_RETRY_MS, retry * 2);
          }
        },
      );
    };
    timer = window.setTimeout(ask, POLL_MS);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [api, onLocked, watching]);
  return away;
}
