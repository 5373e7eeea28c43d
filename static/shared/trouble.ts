/** What keeps a film from playing, as the player tells it. */
import type { Problem } from "./api";

export type Trouble =
  | { kind: "failed"; detail: string }
  /** Every encoder is at work for somebody else. */
  | { kind: "busy"; detail: string; retry_s: number }
  /**
   * The film is not whole here; after `until_s` it is again, null where that is not known. `stored`: what is on the disk
   * is not what was put there; else the film was like that when it came.
   */
  | { kind: "damaged"; until_s: number | null; stored: boolean }
  | { kind: "unreachable"; retry_s: number };

const BUSY = "urn:lanterne:problem:busy";
const DAMAGED = "urn:lanterne:problem:damaged-data";
/** Said of the file or of the whole vault: no other way to play it would help, and the server says why. */
const REFUSED = ["not-playable", "changed", "storage"].map((slug) => "urn:lanterne:problem:" + slug);
const FILM_ENDED = "urn:lanterne:problem:film-ended";
const BUSY_RETRY_S = 10;
const UNREACHABLE_RETRY_S = 5;

/** Whether nothing is the matter: the film is shorter than its container said, and over. */
export function isEnd(problem: Problem): boolean {
  return problem.type === FILM_ENDED;
}

/** What a problem means for a film; null when another way to play may help. */
export function troubleOf(problem: Problem): Trouble | null {
  if (problem.status === 0) {
    return { kind: "unreachable", retry_s: UNREACHABLE_RETRY_S };
  }
  if (problem.type === BUSY) {
    return { kind: "busy", detail: problem.detail, retry_s: problem.retryAfterS || BUSY_RETRY_S };
  }
  if (problem.type === DAMAGED || problem.damagedUntilS !== null) {
    return { kind: "damaged", until_s: problem.damagedUntilS, stored: problem.type === DAMAGED };
  }
  return REFUSED.indexOf(problem.type) >= 0 ? { kind: "failed", detail: problem.detail || problem.title } : null;
}

const SKIP_S = 10;
const LONGEST_SKIP_S = 300;

/** Where to go on after damage: behind it where that is known, else farther with every try. */
export function skipTarget(position_s: number, until_s: number | null, tries: number): number {
  if (until_s !== null && until_s > position_s) {
    return until_s;
  }
  return position_s + Math.min(LONGEST_SKIP_S, SKIP_S * Math.pow(2, tries));
}
