/**
 * Where each film was left: remembered by the server for the household, and by this page for as long as it is
 * open, in case the server does not keep positions.
 *
 * What is kept here is in memory only: what a household watched is not written on a TV, and it is
 * forgotten at lock.
 */
import { isResumed } from "./playable";
import type { Item } from "./types";

/** Shorter than this is "I only looked". */
const WORTH_RESUMING_S = 20;
/** Closer to the end than this is "seen". */
const NEARLY_OVER_S = 60;
/** While it plays, the server hears of it this often. */
export const REPORT_MS = 10000;
/** An answer younger than this may be from before the last report. */
const SETTLE_MS = 5000;

export interface Position {
  position_s: number;
  duration_s: number;
}

type Begun = Pick<Item, "id" | "position_s" | "duration_s"> & Partial<Pick<Item, "kind" | "mime">>;

interface Kept {
  /** Null: not begun, or seen to its end. */
  place: Position | null;
  /** When it was played here; null where the server told. */
  savedAt: number | null;
}

/** What the server says of an item with the item. */
function told(item: Begun): Position | null {
  const position_s = item.position_s && item.duration_s ? item.position_s : 0;
  return position_s > 0 ? { position_s, duration_s: item.duration_s || 0 } : null;
}

export class Positions {
  private kept: Record<string, Kept> = {};
  private order: string[] = [];

  /** Somebody is there. Who only looked at the beginning leaves what was known of the film as it was. */
  save(id: string, position_s: number, duration_s: number, nowMs = 0): void {
    if (position_s < Math.min(WORTH_RESUMING_S, duration_s * 0.05)) {
      return;
    }
    const nearEnd = duration_s - position_s < Math.min(NEARLY_OVER_S, duration_s * 0.05);
    this.order = this.order.filter((other) => other !== id);
    if (!nearEnd) {
      this.order.unshift(id);
    }
    this.kept[id] = { place: nearEnd ? null : { position_s, duration_s }, savedAt: nowMs };
  }

  /** Where an item was left: what this page knows, else what came with the item. */
  of(item: Begun): Position | null {
    if (!isResumed(item)) {
      return null;
    }
    const kept = this.kept[item.id];
    return kept ? kept.place : told(item);
  }

  /**
   * The server's fresh word on an item counts more than ours, which another screen may have overtaken. It is kept,
   * because lists that are older show the same item as it was when they came.
   */
  learn(item: Begun, serverKeeps: boolean, nowMs: number): void {
    const savedAt = this.kept[item.id]?.savedAt ?? null;
    if (savedAt === null || (serverKeeps && nowMs - savedAt >= SETTLE_MS)) {
      this.kept[item.id] = { place: told(item), savedAt: null };
      this.order = this.order.filter((id) => id !== item.id);
    }
  }

  /** Ids, last watched first. */
  recent(): string[] {
    return this.order.slice();
  }

  clear(): void {
    this.kept = {};
    this.order = [];
  }
}

/** Decides when the server is told where a film is: every few seconds of playing, and at every turn. */
export class PositionReporter {
  private readonly send: (position_s: number) => void;
  private sentAt: number;
  private sent_s: number | null = null;
  private latest_s: number | null = null;

  constructor(send: (position_s: number) => void, nowMs: number) {
    this.send = send;
    this.sentAt = nowMs;
  }

  moved(position_s: number, nowMs: number): void {
    this.latest_s = position_s;
    if (nowMs - this.sentAt >= REPORT_MS) {
      this.flush(nowMs);
    }
  }

  /** It was paused, sought, left: say at once where. The same place is not said twice. */
  flush(nowMs: number): void {
    if (this.latest_s !== null && (this.sent_s === null || Math.abs(this.latest_s - this.sent_s) >= 1)) {
      this.sentAt = nowMs;
      this.sent_s = this.latest_s;
      this.send(this.latest_s);
    }
  }
}
