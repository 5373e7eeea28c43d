/** The bar that shows where the film is: what is loaded, its chapters, and the picture of where a scrub would land. */
import type { JSX, TargetedTouchEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { chapterAt } from "../../shared/chapters";
import { clock } from "../../shared/format";
import type { PlayerMachine } from "../../shared/machine";
import type { PlayerState } from "../../shared/player-state";
import { tileAt } from "../../shared/previews";
import type { Chapter, Previews } from "../../shared/types";
import { useServices, useText } from "../context";
import { rem } from "../parts/sizes";
import { chapterName } from "./menus";

/** Width of the picture above the knob. */
const TILE_REM = 17;

function share(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, Math.min(1, part / whole)) : 0;
}

interface ProgressProps {
  state: PlayerState;
  machine: PlayerMachine;
  chapters: Chapter[];
  previews: Previews | null;
}

export function Progress({ state, machine, chapters, previews }: ProgressProps): JSX.Element {
  const t = useText();
  const { position_s, buffered_s, duration_s, scrub_s } = state;
  const at = scrub_s === null ? position_s : scrub_s;
  const fill = (part: number): { transform: string } => ({ transform: "scaleX(" + share(part, duration_s).toFixed(4) + ")" });
  const pointed = (bar: HTMLElement, x: number): number => {
    const box = bar.getBoundingClientRect();
    return ((x - box.left) / box.width) * duration_s;
  };
  const drag = (event: TargetedTouchEvent<HTMLElement>): void => {
    const finger = event.touches[0];
    if (finger) {
      machine.drag(pointed(event.currentTarget, finger.clientX), Date.now());
    }
  };
  const percent = (part: number): string => (share(part, duration_s) * 100).toFixed(2) + "%";
  return (
    <div
      class={"progress" + (scrub_s === null ? "" : " scrubbing")}
      role="slider"
      aria-label={t("player.progress")}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration_s)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={clock(at)}
      data-testid="progress"
      onClick={(event) => {
        machine.seekTo(pointed(event.currentTarget, event.clientX), Date.now());
      }}
      onTouchStart={drag}
      onTouchMove={drag}
      onTouchEnd={(event) => {
        event.preventDefault(); // no click after it
        machine.drop(true, Date.now());
      }}
      onTouchCancel={() => {
        machine.drop(false, Date.now());
      }}
    >
      <span class="progress-bar">
        <span class="progress-fill progress-buffered" style={fill(buffered_s)} />
        <span class="progress-fill progress-played" style={fill(position_s)} />
        {scrub_s === null ? null : <span class="progress-fill progress-target" style={fill(scrub_s)} />}
        {chapters.slice(1).map((chapter) => (
          <span key={chapter.start_s} class="progress-chapter" data-testid="chapter-mark" style={{ left: percent(chapter.start_s) }} />
        ))}
      </span>
      <span class="progress-knob" style={{ left: percent(at) }} />
      {scrub_s === null ? null : <Target at_s={scrub_s} duration_s={duration_s} chapters={chapters} previews={previews} />}
    </div>
  );
}

interface TargetProps {
  at_s: number;
  duration_s: number;
  chapters: Chapter[];
  previews: Previews | null;
}

/** Where a scrub would land: its picture where there is one, the chapter, the exact time. */
function Target({ at_s, duration_s, chapters, previews }: TargetProps): JSX.Element {
  const { language } = useServices();
  const index = chapterAt(chapters, at_s);
  const chapter = chapters[index];
  const place = share(at_s, duration_s);
  const box = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const width = box.current?.clientWidth || 0;
    const parts = Array.from(box.current?.children || []) as HTMLElement[];
    // Each stays on the screen at both ends, however wide a chapter's title is, while the knob goes on to the edge.
    const lefts = parts.map((part) => Math.max(0, Math.min(width - part.offsetWidth, place * width - part.offsetWidth / 2)));
    parts.forEach((part, index) => {
      part.style.transform = "translateX(" + (lefts[index] || 0).toFixed(1) + "px)";
    });
  });
  return (
    <span class="target" ref={box}>
      {previews ? <Tile previews={previews} at_s={at_s} /> : null}
      {chapter ? <span class="target-chapter">{chapterName(chapter, index, language)}</span> : null}
      <span class="target-time" data-testid="scrub-time">
        {clock(at_s)}
      </span>
    </span>
  );
}

function Tile({ previews, at_s }: { previews: Previews; at_s: number }): JSX.Element | null {
  const tile = tileAt(previews, at_s);
  if (!tile) {
    return null;
  }
  const height = (TILE_REM * previews.height) / previews.width;
  const style = {
    width: rem(TILE_REM),
    height: rem(height),
    backgroundImage: 'url("' + tile.sheet + '")',
    backgroundSize: rem(TILE_REM * previews.columns) + " auto",
    backgroundPosition: rem(-tile.column * TILE_REM) + " " + rem(-tile.row * height),
  };
  return <span class="target-picture" data-testid="preview" style={style} />;
}
