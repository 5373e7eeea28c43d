/** Chapters: which one a moment is in, and where Next and Previous lead. */
import type { Chapter } from "./types";

/** Later than this into a chapter, Previous means its own beginning. */
const RESTART_AFTER_S = 3;

/** Index of the chapter that plays, -1 before the first. */
export function chapterAt(chapters: Chapter[], position_s: number): number {
  let found = -1;
  chapters.forEach((chapter, index) => {
    if (chapter.start_s <= position_s + 0.05) {
      found = index;
    }
  });
  return found;
}

export function nextChapter(chapters: Chapter[], position_s: number): Chapter | null {
  return chapters[chapterAt(chapters, position_s) + 1] || null;
}

/** Where Previous leads: the beginning of this chapter, or of the one before when this has just begun. */
export function previousChapter(chapters: Chapter[], position_s: number): Chapter | null {
  const index = chapterAt(chapters, position_s);
  const current = chapters[index];
  if (current && position_s - current.start_s > RESTART_AFTER_S) {
    return current;
  }
  return chapters[index - 1] || current || null;
}
