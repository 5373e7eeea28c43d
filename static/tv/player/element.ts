/** The video element: what it is asked, what it says. */
import type { PlayerMachine } from "../../shared/machine";

/** Where what is loaded around the present place ends. */
export function bufferedEnd(video: HTMLVideoElement): number {
  const at = video.currentTime;
  for (let index = 0; index < video.buffered.length; index++) {
    if (video.buffered.start(index) <= at + 0.5 && at <= video.buffered.end(index)) {
      return video.buffered.end(index);
    }
  }
  return at;
}

/** Ask the element to play; a refusal for want of a key press is not a failure. */
export function askToPlay(video: HTMLVideoElement, machine: PlayerMachine): void {
  // Engines before Chromium 50 answer nothing.
  const answer = video.play() as Promise<void> | undefined;
  answer?.catch((error: unknown) => {
    if (error instanceof Error && error.name === "NotAllowedError") {
      machine.blocked();
    }
  });
}

export interface ElementListener {
  /** The film is somewhere else than it was: by playing, or by a jump. */
  moved: (position_s: number) => void;
  /** Something worth remembering the place for: a pause, a jump. */
  turned: () => void;
  /** Where it is about to begin: a new source is at its beginning first, and means nothing by it. */
  expected_s: () => number;
}

/** Pass the element's events on to the machine; the answer stops that. */
export function followElement(video: HTMLVideoElement, machine: PlayerMachine, listener: ElementListener): () => void {
  const progress = (): void => {
    if (video.readyState > 0 || video.currentTime > 0) {
      machine.progressed(video.currentTime || listener.expected_s(), video.duration, bufferedEnd(video));
    }
    if (!video.seeking && video.currentTime > 0) {
      listener.moved(video.currentTime);
    }
  };
  const handlers: Record<string, () => void> = {
    timeupdate: progress,
    durationchange: progress,
    progress,
    playing: () => {
      machine.played(Date.now());
    },
    pause: () => {
      // Engines pause at the end, too, and where they give up: nobody asked for that.
      if (!video.ended && video.error === null) {
        machine.paused();
        listener.turned();
      }
    },
    waiting: () => {
      machine.stalled(Date.now());
    },
    seeking: () => {
      machine.stalled(Date.now());
    },
    seeked: () => {
      machine.flow();
      progress();
      listener.turned();
    },
    // All that there is to wait for while it is paused.
    loadeddata: () => {
      machine.flow();
    },
    canplay: () => {
      machine.flow();
    },
    ended: () => {
      machine.ended();
    },
  };
  for (const name of Object.keys(handlers)) {
    video.addEventListener(name, handlers[name] as () => void);
  }
  return () => {
    for (const name of Object.keys(handlers)) {
      video.removeEventListener(name, handlers[name] as () => void);
    }
  };
}
