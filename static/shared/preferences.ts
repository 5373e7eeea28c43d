/**
 * What a household prefers on this screen: languages and how subtitles look. Kept by the browser where it
 * keeps anything, else until the page is closed; nothing of what was watched is in it.
 */

export interface Store {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

const PREFIX = "lanterne.";

/** The browser's own store, null where it is switched off (reading it throws there). */
export function browserStore(): Store | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export class Preferences {
  private readonly store: Store | null;
  private readonly values: Record<string, string> = {};

  constructor(store: Store | null) {
    this.store = store;
  }

  get(name: string): string | null {
    const known = this.values[name];
    if (known !== undefined || this.store === null) {
      return known === undefined ? null : known;
    }
    try {
      return this.store.getItem(PREFIX + name);
    } catch {
      return null;
    }
  }

  set(name: string, value: string): void {
    this.values[name] = value;
    try {
      this.store?.setItem(PREFIX + name, value);
    } catch {
      // Full or forbidden: it holds until the page is closed.
    }
  }

  /** One of some words; the first when nothing valid is kept. */
  oneOf<T extends string>(name: string, words: readonly [T, ...T[]]): T {
    const kept = this.get(name);
    return words.filter((word) => word === kept)[0] || words[0];
  }
}
