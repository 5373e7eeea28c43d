/** What a player is better with and can be without: the film that follows, the small pictures for scrubbing. */
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { isPlayable } from "../../shared/playable";
import type { Item, Previews } from "../../shared/types";
import { useServices } from "../context";

/** Pictures that are still being made are asked for again, but not for ever. */
const PREVIEWS_TRIES = 30;

/** Fetched once the film plays: until then it has the box for itself. */
export function useNext(id: string, plays: boolean): Item | null {
  const { api } = useServices();
  const [next, setNext] = useState<Item | null>(null);
  useEffect(() => {
    if (!plays) {
      return undefined;
    }
    let wanted = true;
    api.next(id).then(
      (item) => {
        if (wanted && item && isPlayable(item)) {
          setNext(item);
        }
      },
      () => undefined, // it ends as films ended before
    );
    return () => {
      wanted = false;
    };
  }, [api, id, plays]);
  return next;
}

export function usePreviews(id: string, plays: boolean): Previews | null {
  const { api } = useServices();
  const [previews, setPreviews] = useState<Previews | null>(null);
  useEffect(() => {
    if (!plays) {
      return undefined;
    }
    let timer = 0;
    let tries = 0;
    let wanted = true;
    const ask = (): void => {
      api.previews(id).then(
        (found) => {
          if (wanted) {
            setPreviews(found);
          }
        },
        (problem: unknown) => {
          // Without them scrubbing shows the time alone.
          const after_s = problem instanceof ApiError && problem.status === 404 ? problem.problem.retryAfterS : null;
          tries += 1;
          if (wanted && after_s !== null && tries < PREVIEWS_TRIES) {
            timer = window.setTimeout(ask, after_s * 1000);
          }
        },
      );
    };
    ask();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [api, id, plays]);
  return previews;
}
