/** How far one press moves a scrub. */
import type { Action } from "./keys";

export const STEP_S = 10;
const BIG_STEP_S = 30;

/** Seconds that one repeat of a held key moves: the longer held, the farther. */
export function scrubStep(heldMs: number, duration_s: number): number {
  if (heldMs < 1000) {
    return STEP_S;
  }
  const far = duration_s > 1800 ? 2 : 1;
  if (heldMs < 2500) {
    return 15 * far;
  }
  return (heldMs < 5000 ? 30 : 60) * far;
}

/** Seconds that a key moves a scrub by; null for keys that do not. */
export function scrubBy(action: Action, heldMs: number, duration_s: number): number | null {
  switch (action) {
    case "left":
      return -scrubStep(heldMs, duration_s);
    case "right":
      return scrubStep(heldMs, duration_s);
    case "rewind":
      return -BIG_STEP_S;
    case "forward":
      return BIG_STEP_S;
    default:
      return null;
  }
}
