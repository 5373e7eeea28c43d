/** When the next film in the folder is offered, and when it begins by itself. */

/** Before the end of a long film; short clips have less. */
const OFFER_S = 20;
const SHORTEST_OFFER_S = 5;
/** Films in a row that may begin by themselves before somebody is asked whether they still watch. */
export const UNASKED = 3;

/** Seconds before its end at which a film of this length offers the next one. */
export function offerAt(duration_s: number): number {
  return Math.min(OFFER_S, Math.max(SHORTEST_OFFER_S, duration_s * 0.1));
}

/** Seconds left on the offer, null while there is none. */
export function offered(position_s: number, duration_s: number): number | null {
  const left = duration_s - position_s;
  return duration_s > 2 * SHORTEST_OFFER_S && left <= offerAt(duration_s) ? Math.max(0, left) : null;
}

/** Whether the next film is offered, taken at the end, or left alone because somebody said so. */
export class NextOffer {
  follows = false;
  private askFirst = false;
  private declined = false;
  private touched = false;

  know(follows: boolean, askFirst: boolean): void {
    this.follows = follows;
    this.askFirst = askFirst;
  }

  /** Somebody has pressed a key: they watch. */
  touch(): void {
    this.touched = true;
  }

  /** For this film, whatever is sought in it. */
  decline(): void {
    this.declined = true;
  }

  /** Seconds left on the offer, null while there is none. */
  left(position_s: number, duration_s: number): number | null {
    return this.follows && !this.declined ? offered(position_s, duration_s) : null;
  }

  atEnd(): "leave" | "ask" | "go" {
    if (!this.follows || this.declined) {
      return "leave";
    }
    return this.askFirst && !this.touched ? "ask" : "go";
  }
}
