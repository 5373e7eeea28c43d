/**
 * Where each film was left, for as long as the page is open.
 *
 * In memory only: what a household watched is not written on a TV, and it is forgotten at lock.
 */

/** Shorter than this is "I only looked". */
const WORTH_RESUMING_S = 20;
/** Closer to the end than this is "seen". */
const NEARLY_OVER_S = 60;

export interface Position {
  position_s: number;
  duration_s: number;
}

export class Positions {
  private places: Record<string, Position> = {};
  private order: string[] = [];

  save(id: string, position_s: number, duration_s: number): void {
    this.forget(id);
    const nearEnd = duration_s - position_s < Math.min(NEARLY_OVER_S, duration_s * 0.05);
    if (position_s >= Math.min(WORTH_RESUMING_S, duration_s * 0.05) && !nearEnd) {
      this.places[id] = { position_s, duration_s };
      this.order.unshift(id);
    }
  }

  get(id: string): Position | null {
    return this.places[id] || null;
  }

  /** Ids, last watched first. */
  recent(): string[] {
    return this.order.slice();
  }

  forget(id: string): void {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a Map costs more after the ES5 pass
    delete this.places[id];
    this.order = this.order.filter((other) => other !== id);
  }

  clear(): void {
    this.places = {};
    this.order = [];
  }
}
