/** A line at the bottom for a few seconds, read out by screen readers. */
import type { JSX } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";

const TOAST_MS = 4000;

export function useToast(): [string, (text: string) => void] {
  const [text, setText] = useState("");
  const timer = useRef(0);
  const say = useCallback((line: string) => {
    setText(line);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      setText("");
    }, TOAST_MS);
  }, []);
  return [text, say];
}

export function Toast({ text }: { text: string }): JSX.Element {
  return (
    <div class={"toast" + (text ? " shown" : "")} role="status" aria-live="polite" data-testid="toast">
      {text}
    </div>
  );
}
