/** The player's machine, its media element and the clock, tied together for as long as the page is open. */
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Attempt } from "../../shared/attempts";
import { attemptsFor } from "../../shared/attempts";
import { PlayerMachine } from "../../shared/machine";
import type { PlayerState } from "../../shared/machine";
import type { ItemDetail } from "../../shared/types";
import { useServices } from "../context";
import { attachSource } from "./source";

const TICK_MS = 100;

export interface PlayerHandle {
  video: RefObject<HTMLVideoElement | null>;
  machine: PlayerMachine;
  state: PlayerState;
  attempt: Attempt | null;
}

function bufferedEnd(video: HTMLVideoElement): number {
  const at = video.currentTime;
  for (let index = 0; index < video.buffered.length; index++) {
    if (video.buffered.start(index) <= at + 0.5 && at <= video.buffered.end(index)) {
      return video.buffered.end(index);
    }
  }
  return at;
}

/** Ask the element to play; a refusal for want of a key press is not a failure. */
function askToPlay(video: HTMLVideoElement, machine: PlayerMachine): void {
  // Engines before Chromium 50 answer nothing.
  const answer = video.play() as Promise<void> | undefined;
  answer?.catch((error: unknown) => {
    if (error instanceof Error && error.name === "NotAllowedError") {
      machine.blocked();
    }
  });
}

export function usePlayer(item: ItemDetail, start_s: number): PlayerHandle {
  const { screen, positions, navigation, say, language } = useServices();
  const video = useRef<HTMLVideoElement>(null);
  const machineRef = useRef<PlayerMachine | null>(null);
  const [state, setState] = useState<PlayerState | null>(null);
  const [step, setStep] = useState(0);
  const resumeAt = useRef(start_s);
  const attempts = useMemo(
    () =>
      item.playback
        ? attemptsFor(item.playback, {
            profile: screen.profile,
            nativeHls: screen.nativeHls,
            mediaSource: "MediaSource" in window,
          })
        : [],
    [item, screen],
  );

  if (machineRef.current === null) {
    machineRef.current = new PlayerMachine(
      {
        play: () => {
          if (video.current && machineRef.current) {
            askToPlay(video.current, machineRef.current);
          }
        },
        pause: () => video.current?.pause(),
        seek: (position_s) => {
          if (video.current) {
            video.current.currentTime = position_s;
          }
        },
        leave: () => {
          navigation.back();
        },
      },
      setState,
      item.duration_s || 0,
      Date.now(),
    );
  }
  const machine = machineRef.current;
  const attempt = attempts[step] || null;

  useEffect(() => {
    const timer = setInterval(() => {
      machine.tick(Date.now());
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [machine]);

  useEffect(() => {
    const element = video.current;
    if (!element) {
      return undefined;
    }
    return followElement(element, machine, (position_s) => {
      resumeAt.current = position_s;
      positions.save(item.id, position_s, machine.state.duration_s);
    });
  }, [item.id, machine, positions]);

  useEffect(() => {
    const element = video.current;
    if (!element || !attempt) {
      machine.failed();
      return undefined;
    }
    machine.restarted(Date.now());
    let over = false;
    const begin = (): void => {
      askToPlay(element, machine);
    };
    const source = attachSource(element, attempt, resumeAt.current, begin, () => {
      if (!over) {
        over = true;
        if (attempts[step + 1]) {
          say(language.t("player.stepDown"));
          setStep(step + 1);
        } else {
          machine.failed();
        }
      }
    });
    return () => {
      over = true;
      source.close();
    };
  }, [attempt, attempts, language, machine, say, step]);

  return { video, machine, state: state || machine.state, attempt };
}

/** Pass the element's events on to the machine. */
function followElement(video: HTMLVideoElement, machine: PlayerMachine, moved: (position_s: number) => void): () => void {
  const progress = (): void => {
    machine.progressed(video.currentTime, video.duration, bufferedEnd(video));
    if (!video.seeking && video.currentTime > 0) {
      moved(video.currentTime);
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
      if (!video.ended) {
        machine.paused();
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
