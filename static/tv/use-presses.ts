/** Key presses for a part that has no lanes. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { useServices } from "./context";
import type { PressHandler } from "./input";

export function usePresses(layer: number, handle: PressHandler): void {
  const { input } = useServices();
  const latest = useRef(handle);
  latest.current = handle;
  useLayoutEffect(() => input.onPress(layer, (press) => latest.current(press)), [input, layer]);
}
