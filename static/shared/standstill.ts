/** Notices a film that should play and does not, though nobody says why: many engines fail without a word. */

/** What is seen of the element, once a second. */
export interface Look {
  at_s: number;
  /** It is meant to be playing now. */
  plays: boolean;
  /** Seconds of film that are loaded in front of it. */
  loaded_s: number;
  /** A picture is shown, or there is none to be shown. */
  hasPicture: boolean;
  /** The element says that it cannot go on, and whoever feeds it may not have heard. */
  isBroken: boolean;
}

/** With film at hand it needs no longer to begin. */
const LOADED_LIMIT = 8;
/** An encoder may have to be waited for. */
const EMPTY_LIMIT = 25;
/** Whoever feeds it may mend it by itself. */
const BROKEN_LIMIT = 2;
/** Sound that plays so long, and no picture. */
const BLIND_LIMIT = 6;
const MOVED_S = 0.05;
/** Seconds of film; with less in front of it, it waits for more. */
export const ENOUGH_S = 1;

export class Standstill {
  private last_s = -1;
  private still = 0;
  private blind = 0;

  /** Look once more, a second later; true when it is time to try another way. */
  look(now: Look): boolean {
    const moved = Math.abs(now.at_s - this.last_s) > MOVED_S;
    this.last_s = now.at_s;
    if (!now.plays) {
      this.still = 0;
      return false;
    }
    this.still = moved ? 0 : this.still + 1;
    this.blind = now.hasPicture ? 0 : this.blind + (moved ? 1 : 0);
    return this.still >= limitOf(now) || this.blind >= BLIND_LIMIT;
  }
}

function limitOf(now: Look): number {
  if (now.isBroken) {
    return BROKEN_LIMIT;
  }
  return now.loaded_s > ENOUGH_S ? LOADED_LIMIT : EMPTY_LIMIT;
}
