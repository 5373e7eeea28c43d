/** The focus model of a page, tied to its elements, the keys and the pointer. */
import type { RefObject } from "preact";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { RowsFocus } from "../shared/focus";
import type { Direction, FocusOptions, FocusSnapshot, Lane } from "../shared/focus";
import { useServices } from "./context";
import type { Press } from "./input";
import { LAYER } from "./input";

export interface PageFocus {
  model: RowsFocus;
  /** The page's outermost element: focus is looked for inside it. */
  root: RefObject<HTMLElement | null>;
  /** Draw again after the model was changed from outside. */
  redraw: () => void;
  /** Slide a row by screenfuls. */
  page: (lane: string, pages: number) => void;
}

interface UseFocusOptions extends FocusOptions {
  /** Where the page keeps what it must remember; the focus is restored from it. */
  memory: Record<string, unknown>;
  layer?: number;
  /** False while something on top has the focus. */
  active?: boolean;
  /** Left at the left edge. */
  onLeftEdge?: () => boolean;
  /** Presses that the page wants before the focus moves. */
  onPress?: (press: Press) => boolean;
}

const DIRECTIONS = ["left", "right", "up", "down"];

/** Engines before Chromium 64 scroll to what is focused whatever they are told. */
function honoursPreventScroll(): boolean {
  let asked = false;
  const options = {};
  Object.defineProperty(options, "preventScroll", {
    get: () => {
      asked = true;
      return true;
    },
  });
  document.createElement("div").focus(options);
  return asked;
}

let quiet: boolean | null = null;

/** Focus without letting the browser scroll: the page slides by itself. */
export function quietFocus(element: HTMLElement): void {
  if (document.activeElement === element) {
    return;
  }
  if (quiet === null) {
    quiet = honoursPreventScroll();
  }
  const putBack = quiet ? null : keepScrolled(element);
  element.focus({ preventScroll: true });
  putBack?.();
}

/** Remember how far everything around an element is scrolled; the answer puts it back. */
function keepScrolled(element: HTMLElement): () => void {
  const kept: { frame: HTMLElement; top: number; left: number }[] = [];
  for (let frame = element.parentElement; frame; frame = frame.parentElement) {
    kept.push({ frame, top: frame.scrollTop, left: frame.scrollLeft });
  }
  return () => {
    for (const { frame, top, left } of kept) {
      if (frame.scrollTop !== top || frame.scrollLeft !== left) {
        frame.scrollTop = top;
        frame.scrollLeft = left;
      }
    }
  };
}

function applyFocus(root: HTMLElement | null, model: RowsFocus): void {
  if (!root) {
    return;
  }
  const lane = model.lane ? model.lane.id : "";
  const selector = '[data-lane="' + lane + '"][data-column="' + String(model.column) + '"]';
  const target = root.querySelector<HTMLElement>(selector);
  if (target) {
    quietFocus(target);
  } else if (!root.contains(document.activeElement)) {
    quietFocus(root);
  }
}

/** Hold the focus while there is nothing to press yet, so that it is never lost to the page's body. */
export function useHeldFocus(): RefObject<HTMLElement | null> {
  const holder = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (holder.current) {
      quietFocus(holder.current);
    }
  }, []);
  return holder;
}

/** Run a page by arrows, OK and the pointer. */
export function usePageFocus(lanes: Lane[], options: UseFocusOptions): PageFocus {
  const { input, compact } = useServices();
  const root = useRef<HTMLElement>(null);
  const [, setVersion] = useState(0);
  const redraw = useCallback((): void => {
    setVersion((version) => version + 1);
  }, []);
  const modelRef = useRef<RowsFocus | null>(null);
  if (modelRef.current === null) {
    modelRef.current = new RowsFocus(options, options.memory.focus as FocusSnapshot | undefined);
  }
  const model = modelRef.current;
  model.setLanes(lanes);
  const active = options.active !== false;

  // The handlers below are registered once and must see the newest options.
  const latest = useRef(options);
  latest.current = options;

  useLayoutEffect(() => {
    options.memory.focus = model.snapshot();
    if (active) {
      applyFocus(root.current, model);
    }
  });

  // Before the paint: a key pressed right after must already find the page that is shown.
  useLayoutEffect(() => {
    if (!active) {
      return undefined;
    }
    const moved = (changed: boolean): boolean => {
      if (changed) {
        redraw();
      }
      return changed;
    };
    const stopKeys = input.onPress(options.layer || LAYER.page, (press) =>
      handlePress(press, model, latest.current, redraw),
    );
    const stopPointer = input.onPointer({
      hover: (element) => {
        if (root.current?.contains(element)) {
          moved(model.point(element.getAttribute("data-lane") || "", Number(element.getAttribute("data-column"))));
        }
      },
      wheel: (by) => {
        if (!compact) {
          moved(model.scroll(by));
        }
      },
      moved: () => undefined,
    });
    // A click on nothing, or an element that vanished, must not leave the page without a focus.
    const keep = (): void => {
      setTimeout(() => {
        if (document.activeElement === null || document.activeElement === document.body) {
          applyFocus(root.current, model);
        }
      }, 0);
    };
    document.addEventListener("focusout", keep);
    return () => {
      stopKeys();
      stopPointer();
      document.removeEventListener("focusout", keep);
    };
  }, [active, compact, input, model, options.layer, redraw]);

  const page = useCallback(
    (lane: string, pages: number): void => {
      model.page(lane, pages);
      redraw();
    },
    [model, redraw],
  );
  return { model, root, redraw, page };
}

function handlePress(press: Press, model: RowsFocus, options: UseFocusOptions, redraw: () => void): boolean {
  if (options.onPress?.(press)) {
    return true;
  }
  if (DIRECTIONS.indexOf(press.action) >= 0) {
    if (model.move(press.action as Direction)) {
      redraw();
    } else if (press.action === "left" && !press.repeat) {
      options.onLeftEdge?.();
    }
    return true;
  }
  if (press.action === "ok") {
    if (!press.repeat && document.activeElement instanceof HTMLElement) {
      document.activeElement.click();
    }
    return true;
  }
  return false;
}
