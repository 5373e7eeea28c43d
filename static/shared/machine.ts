/**
 * What the player shows and does, as a state machine without a screen.
 *
 * It is told keys, the media element's events and the time; it answers by calling the media port
 * and by changing `state`. Nothing here waits: `tick` is called a few times a second.
 */
import { Bar } from "./bar";
import type { MenuPort } from "./bar";
import { nextChapter, previousChapter } from "./chapters";
import { Film } from "./film";
import type { Action, Held } from "./keys";
import type { MediaPort, PlayerState } from "./player-state";
import { scrubBy } from "./scrub";
import type { Trouble } from "./trouble";

/** How long the controls stay after the last key. */
export const OSD_MS = 4500;
/** Somebody who reads the names of buttons needs longer. */
export const BAR_MS = 10000;
/** A scrub that rests this long is meant. */
export const SCRUB_REST_MS = 1000;
/** Stalls shorter than this are not worth a spinner. */
export const SPINNER_MS = 300;
/** Who presses OK sooner than this after the next film was offered has not seen that, and means this film. */
export const OFFER_UNSEEN_MS = 1000;

export class PlayerMachine extends Film {
  private readonly bar: Bar;
  private scrubAt = 0;
  /** A finger is on the knob. */
  private dragged = false;
  /** Since when the next film can be seen; null while it is not offered. */
  private offeredAt: number | null = null;

  constructor(
    media: MediaPort,
    menus: MenuPort,
    changed: (state: PlayerState) => void,
    duration_s: number,
    nowMs: number,
    start_s = 0,
  ) {
    const bar = new Bar(menus);
    super(media, bar.state, changed, duration_s, nowMs, start_s);
    this.bar = bar;
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
    if (this.offerHasFocus() && !held.repeat && (action === "ok" || action === "playpause")) {
      if (this.offerIsUnseen()) {
        return this.state.status === "ended" || this.act(action, held);
      }
      if (action === "ok") {
        this.media.next(true);
        return true;
      }
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

  /** A finger holds the knob: show where it would land for as long as it stays. */
  drag(position_s: number, nowMs: number): void {
    this.wake(nowMs);
    if (this.state.duration_s > 0) {
      this.dragged = true;
      this.set({ scrub_s: this.inside(position_s) });
    }
  }

  /** The finger is gone: play from there; or, where it was lost, from where the film is. */
  drop(meant: boolean, nowMs: number): void {
    this.wake(nowMs);
    const { scrub_s } = this.state;
    if (this.dragged && meant && scrub_s !== null) {
      this.commit(scrub_s);
    }
    this.dragged = false;
    this.set({ scrub_s: null });
  }

  toggleInfo(): void {
    this.set({ info: !this.state.info });
  }

  tick(nowMs: number): void {
    this.now = nowMs;
    this.count();
    const { state } = this;
    if (state.scrub_s !== null && !this.dragged && nowMs - this.scrubAt >= SCRUB_REST_MS) {
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

  override failed(trouble: Trouble): void {
    this.closeBar();
    super.failed(trouble);
  }

  protected override set(change: Partial<PlayerState>): void {
    super.set(change);
    if (this.state.next_s === null || this.state.scrub_s !== null) {
      this.offeredAt = null;
    } else if (this.offeredAt === null) {
      this.offeredAt = this.now;
    }
  }

  private offerIsUnseen(): boolean {
    return this.offeredAt !== null && this.now - this.offeredAt < OFFER_UNSEEN_MS;
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
    } else if (state.info) {
      this.set({ info: false });
    } else if (this.onBar(() => this.bar.back())) {
      this.keyAt = this.now;
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
    if (this.state.bar.layer === "menu") {
      this.closeBar(); // it would hide where the scrub is, and take its OK
    }
    this.set({ scrub_s: this.inside(from + by_s) });
  }
}
