/** Lists of items from the server, page by page, kept with the place they belong to. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Item, ItemQuery } from "../shared/types";
import { useServices } from "./context";

export interface ItemList {
  items: Item[];
  next: string | null;
}

export interface Loaded {
  list: ItemList | null;
  error: unknown;
  more: () => void;
  retry: () => void;
}

/** Load a list; `more` fetches its next page, once at a time. */
export function useItems(query: ItemQuery, memory: Record<string, unknown>): Loaded {
  const { api, failed, learn } = useServices();
  const [list, setList] = useState<ItemList | null>((memory.list as ItemList | undefined) || null);
  const [error, setError] = useState<unknown>(null);
  const busy = useRef(false);
  const gone = useRef(false);
  const signature = JSON.stringify(query);

  const load = useCallback(
    (before: ItemList | null): void => {
      if (busy.current) {
        return;
      }
      busy.current = true;
      const asked = JSON.parse(signature) as ItemQuery;
      api
        .items({ ...asked, ...(before?.next ? { cursor: before.next } : {}) })
        .then((page) => {
          page.items.forEach(learn);
          const items = before ? before.items.concat(page.items) : page.items;
          const loaded = { items, next: page.next };
          memory.list = loaded;
          if (!gone.current) {
            setError(null);
            setList(loaded);
          }
        })
        .catch((problem: unknown) => {
          failed(problem);
          if (!gone.current && before === null) {
            setError(problem);
          }
        })
        .then(() => {
          busy.current = false;
        })
        .catch(() => undefined);
    },
    [api, failed, learn, memory, signature],
  );

  useEffect(() => {
    gone.current = false;
    if (!memory.list) {
      load(null);
    }
    return () => {
      gone.current = true;
    };
  }, [load, memory]);

  return {
    list,
    error,
    more: () => {
      if (list?.next) {
        load(list);
      }
    },
    retry: () => {
      setError(null);
      load(null);
    },
  };
}
