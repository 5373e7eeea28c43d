/** The ways to play one video on this screen, best first: each is a step down from the one before. */
import type { Playback } from "./types";

export type Method = "file" | "native-hls" | "hls.js";

/**
 * How far down: the file itself, a stream for this screen, for any screen; then nothing is passed on any more, all is
 * made anew: for any screen, for the oldest ones.
 */
export const LEVELS = ["file", "own", "baseline", "converted", "legacy"] as const;
export type Level = (typeof LEVELS)[number];

export interface Attempt {
  level: Level;
  method: Method;
  url: string;
  /** Screen profile the stream is made for. */
  profile: string;
}

export interface PlayerAbilities {
  profile: string;
  nativeHls: boolean;
  /** Media Source Extensions: what hls.js needs. */
  mediaSource: boolean;
}

export type Quality = "auto" | "1080" | "720" | "480";

/** What a stream is asked for beyond its film; the file itself has none of it. */
export interface StreamChoice {
  /** Index among the sound tracks; null: the one that plays anyway. */
  audio: number | null;
  /** Place among the subtitle tracks, drawn into the picture. */
  burn: number | null;
  quality: Quality;
}

export const PLAIN: StreamChoice = { audio: null, burn: null, quality: "auto" };

/** The address with these words of its query set, or left out where null. */
export function withQuery(url: string, values: Record<string, string | null>): string {
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  const old = at < 0 ? [] : url.slice(at + 1).split("&");
  const kept = old.filter((part) => part !== "" && !((part.split("=")[0] || "") in values));
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== null && value !== undefined) {
      kept.push(name + "=" + encodeURIComponent(value));
    }
  }
  return path + (kept.length > 0 ? "?" + kept.join("&") : "");
}

function isPlain(choice: StreamChoice): boolean {
  return choice.audio === null && choice.burn === null && choice.quality === "auto";
}

/** List the ways to play; the last ones are what every screen can show. */
export function attemptsFor(playback: Playback, abilities: PlayerAbilities, choice: StreamChoice = PLAIN): Attempt[] {
  const method: Method = abilities.nativeHls || !abilities.mediaSource ? "native-hls" : "hls.js";
  const own = abilities.profile;
  const stream = withQuery(playback.hls, {
    audio: choice.audio === null ? null : String(choice.audio),
    burn: choice.burn === null ? null : String(choice.burn),
    quality: choice.quality === "auto" ? null : choice.quality,
    // A screen's own player might show what the page draws already; hls.js does not look at it.
    subtitles: method === "native-hls" ? "off" : null,
  });
  // What was said of codecs led to what did not work: further down nobody relies on it.
  const lower = (profile: string, convert: string | null): string => withQuery(stream, { profile, can: null, convert });
  const attempts: Attempt[] = [];
  if (playback.decision === "direct" && isPlain(choice)) {
    attempts.push({ level: "file", method: "file", url: playback.file, profile: own });
  }
  attempts.push({ level: "own", method, url: stream, profile: own });
  if (own !== "baseline" && own !== "legacy") {
    attempts.push({ level: "baseline", method, url: lower("baseline", null), profile: "baseline" });
  }
  if (own !== "legacy") {
    attempts.push({ level: "converted", method, url: lower("baseline", "1"), profile: "baseline" });
  }
  attempts.push({ level: "legacy", method, url: lower("legacy", "1"), profile: "legacy" });
  return attempts;
}

/** The first way that is not above a level; null when none is left. */
export function attemptFrom(attempts: Attempt[], level: Level): Attempt | null {
  const floor = LEVELS.indexOf(level);
  return attempts.filter((attempt) => LEVELS.indexOf(attempt.level) >= floor)[0] || null;
}

/**
 * The way below this one. A stream that came and could not be played would not be better in another wrapping: what is
 * `undecodable` is converted.
 */
export function stepBelow(attempts: Attempt[], attempt: Attempt, undecodable = false): Attempt | null {
  const below = attempts.slice(attempts.indexOf(attempt) + 1);
  const skips = undecodable && attempt.level === "own";
  return below.filter((one) => !skips || one.level !== "baseline")[0] || null;
}
