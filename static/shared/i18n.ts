/** Words in the viewer's language, chosen once when the page opens. Scripts that come later bring their own. */
import { de } from "./strings/de";
import { en } from "./strings/en";
import { fr } from "./strings/fr";
import type { Words } from "./strings/en";
import type { Words as PageWords } from "./strings/pages/en";
import type { Words as PlayerWords } from "./strings/player/en";

export type StringKey = keyof Words | keyof PageWords | keyof PlayerWords;
type Table = Partial<Record<StringKey, string>>;

const TABLES: Record<string, Table> = { en: { ...en }, de: { ...de }, fr: { ...fr } };

export interface Language {
  /** BCP 47 tag that dates are written in, and that the document declares. */
  tag: string;
  t: (key: StringKey, values?: Record<string, string | number>) => string;
}

/** Know more words, in every language that is spoken. */
export function addWords(tables: Record<string, Table>): void {
  for (const tag of Object.keys(tables)) {
    Object.assign(TABLES[tag] || {}, tables[tag]);
  }
}

/** The language for a browser's tag: `de-AT` speaks German with Austrian dates. */
export function languageFor(browserTag: string): Language {
  const base = (browserTag.split("-")[0] || "").toLowerCase();
  const known = TABLES[base];
  const table = known || TABLES.en || {};
  return {
    tag: known ? browserTag : "en",
    t: (key, values = {}) =>
      (table[key] || "").replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : String(value);
      }),
  };
}
