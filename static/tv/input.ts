/**
 * One place that listens to keys, the pointer and the Back of a browser, and hands them to whoever
 * is on top: a dialog before its page, a page before the frame around it.
 */
import { actionOf, RepeatGate } from "../shared/keys";
import type { Action, Held } from "../shared/keys";

export interface Press extends Held {
  action: Action;
}

/** Answers true when the press was used. */
export type PressHandler = (press: Press) => boolean;

export const LAYER = { frame: 0, page: 1, rail: 2, dialog: 3 };

export interface PointerHandler {
  /** The pointer went over a focusable element. */
  hover(element: HTMLElement): void;
  wheel(lanes: number): void;
  moved(): void;
}

/** Movement smaller than this is a hand that trembles or a page that slides under the pointer. */
const JITTER_PX = 10;
const CURSOR_IDLE_MS = 5000;
/** How long after a touch the mouse events come that engines make up from it. */
const TOUCH_ECHO_MS = 1000;
const WHEEL_PACE_MS = 150;

function inTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement;
}

export class Input {
  private handlers: { layer: number; handle: PressHandler }[] = [];
  private pointers: PointerHandler[] = [];
  private readonly gate = new RepeatGate();
  private readonly body: HTMLElement;
  private lastX = -1;
  private lastY = -1;
  private wheelAt = 0;
  private cursorTimer = 0;
  private touchedAt = -TOUCH_ECHO_MS;
  private readonly undo: (() => void)[] = [];

  constructor(body: HTMLElement) {
    this.body = body;
    this.listen(window, "keydown", (event) => {
      this.keyDown(event as KeyboardEvent);
    });
    this.listen(window, "keyup", () => {
      this.gate.release();
    });
    this.listen(document, "mousemove", (event) => {
      this.mouseMove(event as MouseEvent);
    });
    for (const name of ["touchstart", "touchend", "touchcancel"]) {
      this.listen(document, name, (event) => {
        this.touchedAt = event.timeStamp;
      });
    }
    this.listen(document, "click", (event) => {
      this.tapped(event);
    }, true);
    this.listen(document, "wheel", (event) => {
      this.wheel(event as WheelEvent);
    });
    this.listen(window, "popstate", () => {
      this.popped();
    });
    this.armHistory();
  }

  /** Hear key presses; the answer stops hearing them. */
  onPress(layer: number, handle: PressHandler): () => void {
    const entry = { layer, handle };
    this.handlers.push(entry);
    return () => {
      this.handlers = this.handlers.filter((other) => other !== entry);
    };
  }

  onPointer(handler: PointerHandler): () => void {
    this.pointers.push(handler);
    return () => {
      this.pointers = this.pointers.filter((other) => other !== handler);
    };
  }

  /** Whether a click or a movement of the mouse is what an engine makes of a touch. */
  byTouch(event: Event): boolean {
    return event.timeStamp - this.touchedAt < TOUCH_ECHO_MS;
  }

  close(): void {
    clearTimeout(this.cursorTimer);
    for (const undo of this.undo) {
      undo();
    }
  }

  /** Let the next Back of the browser really leave. */
  leave(): void {
    window.history.go(-1);
    window.close();
  }

  press(press: Press): boolean {
    const sorted = this.handlers
      .map((entry, order) => ({ ...entry, order }))
      .sort((a, b) => b.layer - a.layer || b.order - a.order);
    for (const entry of sorted) {
      if (entry.handle(press)) {
        return true;
      }
    }
    return false;
  }

  private listen(target: EventTarget, name: string, handle: (event: Event) => void, capture = false): void {
    target.addEventListener(name, handle, capture);
    this.undo.push(() => {
      target.removeEventListener(name, handle, capture);
    });
  }

  private keyDown(event: KeyboardEvent): void {
    // The only number that old remotes and new keyboards agree on.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const code = event.keyCode;
    const action = actionOf({ ...modifiers(event), keyCode: code, key: event.key }, inTextField(event.target));
    if (action === null) {
      return;
    }
    this.hideCursor();
    const held = this.gate.press(code, event.repeat, Date.now());
    if (held === null || this.press({ action, ...held })) {
      event.preventDefault();
    }
  }

  private mouseMove(event: MouseEvent): void {
    // Before a click, engines move the mouse to where the finger was: nobody has pointed there.
    if (this.byTouch(event)) {
      return;
    }
    const far = Math.abs(event.clientX - this.lastX) + Math.abs(event.clientY - this.lastY) >= JITTER_PX;
    if (this.lastX >= 0 && !far) {
      return;
    }
    const first = this.lastX < 0;
    this.lastX = event.clientX;
    this.lastY = event.clientY;
    if (first) {
      return; // browsers send one move when a page appears under a resting pointer
    }
    this.showCursor();
    for (const pointer of this.pointers.slice()) {
      pointer.moved();
    }
    this.hover(event.target);
  }

  /** What a finger presses has the focus then, as what a mouse clicks has had it before. */
  private tapped(event: Event): void {
    if (this.byTouch(event)) {
      this.showCursor();
      this.hover(event.target);
    }
  }

  private hover(target: EventTarget | null): void {
    const element = focusableAround(target);
    if (element) {
      for (const pointer of this.pointers.slice()) {
        pointer.hover(element);
      }
    }
  }

  private wheel(event: WheelEvent): void {
    const now = Date.now();
    if (now - this.wheelAt >= WHEEL_PACE_MS && event.deltaY !== 0) {
      this.wheelAt = now;
      for (const pointer of this.pointers.slice()) {
        pointer.wheel(event.deltaY > 0 ? 1 : -1);
      }
    }
  }

  private showCursor(): void {
    this.body.classList.add("pointer");
    clearTimeout(this.cursorTimer);
    this.cursorTimer = window.setTimeout(() => {
      this.hideCursor();
    }, CURSOR_IDLE_MS);
  }

  private hideCursor(): void {
    clearTimeout(this.cursorTimer);
    this.body.classList.remove("pointer");
  }

  /**
   * Some platforms send no key for Back but go back in the history: an entry of ours in front of
   * the page catches it, and is put back each time.
   */
  private armHistory(): void {
    window.history.replaceState({ lanterne: "floor" }, "");
    window.history.pushState({ lanterne: "page" }, "");
  }

  private popped(): void {
    const state = window.history.state as { lanterne?: string } | null;
    if (state?.lanterne !== "floor") {
      return;
    }
    if (this.press({ action: "back", repeat: false, heldMs: 0 })) {
      window.history.pushState({ lanterne: "page" }, "");
    } else {
      window.history.back();
    }
  }
}

function modifiers(event: KeyboardEvent): { ctrlKey: boolean; altKey: boolean; metaKey: boolean } {
  return { ctrlKey: event.ctrlKey, altKey: event.altKey, metaKey: event.metaKey };
}

function focusableAround(target: EventTarget | null): HTMLElement | null {
  let element = target instanceof Element ? target : null;
  while (element) {
    if (element instanceof HTMLElement && element.hasAttribute("data-lane")) {
      return element;
    }
    element = element.parentElement;
  }
  return null;
}
