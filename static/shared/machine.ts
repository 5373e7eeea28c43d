/**
 * What the player shows and does, as a state machine without a screen.
 *
 * It is told keys, the media element's events and the time; it answers by calling the media port
 * and by changing `state`. Nothing here waits: `tick` is called a few times a second.
 */
import { Bar } from "./bar";
import type { MenuPort } from "./bar";
import { nextChapter, previousChapter } from "./chapters";
import type { Action, Held } from "./keys";
import { NextOffer, NOT_OFFERED } from "./next-up";
import type { FilmFacts, MediaPort, PlayerState } from "./player-state";
import { scrubBy } from "./scrub";
import type { Trouble } from "./trouble";
import type { Chapter } from "./types";

/** How long the controls stay after the last key. */
export const OSD_MS = 4500;
/** Somebody who reads the names of buttons needs longer. */
export const BAR_MS = 10000;
/** A scrub that rests this long is meant. */
export const SCRUB_REST_MS = 1000;
/** Stalls shorter than this are not worth a spinner. */
export const SPINNER_MS = 300;

export class PlayerMachine {
  state: PlayerState;
  private readonly media: MediaPort;
  private readonly changed: (state: PlayerState) => void;
  private readonly bar: Bar;
  private readonly offer = new NextOffer();
  private chapters: Chapter[] = [];
  private now = 0;
  private keyAt = 0;
  private scrubAt = 0;
  private stalledAt: number | null;
  /** Whether it plays as soon as it can, or stands still because somebody said so. */
  private going = true;
  /** The next film was begun: once is enough. */
  private gone = false;

  constructor(
    media: MediaPort,
    menus: MenuPort,
    changed: (state: PlayerState) => void,
    duration_s: number,
    nowMs: number,
  ) {
    this.media = media;
    this.bar = new Bar(menus);
    this.changed = changed;
    this.now = nowMs;
    this.keyAt = nowMs;
    this.stalledAt = nowMs;
    this.state = {
      status: "loading",
      position_s: 0,
      duration_s,
      buffered_s: 0,
      osd: true,
      info: false,
      spinner: false,
      scrub_s: null,
      bar: this.bar.state,
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

  /** A key; false when the player has no use for it. */
  key(action: Action, held: Held, nowMs: number): boolean {
    this.now = nowMs;
    if (action === "back" || action === "stop") {
      if (!held.repeat) {
        this.back(action === "stop");
      }
      return true;
    }
    if (this.state.status === "failed") {
      return false;
    }
    this.keyAt = nowMs;
    this.touchOffer();
    this.set({ osd: true });
    if (this.state.scrub_s === null && this.onBar(() => this.bar.key(action, held))) {
      return true;
    }
    if (action === "ok" && this.offerHasFocus() && !held.repeat) {
      this.media.next(true);
      return true;
    }
    return this.act(action, held);
  }

  /** The next film is offered and nothing above it is open: OK takes it, Back declines it. */
  offerHasFocus(): boolean {
    return this.state.next_s !== null && this.state.bar.layer === "film" && this.state.scrub_s === null;
  }

  /** Do something with the bar or its menus, for the pointer. */
  touch(act: (bar: Bar) => void, nowMs: number): void {
    this.wake(nowMs);
    this.onBar(() => {
      act(this.bar);
      return true;
    });
  }

  /** The pointer moved: show the controls without doing anything. */
  wake(nowMs: number): void {
    this.now = nowMs;
    this.keyAt = nowMs;
    this.set({ osd: true });
  }

  /** A place on the progress bar was clicked. */
  seekTo(position_s: number, nowMs: number): void {
    this.wake(nowMs);
    this.commit(this.inside(position_s));
  }

  toggle(): void {
    if (this.state.status === "playing") {
      this.pause();
    } else {
      this.play();
    }
  }

  toggleInfo(): void {
    this.set({ info: !this.state.info });
  }

  tick(nowMs: number): void {
    this.now = nowMs;
    this.count();
    const { state } = this;
    if (state.scrub_s !== null && nowMs - this.scrubAt >= SCRUB_REST_MS) {
      this.commit(state.scrub_s);
    }
    if (this.stalledAt !== null && nowMs - this.stalledAt >= SPINNER_MS) {
      this.set({ spinner: true });
    }
    const layer = state.bar.layer;
    const resting = state.status === "playing" && state.scrub_s === null && !state.info && layer !== "menu";
    if (resting && state.osd && nowMs - this.keyAt >= (layer === "bar" ? BAR_MS : OSD_MS)) {
      this.closeBar();
      this.set({ osd: false });
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
    this.closeBar();
    this.set({ status: "failed", osd: true, scrub_s: null, info: false, trouble });
  }

  private act(action: Action, held: Held): boolean {
    const by_s = scrubBy(action, held.heldMs, this.state.duration_s);
    if (by_s !== null) {
      this.scrub(by_s);
      return true;
    }
    // What a held key does not do again and again.
    return held.repeat || this.once(action);
  }

  private once(action: Action): boolean {
    switch (action) {
      case "info":
        this.toggleInfo();
        return true;
      case "next":
      case "previous":
        this.leap(action);
        return true;
      case "up":
      case "down":
        return true; // a player without buttons
      case "play":
        this.play();
        return true;
      case "pause":
        this.pause();
        return true;
      case "ok":
      case "playpause":
        this.ok(action);
        return true;
      default:
        return false;
    }
  }

  private play(): void {
    const { status, next_s } = this.state;
    if (status === "ended" && next_s !== null) {
      this.media.next(true); // it would begin this one anew
    } else if (status !== "failed") {
      this.going = true;
      this.media.play();
    }
  }

  private pause(): void {
    this.going = false;
    this.media.pause();
    if (this.state.status === "loading") {
      this.set({ status: "paused" });
    }
  }

  /** Somebody is there; and whoever looks at something else is not hurried. */
  private touchOffer(): void {
    this.offer.touch();
    if (this.state.status === "ended") {
      this.offer.hold(this.now);
    }
  }

  /** Bring the offer of the next film up to date, and take it when its time has come. */
  private count(): void {
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

  /** To the next or previous chapter; past the last one to the next film. */
  private leap(action: "next" | "previous"): void {
    const { position_s } = this.state;
    const chapter = (action === "next" ? nextChapter : previousChapter)(this.chapters, position_s);
    if (chapter) {
      this.commit(this.inside(chapter.start_s));
    } else if (action === "previous") {
      this.commit(0);
    } else if (this.offer.follows) {
      this.media.next(true);
    }
  }

  private onBar(act: () => boolean): boolean {
    const used = act();
    this.set({ bar: this.bar.state, ...(this.bar.state.layer === "menu" ? { info: false } : {}) });
    return used;
  }

  private closeBar(): void {
    this.bar.leave();
    this.set({ bar: this.bar.state });
  }

  private ok(action: "ok" | "playpause"): void {
    if (action === "ok" && this.state.scrub_s !== null) {
      this.commit(this.state.scrub_s);
    } else {
      this.toggle();
    }
  }

  /** Close what is innermost; with nothing open, leave. */
  private back(leave: boolean): void {
    if (leave || this.state.status === "failed" || !this.closeInnermost()) {
      this.media.leave();
    }
  }

  private closeInnermost(): boolean {
    const { state } = this;
    if (state.scrub_s !== null) {
      this.set({ scrub_s: null });
    } else if (this.onBar(() => this.bar.back())) {
      this.keyAt = this.now;
    } else if (state.info) {
      this.set({ info: false });
    } else if (state.next_s !== null && state.status !== "ended") {
      this.offer.decline();
      this.set({ next_s: null });
    } else if (state.osd && (state.status === "playing" || state.status === "paused")) {
      this.set({ osd: false });
    } else {
      return false;
    }
    return true;
  }

  private scrub(by_s: number): void {
    if (this.state.duration_s <= 0) {
      return;
    }
    const from = this.state.scrub_s === null ? this.state.position_s : this.state.scrub_s;
    this.scrubAt = this.now;
    this.set({ scrub_s: this.inside(from + by_s) });
  }

  private commit(position_s: number): void {
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
  private inside(position_s: number): number {
    return Math.max(0, Math.min(position_s, Math.max(0, this.state.duration_s - 1)));
  }

  private set(change: Partial<PlayerState>): void {
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
