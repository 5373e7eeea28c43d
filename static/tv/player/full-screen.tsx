/** The film without the browser around it, for phones and laptops: a TV shows nothing else anyway. */
import type { JSX, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useServices, useText } from "../context";
import { Icon } from "../parts/icons";

/** Safari's names beside the standard ones. */
interface Whole {
  requestFullscreen?: () => Promise<void> | undefined;
  webkitRequestFullscreen?: () => undefined;
}
interface WholeDocument {
  fullscreenElement?: Element | null;
  webkitFullscreenElement?: Element | null;
  exitFullscreen?: () => Promise<void> | undefined;
  webkitExitFullscreen?: () => undefined;
}
/** An iPhone fills its screen with a video only. */
interface WholeVideo {
  webkitEnterFullscreen?: () => void;
}

const CHANGES = ["fullscreenchange", "webkitfullscreenchange"];

function isFull(): boolean {
  const page = document as WholeDocument;
  return Boolean(page.fullscreenElement || page.webkitFullscreenElement);
}

/** What is refused, by a person or a frame around the page, stays as it is. */
function quietly(answer: Promise<void> | undefined): void {
  answer?.catch(() => undefined);
}

function enter(video: WholeVideo | null): void {
  const root = document.documentElement as Whole;
  if (root.requestFullscreen) {
    quietly(root.requestFullscreen());
  } else if (root.webkitRequestFullscreen) {
    root.webkitRequestFullscreen();
  } else {
    video?.webkitEnterFullscreen?.();
  }
}

function exit(): void {
  const page = document as WholeDocument;
  if (page.exitFullscreen) {
    quietly(page.exitFullscreen());
  } else {
    page.webkitExitFullscreen?.();
  }
}

function canFill(): boolean {
  const root = document.documentElement as Whole;
  return Boolean(root.requestFullscreen || root.webkitRequestFullscreen || "webkitEnterFullscreen" in HTMLVideoElement.prototype);
}

export function FullScreenButton({ video }: { video: RefObject<HTMLVideoElement | null> }): JSX.Element | null {
  const t = useText();
  const { screen } = useServices();
  const [full, setFull] = useState(isFull);
  useEffect(() => {
    const changed = (): void => {
      setFull(isFull());
    };
    for (const name of CHANGES) {
      document.addEventListener(name, changed);
    }
    return () => {
      for (const name of CHANGES) {
        document.removeEventListener(name, changed);
      }
    };
  }, []);
  if (screen.tv || !canFill()) {
    return null;
  }
  return (
    <button
      type="button"
      tabIndex={-1}
      class="osd-button osd-full"
      data-testid="full-screen"
      aria-label={t(full ? "player.exitFull" : "player.full")}
      onClick={() => {
        if (full) {
          exit();
        } else {
          enter(video.current as WholeVideo | null);
        }
      }}
    >
      <Icon name={full ? "shrink" : "fill"} />
    </button>
  );
}

/** The pages around the film have no such button: leave it with the film, but not between two. */
export function useLeaveFullScreen(): void {
  useEffect(
    () => () => {
      setTimeout(() => {
        if (isFull() && !document.querySelector(".player")) {
          exit();
        }
      }, 0);
    },
    [],
  );
}
