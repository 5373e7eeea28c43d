/** Words in the viewer's language, chosen once when the page opens. */
import { de } from "./strings/de";
import { en } from "./strings/en";
import type { StringKey, Strings } from "./strings/en";
import { fr } from "./strings/fr";

export type { StringKey } from "./strings/en";

const TABLES: Record<string, Strings> = { en, de, fr };

export interface Language {
  /** BCP 47 tag that dates are written in, and that the document declares. */
  tag: string;
  t: (key: StringKey, values?: Record<string, string | number>) => string;
}

/** The language for a browser's tag: `de-AT` speaks German with Austrian dates. */
export function languageFor(browserTag: string): Language {
  const base = (browserTag.split("-")[0] || "").toLowerCase();
  const known = TABLES[base];
  const table = known || en;
  return {
    tag: known ? browserTag : "en",
    t: (key, values = {}) =>
      table[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : String(value);
      }),
  };
}
