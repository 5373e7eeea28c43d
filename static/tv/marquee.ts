/** A name too long for its card runs along once the focus has rested on it. */

const REST_MS = 1000;
const REM_PER_S = 3.5;

export function startMarquee(body: HTMLElement): () => void {
  let timer = 0;
  let running: HTMLElement | null = null;
  const stop = (): void => {
    clearTimeout(timer);
    if (running) {
      running.classList.remove("running");
      running.style.transitionDuration = "";
      running.style.transform = "";
      running = null;
    }
  };
  const run = (card: HTMLElement): void => {
    const text = card.querySelector<HTMLElement>(".label-text");
    const frame = text ? text.parentElement : null;
    if (!text || !frame || text.scrollWidth <= frame.clientWidth) {
      return;
    }
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const far = text.scrollWidth - frame.clientWidth + root;
    running = text;
    text.classList.add("running");
    text.style.transitionDuration = String(Math.round((far / root / REM_PER_S) * 10) / 10) + "s";
    text.style.transform = "translateX(-" + String(Math.round(far)) + "px)";
  };
  const focused = (event: Event): void => {
    stop();
    const target = event.target;
    if (target instanceof HTMLElement && !body.classList.contains("calm")) {
      timer = window.setTimeout(() => {
        run(target);
      }, REST_MS);
    }
  };
  document.addEventListener("focusin", focused);
  return () => {
    stop();
    document.removeEventListener("focusin", focused);
  };
}
