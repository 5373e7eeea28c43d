/**
 * What this engine says it plays, in the words of the API's `can=`: `hevc` for yes, `-hevc` for no.
 *
 * The server knows what a family of screens plays; engines of one family differ by their build and
 * their licences, and only they know. Where the engine's two answers differ nothing is said.
 */
import type { Probe, ProfileName } from "./screen";

/** Codecs, each with the types of which one has to be played. */
const CODECS: [string, string[]][] = [
  ["h264uhd", ['video/mp4; codecs="avc1.640034"']],
  ["hevc", ['video/mp4; codecs="hvc1.1.6.L123.B0"', 'video/mp4; codecs="hev1.1.6.L123.B0"']],
  ["hevc10", ['video/mp4; codecs="hvc1.2.4.L153.B0"', 'video/mp4; codecs="hev1.2.4.L153.B0"']],
  ["av1", ['video/mp4; codecs="av01.0.08M.08"']],
  ["av110", ['video/mp4; codecs="av01.0.12M.10"']],
  ["vp9", ['video/mp4; codecs="vp09.00.40.08"']],
  ["vp910", ['video/mp4; codecs="vp09.02.51.10"']],
  ["mp3", ['audio/mp4; codecs="mp3"', 'audio/mp4; codecs="mp4a.6B"', 'audio/mp4; codecs="mp4a.69"']],
  ["ac3", ['audio/mp4; codecs="ac-3"']],
  ["eac3", ['audio/mp4; codecs="ec-3"']],
  ["flac", ['audio/mp4; codecs="flac"', 'audio/mp4; codecs="fLaC"']],
  ["opus", ['audio/mp4; codecs="opus"', 'audio/mp4; codecs="Opus"']],
];

/** Containers, which only matter when the file itself is played. A denial proves nothing: many play what they deny. */
const CONTAINERS: [string, string[]][] = [
  ["mkv", ['video/x-matroska; codecs="avc1.640028, mp4a.40.2"', "video/x-matroska"]],
  ["webm", ['video/webm; codecs="vp8, vorbis"']],
  ["ts", ['video/mp2t; codecs="avc1.640028, mp4a.40.2"']],
];

/** TVs whose engines are known to say less than their decoders do: their "no" is not passed on. */
const MODEST: ProfileName[] = ["tizen", "webos", "vidaa", "chromecast"];

export interface Abilities extends Probe {
  /** The picture can be brighter and more colourful than SDR. */
  highRange: boolean;
}

function anyOf(types: string[], test: (type: string) => boolean): boolean {
  return types.some(test);
}

/** The list for `can=`, empty when there is nothing to add to the profile. */
export function canList(profile: ProfileName, nativeHls: boolean, engine: Abilities): string {
  const words: string[] = [];
  for (const [word, types] of CODECS) {
    const plays = anyOf(types, (type) => engine.canPlay(type) !== "");
    const streams = nativeHls ? plays : anyOf(types, (type) => engine.canStream(type));
    if (plays && streams) {
      words.push(word);
    } else if (!plays && !streams && MODEST.indexOf(profile) < 0) {
      words.push("-" + word);
    }
  }
  for (const [word, types] of CONTAINERS) {
    if (anyOf(types, (type) => engine.canPlay(type) !== "")) {
      words.push(word);
    }
  }
  if (engine.highRange) {
    words.push("hdr");
  }
  return words.join(",");
}
