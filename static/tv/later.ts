/** Scripts that the first paint does without: fetched when they are wanted, or soon after, and once. */
import type { ComponentType } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Place } from "./context";
import type * as pages from "./pages/all";

export interface Later<T> {
  /** Null until it is there. */
  now: T | null;
  load: () => Promise<T>;
}

/** What each script leaves on the window, by the name of its file. */
export interface LaterParts {
  player: ComponentType<{ place: Place }>;
  pages: typeof pages;
}

export type LaterScripts = { [Name in keyof LaterParts]: Later<LaterParts[Name]> };

interface Shelf {
  lanterneLater?: Partial<LaterParts>;
}

/** For the scripts themselves: leave what they bring where the page finds it. */
export function bring<Name extends keyof LaterParts>(name: Name, part: LaterParts[Name]): void {
  const shelf = window as unknown as Shelf;
  shelf.lanterneLater = { ...shelf.lanterneLater, [name]: part };
}

export function laterScript<Name extends keyof LaterParts>(name: Name): Later<LaterParts[Name]> {
  let loading: Promise<LaterParts[Name]> | null = null;
  const later: Later<LaterParts[Name]> = {
    now: null,
    load: () => {
      loading = loading || fetchScript(name);
      loading.then(
        (part) => { later.now = part; },
        () => { loading = null; }, // the next time it may be there
      );
      return loading;
    },
  };
  return later;
}

function fetchScript<Name extends keyof LaterParts>(name: Name): Promise<LaterParts[Name]> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const refuse = (): void => {
      script.remove();
      reject(new Error(name + ".js did not load"));
    };
    script.src = "/static/tv/" + name + ".js";
    script.onload = () => {
      const part = (window as unknown as Shelf).lanterneLater?.[name];
      if (part) {
        resolve(part);
      } else {
        refuse();
      }
    };
    script.onerror = refuse;
    document.head.appendChild(script);
  });
}

interface Found<T> {
  /** Null while it is on its way, and where it did not come. */
  part: T | null;
  error: unknown;
  retry: () => void;
}

/** Bring a script here, at once where it is already. */
export function useLater<T>(later: Later<T>): Found<T> {
  // In an object: a component is a function, which a state would call.
  const [found, setFound] = useState<{ part: T | null }>({ part: later.now });
  const [error, setError] = useState<unknown>(null);
  const retry = useCallback(() => {
    setError(null);
    later.load().then((part) => { setFound({ part }); }, setError);
  }, [later]);
  const { part } = found;
  useEffect(() => {
    // Not `later.now`: it may have come since this was drawn, and nobody would draw it again.
    if (part === null) {
      retry();
    }
  }, [part, retry]);
  return { part, error, retry };
}
