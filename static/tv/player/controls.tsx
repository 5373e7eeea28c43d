/** The on-screen display: title, progress, time, and the buttons that a pointer needs. */
import type { JSX, RefObject } from "preact";
import { clock, timeOfDay } from "../../shared/format";
import type { PlayerMachine, PlayerState } from "../../shared/machine";
import { STEP_S } from "../../shared/machine";
import type { ItemDetail } from "../../shared/types";
import { useServices, useText } from "../context";
import { folderOf } from "../parts/facts";
import { Icon } from "../parts/icons";
import { audioName } from "../parts/tracks";

interface ControlsProps {
  item: ItemDetail;
  state: PlayerState;
  machine: PlayerMachine;
  toggle: RefObject<HTMLButtonElement | null>;
}

export function Controls({ item, state, machine, toggle }: ControlsProps): JSX.Element {
  const t = useText();
  const { language } = useServices();
  const playing = state.status === "playing";
  const audio = item.media?.audio.filter((track) => track.default)[0] || item.media?.audio[0];
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
        <Progress state={state} machine={machine} />
        <div class="osd-line">
          <button
            ref={toggle}
            type="button"
            class="osd-toggle"
            data-testid="toggle"
            aria-label={playing ? t("player.pause") : t("player.play")}
            onClick={() => {
              machine.toggle();
            }}
          >
            <Icon name={playing ? "pause" : "play"} />
          </button>
          <span class="osd-times">
            <span class="osd-now" data-testid="time">
              {clock(state.scrub_s === null ? state.position_s : state.scrub_s)}
            </span>
            <span class="osd-whole"> / {clock(state.duration_s)}</span>
          </span>
          <span class="osd-note" aria-live="polite">
            {noteOf(state, t)}
          </span>
          {audio ? (
            <span class="osd-audio" data-testid="audio">
              {audioName(audio, language)}
            </span>
          ) : null}
          <span class="osd-rest" data-testid="remaining">
            {remaining(state, t, language.tag)}
          </span>
          <span class="osd-buttons">
            <OsdButton icon="rewind" label={t("player.back10")} run={() => { machine.seekTo(state.position_s - STEP_S, Date.now()); }} />
            <OsdButton icon="forward" label={t("player.forward10")} run={() => { machine.seekTo(state.position_s + STEP_S, Date.now()); }} />
            <OsdButton icon="info" label={t("player.info")} run={() => { machine.toggleInfo(); }} />
          </span>
        </div>
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

/** What is left, and when it will be over: "1:02:11 left · 22:40". */
function remaining(state: PlayerState, t: ReturnType<typeof useText>, tag: string): string {
  if (state.duration_s <= 0) {
    return "";
  }
  const from = state.scrub_s === null ? state.position_s : state.scrub_s;
  const rest_s = Math.max(0, state.duration_s - from);
  const end = timeOfDay(new Date(Date.now() + rest_s * 1000), tag);
  return t("item.left", { time: clock(rest_s) }) + " · " + t("item.ends", { time: end });
}

function OsdButton({ icon, label, run }: { icon: string; label: string; run: () => void }): JSX.Element {
  return (
    <button type="button" tabIndex={-1} class="osd-button" aria-label={label} onClick={run}>
      <Icon name={icon} />
    </button>
  );
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, Math.min(1, part / whole)) : 0;
}

function Progress({ state, machine }: { state: PlayerState; machine: PlayerMachine }): JSX.Element {
  const t = useText();
  const { position_s, buffered_s, duration_s, scrub_s } = state;
  const shown = scrub_s === null ? position_s : scrub_s;
  const fill = (part: number): { transform: string } => ({ transform: "scaleX(" + share(part, duration_s).toFixed(4) + ")" });
  const knob = { left: (share(shown, duration_s) * 100).toFixed(2) + "%" };
  return (
    <div
      class={"progress" + (scrub_s === null ? "" : " scrubbing")}
      role="slider"
      aria-label={t("player.progress")}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration_s)}
      aria-valuenow={Math.round(shown)}
      aria-valuetext={clock(shown)}
      data-testid="progress"
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        machine.seekTo(((event.clientX - box.left) / box.width) * duration_s, Date.now());
      }}
    >
      <span class="progress-bar">
        <span class="progress-buffered" style={fill(buffered_s)} />
        <span class="progress-played" style={fill(position_s)} />
        {scrub_s === null ? null : <span class="progress-target" style={fill(scrub_s)} />}
      </span>
      <span class="progress-knob" style={knob}>
        {scrub_s === null ? null : (
          <span class="progress-bubble" data-testid="scrub-time">
            {clock(scrub_s)}
          </span>
        )}
      </span>
    </div>
  );
}
