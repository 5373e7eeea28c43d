/** The ways to play one video on this screen, best first: each is a step down from the one before. */
import type { Playback } from "./types";

export type Method = "file" | "native-hls" | "hls.js";

export interface Attempt {
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

/** The same stream made for another screen profile. */
export function withProfile(url: string, profile: string): string {
  const stripped = url.replace(/([?&])profile=[^&]*(&|$)/, (_all, before: string, after: string) =>
    after === "&" ? before : "",
  );
  return stripped + (stripped.indexOf("?") >= 0 ? "&" : "?") + "profile=" + encodeURIComponent(profile);
}

/** List the ways to play; the last ones are what every screen can show. */
export function attemptsFor(playback: Playback, abilities: PlayerAbilities): Attempt[] {
  const method: Method = abilities.nativeHls || !abilities.mediaSource ? "native-hls" : "hls.js";
  const attempts: Attempt[] = [];
  if (playback.decision === "direct") {
    attempts.push({ method: "file", url: playback.file, profile: abilities.profile });
  }
  const profiles = [abilities.profile, "baseline", "legacy"];
  profiles.forEach((profile, index) => {
    if (profiles.indexOf(profile) === index) {
      const url = index === 0 ? playback.hls : withProfile(playback.hls, profile);
      attempts.push({ method, url, profile });
    }
  });
  return attempts;
}
