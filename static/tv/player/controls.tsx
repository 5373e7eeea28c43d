/** The on-screen display: title, progress, time, and the buttons. */
import type { JSX, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clock, timeOfDay } from "../../shared/format";
import type { PlayerMachine } from "../../shared/machine";
import { isSong } from "../../shared/playable";
import type { PlayerState } from "../../shared/player-state";
import { STEP_S } from "../../shared/scrub";
import type { ItemDetail, Previews } from "../../shared/types";
import { useServices, useText } from "../context";
import { folderOf } from "../parts/facts";
import { Icon } from "../parts/icons";
import { PlayerBar } from "./bar";
import { FullScreenButton } from "./full-screen";
import type { Menus } from "./menus";
import { Progress } from "./progress";

/** Often enough for a time that is shown in minutes. */
const CLOCK_MS = 10_000;

interface ControlsProps {
  video: RefObject<HTMLVideoElement | null>;
  item: ItemDetail;
  state: PlayerState;
  machine: PlayerMachine;
  menus: Menus;
  previews: Previews | null;
  speed: number;
}

export function Controls({ video, item, state, machine, menus, previews, speed }: ControlsProps): JSX.Element {
  const t = useText();
  const playing = state.status === "playing";
  const chapters = item.media?.chapters || [];
  return (
    <div class={"osd" + (state.osd ? " shown" : "")} data-testid="osd" data-shown={state.osd ? "true" : "false"}>
      <div class="osd-top">
        <p class="osd-title" data-testid="player-title">
          {item.title}
        </p>
        <p class="osd-folder">{folderOf(item)}</p>
      </div>
      {state.status === "blocked" ? (
        <p class="blocked" data-testid="blocked">
          {t("player.blocked")}
        </p>
      ) : null}
      <div class="osd-bottom">
        <Progress state={state} machine={machine} chapters={chapters} previews={previews} />
        <div class="osd-line">
          <button
            type="button"
            class="osd-toggle"
            data-lane="film"
            data-column={0}
            data-testid="toggle"
            aria-label={playing ? t("player.pause") : t("player.play")}
            onClick={() => {
              machine.wake(Date.now());
              machine.toggle();
            }}
          >
            <Icon name={playing ? "pause" : "play"} />
          </button>
          <span class="osd-steps">
            <StepButton icon="rewind" label={t("player.back10")} run={() => { machine.seekTo(state.position_s - STEP_S, Date.now()); }} />
            <StepButton icon="forward" label={t("player.forward10")} run={() => { machine.seekTo(state.position_s + STEP_S, Date.now()); }} />
          </span>
          <span class="osd-times">
            <span class="osd-now" data-testid="time">
              {clock(state.scrub_s === null ? state.position_s : state.scrub_s)}
            </span>
            <span class="osd-whole"> / {clock(state.duration_s)}</span>
          </span>
          <span class="osd-note" aria-live="polite">
            {noteOf(state, t)}
          </span>
          <Remaining state={state} speed={speed} />
          {isSong(item) ? null : <FullScreenButton video={video} />}
        </div>
        <PlayerBar menus={menus} state={state.bar} machine={machine} />
      </div>
    </div>
  );
}

function noteOf(state: PlayerState, t: ReturnType<typeof useText>): string {
  if (state.scrub_s !== null) {
    return t("player.scrub");
  }
  return state.status === "paused" ? t("player.paused") : "";
}

/** What is left, and when it will be over: "1:02:11 left · 22:40". In a pause only the clock goes on. */
function Remaining({ state, speed }: { state: PlayerState; speed: number }): JSX.Element {
  const { t, tag } = useServices().language;
  const [, setNow] = useState(0);
  const standing = state.osd && state.status !== "playing";
  useEffect(() => {
    if (!standing) {
      return undefined;
    }
    const timer = setInterval(() => {
      setNow(Date.now());
    }, CLOCK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [standing]);
  return (
    <span class="osd-rest" data-testid="remaining">
      {state.duration_s > 0 ? remaining(state, speed, t, tag) : ""}
    </span>
  );
}

function remaining(state: PlayerState, speed: number, t: ReturnType<typeof useText>, tag: string): string {
  const from = state.scrub_s === null ? state.position_s : state.scrub_s;
  const rest_s = Math.max(0, state.duration_s - from);
  const end = timeOfDay(new Date(Date.now() + (rest_s / speed) * 1000), tag);
  return t("item.left", { time: clock(rest_s) }) + " · " + t("item.ends", { time: end });
}

function StepButton({ icon, label, run }: { icon: string; label: string; run: () => void }): JSX.Element {
  return (
    <button type="button" tabIndex={-1} class="osd-button" aria-label={label} onClick={run}>
      <Icon name={icon} />
    </button>
  );
}
