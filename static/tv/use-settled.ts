/** A value that follows another one once that has rested. */
import { useEffect, useState } from "preact/hooks";

export function useSettled<T>(value: T, restMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, restMs);
    return () => {
      clearTimeout(timer);
    };
  }, [value, restMs]);
  return settled;
}
