/** The film under the player's controls: what it does when told, and what its media element says. No keys. */
import type { BarState } from "./bar";
import { NextOffer, NOT_OFFERED } from "./next-up";
import type { FilmFacts, MediaPort, PlayerState } from "./player-state";
import type { Trouble } from "./trouble";
import type { Chapter } from "./types";

export class Film {
  state: PlayerState;
  protected readonly media: MediaPort;
  protected readonly offer = new NextOffer();
  protected chapters: Chapter[] = [];
  protected now: number;
  protected keyAt: number;
  /** Since when nothing moves; null while it does. */
  protected stalledAt: number | null;
  private readonly changed: (state: PlayerState) => void;
  /** Whether it plays as soon as it can, or stands still because somebody said so. */
  private going = true;
  /** The next film was begun: once is enough. */
  private gone = false;

  constructor(
    media: MediaPort,
    bar: BarState,
    changed: (state: PlayerState) => void,
    duration_s: number,
    nowMs: number,
    start_s: number,
  ) {
    this.media = media;
    this.changed = changed;
    this.now = nowMs;
    this.keyAt = nowMs;
    this.stalledAt = nowMs;
    this.state = {
      status: "loading",
      position_s: start_s,
      duration_s,
      buffered_s: 0,
      osd: true,
      info: false,
      spinner: false,
      scrub_s: null,
      bar,
      ...NOT_OFFERED,
      trouble: null,
    };
  }

  know(facts: FilmFacts): void {
    this.chapters = facts.chapters;
    this.offer.know(facts);
    this.count();
  }

  /** Whether a source that is attached now is to be played; it may only have been chosen in a pause. */
  get plays(): boolean {
    return this.going;
  }

  toggle(): void {
    if (this.state.status === "playing") {
      this.pause();
    } else {
      this.play();
    }
  }

  // What the media element says.

  progressed(position_s: number, duration_s: number, buffered_s: number): void {
    const known = isFinite(duration_s) && duration_s > 0 ? duration_s : this.state.duration_s;
    this.set({ position_s, duration_s: known, buffered_s });
    this.count();
  }

  played(nowMs: number): void {
    this.now = nowMs;
    this.flow();
    this.keyAt = nowMs;
    this.going = true;
    this.set({ status: "playing", trouble: null });
  }

  paused(): void {
    if (this.state.status === "playing") {
      this.going = false;
      this.set({ status: "paused", osd: true });
    }
  }

  stalled(nowMs: number): void {
    this.now = nowMs;
    if (this.stalledAt === null) {
      this.stalledAt = nowMs;
    }
  }

  /** Pictures are moving again, or can. */
  flow(): void {
    this.stalledAt = null;
    this.set({ spinner: false });
  }

  /** The engine wants a key press before it plays with sound. */
  blocked(): void {
    this.flow();
    this.set({ status: "blocked", osd: true });
  }

  ended(): void {
    this.flow();
    this.set({ status: "ended" });
    const then = this.offer.atEnd(this.now);
    if (then === "finish" || then === "leave") {
      this.media[then]();
    } else {
      this.count();
    }
  }

  /** Another source is being tried. */
  restarted(nowMs: number): void {
    this.now = nowMs;
    this.stalledAt = nowMs;
    this.set({ status: this.going ? "loading" : "paused", spinner: true, trouble: null });
  }

  failed(trouble: Trouble): void {
    this.flow();
    this.set({ status: "failed", osd: true, scrub_s: null, info: false, trouble });
  }

  protected play(): void {
    const { status, next_s } = this.state;
    if (status === "ended" && next_s !== null) {
      this.media.next(true); // it would begin this one anew
    } else if (status !== "failed") {
      this.going = true;
      this.media.play();
    }
  }

  protected pause(): void {
    this.going = false;
    this.media.pause();
    if (this.state.status === "loading") {
      this.set({ status: "paused" });
    }
  }

  /** Somebody is there; and whoever looks at something else is not hurried. */
  protected touchOffer(): void {
    this.offer.touch();
    if (this.state.status === "ended") {
      this.offer.hold(this.now);
    }
  }

  /** Bring the offer of the next film up to date, and take it when its time has come. */
  protected count(): void {
    const { status, position_s, duration_s, bar, scrub_s } = this.state;
    if (status !== "ended") {
      this.set(this.offer.during(position_s, duration_s, this.now));
      return;
    }
    if (scrub_s !== null || bar.layer === "menu") {
      this.offer.hold(this.now);
    }
    this.set(this.offer.after(this.now));
    if (!this.gone && this.offer.atEnd(this.now) === "go") {
      this.gone = true;
      this.media.next(false);
    }
  }

  protected commit(position_s: number): void {
    this.media.seek(position_s);
    this.keyAt = this.now;
    this.set({ scrub_s: null, position_s });
    if (this.state.status === "ended") {
      this.set({ status: "loading" });
      this.play();
    }
    this.count();
  }

  /** Never the very end: a seek there would end the film by accident. */
  protected inside(position_s: number): number {
    return Math.max(0, Math.min(position_s, Math.max(0, this.state.duration_s - 1)));
  }

  protected set(change: Partial<PlayerState>): void {
    const before = this.state;
    const after = { ...before, ...change };
    for (const name of Object.keys(change) as (keyof PlayerState)[]) {
      if (before[name] !== after[name]) {
        this.state = after;
        this.changed(after);
        return;
      }
    }
  }
}
