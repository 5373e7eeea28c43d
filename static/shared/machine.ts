/**
 * What the player shows and does, as a state machine without a screen.
 *
 * It is told keys, the media element's events and the time; it answers by calling the media port
 * and by changing `state`. Nothing here waits: `tick` is called a few times a second.
 */
import type { Action, Held } from "./keys";

/** The media element, as far as the machine drives it. */
export interface MediaPort {
  play(): void;
  pause(): void;
  seek(position_s: number): void;
  leave(): void;
}

export type PlayStatus = "loading" | "blocked" | "playing" | "paused" | "ended" | "failed";

export interface PlayerState {
  status: PlayStatus;
  position_s: number;
  duration_s: number;
  buffered_s: number;
  osd: boolean;
  info: boolean;
  spinner: boolean;
  /** Where a scrub would land, null when none is under way. */
  scrub_s: number | null;
}

/** How long the controls stay after the last key. */
export const OSD_MS = 4500;
/** A scrub that rests this long is meant. */
export const SCRUB_REST_MS = 1000;
/** Stalls shorter than this are not worth a spinner. */
export const SPINNER_MS = 300;
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

export class PlayerMachine {
  state: PlayerState;
  private readonly media: MediaPort;
  private readonly changed: (state: PlayerState) => void;
  private now = 0;
  private keyAt = 0;
  private scrubAt = 0;
  private stalledAt: number | null;

  constructor(media: MediaPort, changed: (state: PlayerState) => void, duration_s: number, nowMs: number) {
    this.media = media;
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
    };
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
    this.set({ osd: true });
    return this.act(action, held);
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
      this.media.pause();
    } else if (this.state.status !== "failed") {
      this.media.play();
    }
  }

  toggleInfo(): void {
    this.set({ info: !this.state.info });
  }

  tick(nowMs: number): void {
    this.now = nowMs;
    const { state } = this;
    if (state.scrub_s !== null && nowMs - this.scrubAt >= SCRUB_REST_MS) {
      this.commit(state.scrub_s);
    }
    if (this.stalledAt !== null && nowMs - this.stalledAt >= SPINNER_MS) {
      this.set({ spinner: true });
    }
    const resting = state.status === "playing" && state.scrub_s === null && !state.info;
    if (resting && nowMs - this.keyAt >= OSD_MS) {
      this.set({ osd: false });
    }
  }

  // What the media element says.

  progressed(position_s: number, duration_s: number, buffered_s: number): void {
    const known = isFinite(duration_s) && duration_s > 0 ? duration_s : this.state.duration_s;
    this.set({ position_s, duration_s: known, buffered_s });
  }

  played(nowMs: number): void {
    this.now = nowMs;
    this.flow();
    this.keyAt = nowMs;
    this.set({ status: "playing" });
  }

  paused(): void {
    if (this.state.status === "playing") {
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
    this.set({ status: "ended" });
    this.media.leave();
  }

  /** Another source is being tried. */
  restarted(nowMs: number): void {
    this.now = nowMs;
    this.stalledAt = nowMs;
    this.set({ status: "loading", spinner: true });
  }

  failed(): void {
    this.flow();
    this.set({ status: "failed", osd: true, scrub_s: null, info: false });
  }

  private act(action: Action, held: Held): boolean {
    switch (action) {
      case "left":
        this.scrub(-scrubStep(held.heldMs, this.state.duration_s));
        return true;
      case "right":
        this.scrub(scrubStep(held.heldMs, this.state.duration_s));
        return true;
      case "rewind":
        this.scrub(-BIG_STEP_S);
        return true;
      case "forward":
        this.scrub(BIG_STEP_S);
        return true;
      case "up":
      case "info":
        if (!held.repeat) {
          this.toggleInfo();
        }
        return true;
      case "down":
        this.set({ info: false });
        return true;
      case "play":
        this.media.play();
        return true;
      case "pause":
        this.media.pause();
        return true;
      case "ok":
      case "playpause":
        if (!held.repeat) {
          this.ok(action);
        }
        return true;
      default:
        return false;
    }
  }

  private ok(action: "ok" | "playpause"): void {
    if (action === "ok" && this.state.scrub_s !== null) {
      this.commit(this.state.scrub_s);
    } else {
      this.toggle();
    }
  }

  private back(leave: boolean): void {
    const { state } = this;
    if (!leave && state.scrub_s !== null) {
      this.set({ scrub_s: null });
    } else if (!leave && state.info) {
      this.set({ info: false });
    } else if (!leave && state.osd && (state.status === "playing" || state.status === "paused")) {
      this.set({ osd: false });
    } else {
      this.media.leave();
    }
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
