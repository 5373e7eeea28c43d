/** What the viewer chose of a film: its sound, its subtitles, the picture's size, the speed. */
import { useMemo, useState } from "preact/hooks";
import type { Attempt, Quality, StreamChoice } from "../../shared/attempts";
import type { Preferences } from "../../shared/preferences";
import { sameTongue } from "../../shared/tongues";
import { FORCED, startAudio, startSubtitles, usualAudio } from "../../shared/tracks";
import type { SubtitleChoice } from "../../shared/tracks";
import type { AudioTrack, ItemDetail, SubtitleTrack } from "../../shared/types";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const RUNGS: Quality[] = ["1080", "720", "480"];

/** What goes along to the film that follows; one that is chosen later begins without. */
export interface CarriedChoices {
  speed: number;
  quality: Quality;
}

export interface Choices {
  audio: AudioTrack | null;
  subtitles: SubtitleChoice;
  quality: Quality;
  speed: number;
  setAudio: (track: AudioTrack) => void;
  setSubtitles: (choice: SubtitleChoice) => void;
  setQuality: (quality: Quality) => void;
  setSpeed: (speed: number) => void;
  /** What the stream is asked for. */
  stream: StreamChoice;
}

/** Sizes that this film can be had in: none is larger than it is. */
export function rungsFor(item: ItemDetail): Quality[] {
  const picture = item.media?.video[0];
  const short = Math.min(picture?.width || item.width || 0, picture?.height || item.height || 0);
  const long = Math.max(picture?.width || item.width || 0, picture?.height || item.height || 0);
  const fits = (rung: Quality): boolean => short >= Number(rung) || long >= (Number(rung) * 16) / 9 - 8;
  return RUNGS.filter((rung) => short === 0 || fits(rung));
}

/** LG's own HLS plays at its own pace only. */
export function hasSpeeds(profile: string, attempt: Attempt | null): boolean {
  return !(profile === "webos" && attempt?.method === "native-hls");
}

export function useChoices(
  item: ItemDetail,
  preferences: Preferences,
  pageLanguage: string,
  carried: CarriedChoices | null,
): Choices {
  const tracks = item.media?.audio || [];
  const wishes = { audio: preferences.get("audio"), subtitles: preferences.get("subtitles") };
  const [audio, setAudio] = useState<AudioTrack | null>(() => startAudio(tracks, wishes));
  const [subtitles, setSubtitles] = useState<SubtitleChoice>(() =>
    startSubtitles(item.media?.subtitles || [], audio, wishes, pageLanguage),
  );
  const [quality, setQuality] = useState<Quality>(() => rungsFor(item).filter((rung) => rung === carried?.quality)[0] || "auto");
  const [speed, setSpeed] = useState(carried?.speed || 1);
  const usual = usualAudio(tracks);
  const audioIndex = audio && usual && audio.index !== usual.index ? audio.index : null;
  const burnIndex = subtitles.burn && subtitles.track ? placeOf(item.media?.subtitles || [], subtitles.track) : null;
  const stream = useMemo(
    () => ({ audio: audioIndex, burn: burnIndex, quality }),
    [audioIndex, burnIndex, quality],
  );
  return {
    audio,
    subtitles,
    quality,
    speed,
    stream,
    setAudio: (track) => {
      preferences.set("audio", sameTongue(track.language));
      setAudio(track);
    },
    setSubtitles: (choice) => {
      preferences.set("subtitles", wishOf(choice));
      setSubtitles(choice);
    },
    setQuality,
    setSpeed,
  };
}

/** Who wants the foreign dialogue alone wants no more than that of the next film. */
function wishOf({ track }: SubtitleChoice): string {
  return track === null ? "off" : track.forced ? FORCED : sameTongue(track.language);
}

/** What the server is asked to draw is named by its place in the list, files beside the film included. */
function placeOf(tracks: SubtitleTrack[], track: SubtitleTrack): number | null {
  const place = tracks.map((one) => one.index).indexOf(track.index);
  return place < 0 ? null : place;
}
