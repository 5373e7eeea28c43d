/** What a player is better with and can be without: the film that follows, the small pictures for scrubbing. */
import { useEffect, useState } from "preact/hooks";
import type { Item, Previews } from "../../shared/types";
import { useServices } from "../context";

/** Pictures that are still being made are asked for again after this, a few times. */
const PREVIEWS_AGAIN_MS = 20000;
const PREVIEWS_TRIES = 15;

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
        if (wanted && item?.kind === "video" && !item.problem) {
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
    const again = (): void => {
      tries += 1;
      if (wanted && tries < PREVIEWS_TRIES) {
        timer = window.setTimeout(ask, PREVIEWS_AGAIN_MS);
      }
    };
    const ask = (): void => {
      api.previews(id).then(
        (found) => {
          if (found === null) {
            again();
          } else if (wanted) {
            setPreviews(found);
          }
        },
        () => undefined, // scrubbing shows the time alone
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
