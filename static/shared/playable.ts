/** What plays: films, and songs, which have no pages of their own. */
import type { Item } from "./types";

/** Shorter than this a song begins at its beginning; what is longer is a book or a broadcast. Seconds. */
const LONG_SOUND_S = 900;

type Kinds = Partial<Pick<Item, "kind" | "mime">>;

export function isSong(item: Kinds): boolean {
  return item.kind === "other" && (item.mime || "").startsWith("audio/");
}

export function isPlayable(item: Kinds & Pick<Item, "problem" | "partly">): boolean {
  return (item.kind === "video" || isSong(item)) && (!item.problem || item.partly === true);
}

/** Whether an item goes on where it was left. */
export function isResumed(item: Kinds & Pick<Item, "duration_s">): boolean {
  return !isSong(item) || (item.duration_s || 0) >= LONG_SOUND_S;
}
