/** The chosen subtitles, fetched and read; and how they are to look. */
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import type { Preferences } from "../../shared/preferences";
import type { SubtitleChoice } from "../../shared/tracks";
import { CueTrack, parseWebVtt } from "../../shared/webvtt";
import { useServices } from "../context";

export const SIZES = ["medium", "small", "large", "huge"] as const;
export const STYLES = ["outline", "box"] as const;
export type CueSize = (typeof SIZES)[number];
export type CueStyle = (typeof STYLES)[number];

export interface CueLook {
  size: CueSize;
  style: CueStyle;
  /** Seconds by which lines come later than the file says. */
  delay_s: number;
  setSize: (size: CueSize) => void;
  setStyle: (style: CueStyle) => void;
  setDelay: (delay_s: number) => void;
}

export function useCueLook(preferences: Preferences): CueLook {
  const [size, setSize] = useState<CueSize>(() => preferences.oneOf("cue-size", SIZES));
  const [style, setStyle] = useState<CueStyle>(() => preferences.oneOf("cue-style", STYLES));
  const [delay_s, setDelay] = useState(0);
  return {
    size,
    style,
    delay_s,
    setSize: (wanted) => {
      preferences.set("cue-size", wanted);
      setSize(wanted);
    },
    setStyle: (wanted) => {
      preferences.set("cue-style", wanted);
      setStyle(wanted);
    },
    setDelay,
  };
}

/** Null while there are none: nothing chosen, on their way, or drawn by the server. */
export function useCues(choice: SubtitleChoice): CueTrack | null {
  const { api, failed, say, language } = useServices();
  const [cues, setCues] = useState<CueTrack | null>(null);
  const url = choice.burn ? null : choice.track?.url || null;
  useEffect(() => {
    setCues(null);
    if (url === null) {
      return undefined;
    }
    let wanted = true;
    let waiting = 0;
    const ask = (): void => {
      api.text(url).then(
        (text) => {
          if (wanted) {
            setCues(new CueTrack(parseWebVtt(text)));
          }
        },
        (error: unknown) => {
          const retry_s = error instanceof ApiError ? error.problem.retryAfterS : null;
          if (wanted && retry_s !== null) {
            // Others are being read out of their films first.
            waiting = window.setTimeout(ask, retry_s * 1000);
          } else if (wanted) {
            failed(error);
            say(language.t("player.subtitlesFailed"));
          }
        },
      );
    };
    ask();
    return () => {
      wanted = false;
      window.clearTimeout(waiting);
    };
  }, [api, failed, language, say, url]);
  return cues;
}
