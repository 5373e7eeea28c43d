/**
 * Remote controls and keyboards, as the few things that a person means.
 *
 * Old engines report a wrong or empty `key`, so `keyCode` decides and `key` only helps out.
 */

export type Action =
  | "left"
  | "right"
  | "up"
  | "down"
  | "ok"
  | "back"
  | "play"
  | "pause"
  | "playpause"
  | "stop"
  | "rewind"
  | "forward"
  | "next"
  | "previous"
  | "info";

const BY_CODE: Record<number, Action> = {
  37: "left",
  38: "up",
  39: "right",
  40: "down",
  13: "ok",
  195: "ok", // Xbox A
  203: "up", // Xbox D-pad
  204: "down",
  205: "left",
  206: "right",
  461: "back", // LG, HbbTV, Vewd
  10009: "back", // Samsung
  8: "back", // VIDAA, Vewd
  27: "back", // keyboards, Xbox
  196: "back", // Xbox B
  415: "play",
  19: "pause",
  413: "stop",
  412: "rewind",
  417: "forward",
  227: "rewind", // Fire TV
  228: "forward",
  179: "playpause", // Fire TV, Android
  10252: "playpause", // Samsung
  10232: "previous",
  10233: "next",
  33: "previous", // page keys, on keyboards and on some remotes
  34: "next",
  427: "next",
  428: "previous",
  457: "info", // LG
  10200: "info", // Samsung
  73: "info", // I on a keyboard
};

const BY_KEY: Record<string, Action> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Enter: "ok",
  Escape: "back",
  GoBack: "back",
  BrowserBack: "back",
  MediaPlay: "play",
  MediaPause: "pause",
  MediaPlayPause: "playpause",
  MediaStop: "stop",
  MediaRewind: "rewind",
  MediaFastForward: "forward",
  MediaTrackNext: "next",
  MediaTrackPrevious: "previous",
  Info: "info",
};

export interface KeyLike {
  keyCode: number;
  key?: string;
  ctrlKey?: boolean;
  altKey?: boolean;
  metaKey?: boolean;
}

/** Keys that a text field needs for itself. */
const FOR_TEXT = [8, 37, 39, 73, 32];

/** What a key press means, or null when it is not ours. */
export function actionOf(event: KeyLike, inTextField = false): Action | null {
  if (event.ctrlKey || event.altKey || event.metaKey) {
    return null;
  }
  if (inTextField && FOR_TEXT.indexOf(event.keyCode) >= 0) {
    return null;
  }
  if (event.keyCode === 32) {
    return "playpause";
  }
  return BY_CODE[event.keyCode] || (event.key && BY_KEY[event.key]) || null;
}

/** A held key moves at this pace at first, so that a person can stop on a card... */
const REPEAT_MS = 90;
/** ...and at this pace once it is plain that they want to go far. */
const FAST_REPEAT_MS = 45;
const FAST_AFTER_MS = 1000;
/** Some remotes send neither `repeat` nor a key-up; a pause this long is a new press. */
const NEW_PRESS_MS = 600;

export interface Held {
  /** True for the repeats of a held key. */
  repeat: boolean;
  heldMs: number;
}

/**
 * Turns the platform's key repeat, whatever its pace, into ours. Too-early repeats are dropped, never
 * queued: the focus stops when the finger lifts.
 */
export class RepeatGate {
  private code: number | null = null;
  private pressedAt = 0;
  private seenAt = 0;
  private acceptedAt = 0;

  /** Null when this key press is to be dropped. */
  press(code: number, flaggedRepeat: boolean, nowMs: number): Held | null {
    const same = this.code === code && (flaggedRepeat || nowMs - this.seenAt < NEW_PRESS_MS);
    this.seenAt = nowMs;
    if (!same) {
      this.code = code;
      this.pressedAt = nowMs;
      this.acceptedAt = nowMs;
      return { repeat: false, heldMs: 0 };
    }
    const heldMs = nowMs - this.pressedAt;
    const pace = heldMs >= FAST_AFTER_MS ? FAST_REPEAT_MS : REPEAT_MS;
    if (nowMs - this.acceptedAt < pace) {
      return null;
    }
    this.acceptedAt = nowMs;
    return { repeat: true, heldMs };
  }

  release(): void {
    this.code = null;
  }
}
