/** When the next film in the folder is offered, and when it begins by itself. */

/** Before the end of a long film; short clips have less. */
const OFFER_S = 20;
const SHORTEST_OFFER_S = 5;
/** However a film came to its end, the offer was there this long before the next one begins by itself. */
export const COUNTDOWN_S = 8;
/** Films in a row that may begin by themselves before somebody is asked whether they still watch. */
export const UNASKED = 3;

/** Seconds before its end at which a film of this length offers the next one. */
export function offerAt(duration_s: number): number {
  return Math.min(OFFER_S, Math.max(SHORTEST_OFFER_S, duration_s * 0.1));
}

/** Seconds left of the film while it offers the next one, null before. */
export function offered(position_s: number, duration_s: number): number | null {
  const left = duration_s - position_s;
  return duration_s > 2 * SHORTEST_OFFER_S && left <= offerAt(duration_s) ? Math.max(0, left) : null;
}

/** The offer as it is shown. */
export interface Countdown {
  /** Seconds until the next film, null while it is not offered. */
  next_s: number | null;
  /** Seconds that it began with. */
  nextWhole_s: number;
  /** Nothing begins by itself: somebody has to say that they still watch. */
  asks: boolean;
}

export interface NextFacts {
  /** Another film follows in the folder. */
  follows: boolean;
  /** So many began by themselves that somebody has to say that they still watch. */
  askFirst: boolean;
  /** Songs follow each other without a pause. */
  atOnce: boolean;
  /** Seconds of film in a second of the clock. */
  rate: number;
}

export const NOT_OFFERED: Countdown = { next_s: null, nextWhole_s: COUNTDOWN_S, asks: false };

/** Whether the next film is offered, taken at the end, or left alone because somebody said so. */
export class NextOffer {
  private facts: NextFacts = { follows: false, askFirst: false, atOnce: false, rate: 1 };
  private declined = false;
  private touched = false;
  /** Since when it can be seen, by the clock; null while it is not offered. */
  private shownAt: number | null = null;
  private whole_s = COUNTDOWN_S;

  get follows(): boolean {
    return this.facts.follows;
  }

  know(facts: NextFacts): void {
    this.facts = facts;
  }

  /** Somebody has pressed a key: they watch. */
  touch(): void {
    this.touched = true;
  }

  /** For this film, whatever is sought in it. */
  decline(): void {
    this.declined = true;
  }

  /** Something hides the offer, or somebody does something else: it counts from its beginning after that. */
  hold(nowMs: number): void {
    this.shownAt = nowMs;
    this.whole_s = COUNTDOWN_S;
  }

  /** The offer while the film plays: until its end, and never for less than it takes to decide. */
  during(position_s: number, duration_s: number, nowMs: number): Countdown {
    const film_s = this.facts.follows && !this.declined ? offered(position_s, duration_s) : null;
    if (film_s === null) {
      this.shownAt = null;
      return NOT_OFFERED;
    }
    return this.counted(film_s / this.facts.rate, nowMs);
  }

  /** The offer once the film is over. */
  after(nowMs: number): Countdown {
    return this.facts.follows && !this.declined ? this.counted(0, nowMs) : NOT_OFFERED;
  }

  /** What is to happen now that the film is over. */
  atEnd(nowMs: number): "finish" | "leave" | "wait" | "go" {
    if (!this.facts.follows) {
      return "finish";
    }
    if (this.declined) {
      return "leave";
    }
    if (this.facts.atOnce) {
      return "go";
    }
    const { asks, next_s } = this.after(nowMs);
    return asks || next_s !== 0 ? "wait" : "go";
  }

  private counted(film_s: number, nowMs: number): Countdown {
    const least_s = this.facts.atOnce ? 0 : COUNTDOWN_S;
    if (this.shownAt === null) {
      this.shownAt = nowMs;
      this.whole_s = Math.max(film_s, least_s);
    }
    // In quarters: the page is drawn anew with each.
    const clock_s = Math.ceil((least_s - (nowMs - this.shownAt) / 1000) * 4) / 4;
    const next_s = Math.max(0, film_s, clock_s);
    this.whole_s = Math.max(this.whole_s, next_s);
    return { next_s, nextWhole_s: this.whole_s, asks: this.facts.askFirst && !this.touched };
  }
}
