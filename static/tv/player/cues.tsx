/** Subtitles over the picture, drawn by the page so that they look the same on every screen. */
import type { JSX, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Cue, CueTrack, Span } from "../../shared/webvtt";
import type { CueLook } from "./use-subtitles";

/** Often enough that a line comes with its word. */
const TICK_MS = 80;
const NONE: Cue[] = [];
/** `HTMLMediaElement.HAVE_CURRENT_DATA` */
const HAVE_CURRENT_DATA = 2;

/** Where lines stand that belong at the bottom. */
export type CuePlace = "bottom" | "raised" | "top" | "nowhere";

interface CuesProps {
  video: RefObject<HTMLVideoElement | null>;
  track: CueTrack | null;
  look: CueLook;
  place: CuePlace;
}

export function Cues({ video, track, look, place }: CuesProps): JSX.Element | null {
  const [cues, setCues] = useState<Cue[]>(NONE);
  useEffect(() => {
    if (track === null) {
      setCues(NONE);
      return undefined;
    }
    const update = (): void => {
      const element = video.current;
      // Before its picture is there an element stands at 0, wherever it is going.
      if (element) {
        setCues(element.readyState >= HAVE_CURRENT_DATA ? track.at(element.currentTime - look.delay_s) : NONE);
      }
    };
    update();
    const timer = setInterval(update, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [look.delay_s, track, video]);
  if (cues.length === 0 || place === "nowhere") {
    return null;
  }
  const top = cues.filter((cue) => cue.top || place === "top");
  const bottom = cues.filter((cue) => !cue.top && place !== "top");
  const style = "cues cues-" + look.size + " cues-" + look.style;
  return (
    <div class={style} data-testid="cues" aria-live="off">
      {top.length > 0 ? <CueBox cues={top} place="top" /> : null}
      {bottom.length > 0 ? <CueBox cues={bottom} place={place} /> : null}
    </div>
  );
}

function CueBox({ cues, place }: { cues: Cue[]; place: string }): JSX.Element {
  return (
    <div class={"cue-box cue-box-" + place}>
      {cues.map((cue, index) => (
        <p key={index} class={"cue cue-" + cue.align} dir="auto">
          {cue.lines.map((line, row) => (
            <span key={row} class="cue-line">
              <span class="cue-text">{line.map(drawn)}</span>
            </span>
          ))}
        </p>
      ))}
    </div>
  );
}

function drawn(span: Span, index: number): JSX.Element {
  const style = (span.bold ? " cue-bold" : "") + (span.italic ? " cue-italic" : "") + (span.underline ? " cue-underline" : "");
  return (
    <span key={index} class={style.slice(1)}>
      {span.text}
    </span>
  );
}
