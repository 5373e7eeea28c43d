/** The player's machine, its media element and the clock, tied together for as long as the page is open. */
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Attempt } from "../../shared/attempts";
import { attemptsFor } from "../../shared/attempts";
import type { MenuPort } from "../../shared/bar";
import { PlayerMachine } from "../../shared/machine";
import type { PlayerState } from "../../shared/player-state";
import { PositionReporter } from "../../shared/positions";
import type { Item, ItemDetail } from "../../shared/types";
import { useServices } from "../context";
import { askToPlay, followElement } from "./element";
import { hasSpeeds } from "./use-choices";
import type { Choices } from "./use-choices";
import type { SourceHandle } from "./use-source";
import { useSource } from "./use-source";

const TICK_MS = 100;

export interface PlayerHandle {
  video: RefObject<HTMLVideoElement | null>;
  machine: PlayerMachine;
  state: PlayerState;
  attempt: Attempt | null;
  source: SourceHandle;
}

interface PlayerNeeds {
  item: ItemDetail;
  start_s: number;
  choices: Choices;
  menus: MenuPort;
  /** Go on with the next film. */
  onNext: (asked: boolean) => void;
}

export function usePlayer({ item, start_s, choices, menus, onNext }: PlayerNeeds): PlayerHandle {
  const { screen, navigation } = useServices();
  const video = useRef<HTMLVideoElement>(null);
  const machineRef = useRef<PlayerMachine | null>(null);
  const [state, setState] = useState<PlayerState | null>(null);
  const resumeAt = useRef(start_s);
  const remember = useRef<(position_s: number) => void>(() => undefined);
  const latestNext = useRef(onNext);
  latestNext.current = onNext;
  const attempts = useMemo(
    () =>
      item.playback
        ? attemptsFor(
            item.playback,
            { profile: screen.profile, nativeHls: screen.nativeHls, mediaSource: "MediaSource" in window },
            choices.stream,
          )
        : [],
    [item, screen, choices.stream],
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
          // Said already here: who leaves before it has arrived wants to be there all the same.
          remember.current(position_s);
          if (video.current && video.current.readyState > 0) {
            video.current.currentTime = position_s;
          }
        },
        leave: () => {
          navigation.back();
        },
        finish: () => {
          navigation.finish();
        },
        next: (asked) => {
          latestNext.current(asked);
        },
      },
      menus,
      setState,
      item.duration_s || 0,
      Date.now(),
      start_s,
    );
  }
  const machine = machineRef.current;

  useEffect(() => {
    const timer = setInterval(() => {
      machine.tick(Date.now());
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [machine]);

  useRemembered(video, machine, item, resumeAt, remember);
  const source = useSource(video, machine, attempts, resumeAt, item.kind === "video");
  const speed = hasSpeeds(screen.profile, source.attempt) ? choices.speed : 1;
  useEffect(() => {
    if (video.current) {
      // A new source begins at the default rate.
      video.current.defaultPlaybackRate = speed;
      video.current.playbackRate = speed;
    }
  }, [speed, source.attempt]);

  return { video, machine, state: state || machine.state, attempt: source.attempt, source };
}

/** Follow the element, and remember where the film is: here, and on the server for every screen. */
function useRemembered(
  video: RefObject<HTMLVideoElement | null>,
  machine: PlayerMachine,
  item: Item,
  resumeAt: RefObject<number>,
  remember: RefObject<(position_s: number) => void>,
): void {
  const { positions, report } = useServices();
  useEffect(() => {
    const element = video.current;
    if (!element) {
      return undefined;
    }
    const reporter = new PositionReporter((position_s) => {
      report(item.id, position_s);
    }, Date.now());
    const flush = (): void => {
      reporter.flush(Date.now());
    };
    const moved = (position_s: number): void => {
      resumeAt.current = position_s;
      positions.save(item.id, position_s, machine.state.duration_s, Date.now());
      reporter.moved(position_s, Date.now());
    };
    remember.current = moved;
    const stop = followElement(element, machine, {
      moved,
      turned: flush,
      expected_s: () => resumeAt.current,
    });
    document.addEventListener("visibilitychange", flush);
    window.addEventListener("pagehide", flush);
    return () => {
      document.removeEventListener("visibilitychange", flush);
      window.removeEventListener("pagehide", flush);
      stop();
      flush();
    };
  }, [item, machine, positions, remember, report, resumeAt, video]);
}
