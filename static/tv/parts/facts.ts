/** What is said of an item in a few words. */
import { duration, fileSize, longDate, resolution } from "../../shared/format";
import type { Language } from "../../shared/i18n";
import { isSong } from "../../shared/playable";
import type { Item } from "../../shared/types";

/** Duration, resolution, date, count: what is known, most telling first. */
export function factsOf(item: Item, language: Language): string[] {
  const facts: string[] = [];
  if (item.kind === "folder") {
    if (typeof item.child_count === "number") {
      const one = item.child_count === 1;
      facts.push(one ? language.t("item.oneItem") : language.t("item.items", { n: item.child_count }));
    }
    return facts;
  }
  if (item.duration_s) {
    facts.push(duration(item.duration_s));
  }
  if (item.kind === "video" && item.width && item.height) {
    facts.push(resolution(item.width, item.height));
  }
  if (item.kind === "photo" && item.width && item.height) {
    facts.push(String(item.width) + " × " + String(item.height));
  }
  if (item.taken_at) {
    facts.push(longDate(item.taken_at, language.tag));
  }
  if (saysSize(item)) {
    facts.push(fileSize(item.size || 0));
  }
  return facts.filter((fact) => fact !== "");
}

/** Of a file that is nothing but a file, its size says most. */
function saysSize(item: Item): boolean {
  return item.kind === "other" && !isSong(item) && Boolean(item.size);
}

/** The line below a card. */
export function cardLine(item: Item, language: Language): string {
  if (item.problem) {
    return language.t("item.cannotPlay");
  }
  const facts = factsOf(item, language);
  return facts.slice(0, 2).join(" · ");
}

/** The folder an item lies in, as words: `Holidays / Brittany`; empty at the top. */
export function folderOf(item: Item): string {
  const parts = item.path.split("/").filter((part) => part !== "");
  return parts.slice(0, -1).join(" / ");
}

/** The second line of a page about an item: where it lies and since when. */
export function whereabouts(item: Item, language: Language): string {
  const parts = [folderOf(item)];
  if (item.added_at) {
    const date = longDate(item.added_at, language.tag);
    parts.push(date === "" ? "" : language.t("item.added", { date }));
  }
  return parts.filter((part) => part !== "").join(" · ");
}
