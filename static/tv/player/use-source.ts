/** What the element plays: the best way that works here, the next one down when it does not, and what stops all. */
import type { RefObject } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import type { Api } from "../../shared/api";
import type { Attempt, Level } from "../../shared/attempts";
import { attemptFrom, stepBelow, withQuery } from "../../shared/attempts";
import type { PlayerMachine } from "../../shared/machine";
import { Patience } from "../../shared/patience";
import type { Look } from "../../shared/standstill";
import { ENOUGH_S, Standstill } from "../../shared/standstill";
import { skipTarget, troubleOf } from "../../shared/trouble";
import type { Trouble } from "../../shared/trouble";
import { useServices } from "../context";
import { askToPlay, bufferedEnd } from "./element";
import type { SourceFailure } from "./source";
import { attachSource } from "./source";

/** A film goes on until this little is left in front of the damage. Seconds. */
const LAST_DROP_S = 0.4;
/** More than an engine moves by itself where it stands still. */
const MOVED_S = 0.5;
const WATCH_MS = 200;
const LOOK_MS = 1000;

export interface SourceHandle {
  attempt: Attempt | null;
  /** Begin again here: after a wait, or because somebody asks. */
  retry: () => void;
  /** Go on behind what cannot be played. */
  skip: () => void;
}

/** What the server says of what failed; "well" where it finds nothing, null when another way to play may help. */
async function diagnose(api: Api, attempt: Attempt, failure: SourceFailure): Promise<Trouble | ApiError | "well" | null> {
  const problem = await (attempt.method === "file"
    ? api.problemAt(attempt.url, "bytes=0-0")
    : api.problemAt(failure.url || attempt.url));
  if (problem === null) {
    return "well";
  }
  return problem.status === 401 || problem.status === 423 ? new ApiError(problem) : troubleOf(problem);
}

/** Call `run` when the film has used up what is loaded, or at once where it stands still; the answer gives it up. */
function whenUsedUp(video: HTMLVideoElement, run: () => void): () => void {
  const timer = setInterval(() => {
    if (video.error !== null || bufferedEnd(video) - video.currentTime <= LAST_DROP_S) {
      clearInterval(timer);
      run();
    }
  }, WATCH_MS);
  return () => {
    clearInterval(timer);
  };
}

/** Call `stuck` when a film that should play stands still, or plays without its picture; the answer stops watching. */
function watchOver(video: HTMLVideoElement, machine: PlayerMachine, pictured: boolean, stuck: (now: Look) => void): () => void {
  const standstill = new Standstill();
  const timer = setInterval(() => {
    const now = {
      at_s: video.currentTime,
      // Engines pause where they give up.
      plays: machine.plays && (!video.paused || video.error !== null) && !video.ended && !document.hidden,
      loaded_s: bufferedEnd(video) - video.currentTime,
      hasPicture: !pictured || video.videoWidth > 0,
      isBroken: video.error !== null,
    };
    if (standstill.look(now)) {
      stuck(now);
    }
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
  };
}

/** A film that stands still without a word. */
interface Stood {
  at_s: number;
  /** It has nothing to go on with. */
  starved: boolean;
}

/** Null where it is seen that this way cannot go on: the element has failed, or plays what came without a picture. */
function stoodAt({ at_s, loaded_s, hasPicture, isBroken }: Look): Stood | null {
  const starved = loaded_s <= ENOUGH_S;
  return isBroken || !(hasPicture || starved) ? null : { at_s, starved };
}

function hasMoved(video: HTMLVideoElement, from_s: number): boolean {
  return video.error === null && Math.abs(video.currentTime - from_s) > MOVED_S;
}

/** Keep `video` playing one of `attempts`, from `resumeAt` on. */
export function useSource(
  video: RefObject<HTMLVideoElement | null>,
  machine: PlayerMachine,
  attempts: Attempt[],
  resumeAt: RefObject<number>,
  pictured: boolean,
): SourceHandle {
  const { api, failed, say, language } = useServices();
  const [floor, setFloor] = useState<Level>("file");
  const [round, setRound] = useState(0);
  const skips = useRef(0);
  const patience = useMemo(() => new Patience(), []);
  const attempt = attemptFrom(attempts, floor);

  useEffect(() => {
    const element = video.current;
    if (!element || !attempt) {
      machine.failed({ kind: "failed", detail: "" });
      return undefined;
    }
    machine.restarted(Date.now());
    patience.begin(attempt.level + " " + attempt.url);
    const undo: (() => void)[] = [];
    let over = false;
    const stepDown = (undecodable: boolean): void => {
      const below = stepBelow(attempts, attempt, undecodable);
      if (below) {
        say(language.t("player.stepDown"));
        setFloor(below.level);
      } else {
        machine.failed({ kind: "failed", detail: "" });
      }
    };
    const told = (trouble: Trouble | ApiError | null, undecodable: boolean): void => {
      if (over) {
        return;
      }
      say(""); // what was said of the way before is over
      if (trouble instanceof ApiError) {
        failed(trouble);
      } else if (trouble === null || (trouble.kind === "damaged" && !trouble.stored && stepBelow(attempts, attempt, true))) {
        stepDown(undecodable || trouble !== null);
      } else if (trouble.kind === "damaged") {
        undo.push(whenUsedUp(element, () => { machine.failed(trouble); }));
        const elsewhere = (): void => { setRound((old) => old + 1); };
        element.addEventListener("seeking", elsewhere);
        undo.push(() => { element.removeEventListener("seeking", elsewhere); });
      } else {
        machine.failed(trouble);
      }
    };
    let asked = false;
    const gaveUp = (failure: SourceFailure, stood: Stood | null): void => {
      if (asked) {
        return;
      }
      asked = true;
      const askedAt = Date.now();
      const well = (): void => {
        const starved = stood ? stood.starved : !failure.undecodable;
        const said = failure.undecodable && stood === null;
        if (!said && !over && patience.isWorthAnother(starved, Date.now() - askedAt)) {
          setRound((old) => old + 1);
        } else {
          told(null, failure.undecodable);
        }
      };
      diagnose(api, attempt, failure).then(
        (trouble) => {
          if (stood && hasMoved(element, stood.at_s)) {
            asked = false; // it plays on, or is looked for elsewhere
          } else if (trouble === "well") {
            well();
          } else {
            told(trouble, failure.undecodable);
          }
        },
        () => { told(null, failure.undecodable); },
      );
    };
    const from_s = resumeAt.current || 0;
    const source = attachSource(element, { ...attempt, url: beginAt(attempt, from_s) }, () => resumeAt.current || 0, {
      attached: () => {
        // What is chosen in a pause is seen in it.
        if (machine.plays) {
          askToPlay(element, machine);
        }
      },
      failed: (failure) => { gaveUp(failure, null); },
    });
    const stuck = (now: Look): void => {
      gaveUp({ url: null, undecodable: true }, stoodAt(now));
    };
    undo.push(watchOver(element, machine, pictured, stuck));
    const played = (): void => { patience.played(); };
    element.addEventListener("playing", played);
    undo.push(() => { element.removeEventListener("playing", played); });
    return () => {
      over = true;
      undo.forEach((one) => { one(); });
      source.close();
    };
    // The attempts are made anew with each choice; only what is attached counts.
  }, [attempt?.url, attempt?.level, api, failed, language, machine, patience, pictured, say, round]);

  const retry = useCallback(() => { setRound((old) => old + 1); }, []);
  const skip = useCallback(() => {
    const { trouble } = machine.state;
    const until_s = trouble?.kind === "damaged" ? trouble.until_s : null;
    resumeAt.current = skipTarget(resumeAt.current || 0, until_s, skips.current);
    skips.current += 1;
    setRound((old) => old + 1);
  }, [machine, resumeAt]);
  return { attempt, retry, skip };
}

/** The server is told where a stream begins, so that this is what it makes first. */
function beginAt(attempt: Attempt, from_s: number): string {
  return attempt.method === "file" || from_s < 1 ? attempt.url : withQuery(attempt.url, { start: from_s.toFixed(1) });
}
