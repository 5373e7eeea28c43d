/**
 * Which screen this is: the profile that the server is asked for, and how HLS is played here.
 *
 * The user agent names the family; the engine is asked where families disagree. An unknown screen
 * gets `baseline`, which everything made since 2013 can play.
 */

export type ProfileName =
  "tizen" | "webos" | "vidaa" | "safari" | "chromium" | "chromecast" | "android" | "baseline" | "legacy";

export interface Screen {
  profile: ProfileName;
  /** The engine plays .m3u8 by itself, and better than a script would. */
  nativeHls: boolean;
  /** Name for the list of paired devices. */
  deviceName: string;
  /** It stands across the room, whatever its engine says of fingers. */
  tv: boolean;
}

/** A screen, and what its engine found out about itself. */
export interface ProbedScreen extends Screen {
  /** For the API's `can=`. */
  can: string;
}

export interface Probe {
  /** `HTMLVideoElement.canPlayType` for a MIME type. */
  canPlay(type: string): string;
  /** `MediaSource.isTypeSupported`, false where there is no MediaSource. */
  canStream(type: string): boolean;
}

export const H264_AAC = 'video/mp4; codecs="avc1.640028, mp4a.40.2"';
const HLS = "application/vnd.apple.mpegurl";

/** Whether HLS is left to the engine: where it is good, where it is all there is, or not at all. */
type NativeHls = "yes" | "if-it-says-so" | "no";

interface Family {
  agent: RegExp;
  profile: ProfileName;
  nativeHls: NativeHls;
  deviceName: string;
}

/** In order: the first whose words are in the user agent. Most engines claim to be several. */
const FAMILIES: Family[] = [
  { agent: /Tizen/i, profile: "tizen", nativeHls: "yes", deviceName: "Samsung TV" },
  { agent: /Web0S|webOS/, profile: "webos", nativeHls: "yes", deviceName: "LG TV" },
  { agent: /VIDAA|Hisense/i, profile: "vidaa", nativeHls: "if-it-says-so", deviceName: "Hisense TV" },
  { agent: /CrKey/, profile: "chromecast", nativeHls: "no", deviceName: "Chromecast" },
  { agent: /iPad/, profile: "safari", nativeHls: "if-it-says-so", deviceName: "iPad" },
  { agent: /iPhone|iPod/, profile: "safari", nativeHls: "if-it-says-so", deviceName: "iPhone" },
  // Fire's own HLS neither seeks nor knows its duration: never native.
  { agent: /AFT[A-Z]|Silk\//, profile: "android", nativeHls: "no", deviceName: "Fire TV" },
  { agent: /Android|; wv\)/, profile: "android", nativeHls: "no", deviceName: "Android" },
  { agent: /Edg\//, profile: "chromium", nativeHls: "no", deviceName: "Edge" },
  { agent: /OPR\//, profile: "chromium", nativeHls: "no", deviceName: "Opera" },
  { agent: /Chrom(e|ium)\//, profile: "chromium", nativeHls: "no", deviceName: "Chrome" },
  { agent: /Macintosh.*Safari\//, profile: "safari", nativeHls: "if-it-says-so", deviceName: "Mac" },
  { agent: /Safari\//, profile: "safari", nativeHls: "if-it-says-so", deviceName: "Safari" },
  { agent: /Firefox\//, profile: "baseline", nativeHls: "no", deviceName: "Firefox" },
];

const TV_PROFILES: ProfileName[] = ["tizen", "webos", "vidaa", "chromecast"];
/** What boxes and sticks with a common engine call themselves. */
const TV_AGENT = /TV\b|BRAVIA|AFT[A-Z]|Xbox|PlayStation|Nintendo/;

/** Name the screen that sends this user agent. */
export function describeScreen(agent: string, probe: Probe): Screen {
  const streams = probe.canStream(H264_AAC);
  const saysHls = probe.canPlay(HLS) !== "";
  const family = FAMILIES.filter((one) => one.agent.test(agent))[0];
  const tv = TV_AGENT.test(agent) || (family !== undefined && TV_PROFILES.indexOf(family.profile) >= 0);
  if (!family) {
    return { profile: "baseline", nativeHls: saysHls && !streams, deviceName: "Browser", tv };
  }
  const nativeHls = family.nativeHls === "yes" || (family.nativeHls === "if-it-says-so" && saysHls);
  // Chromium builds without the patented codecs exist; they get what every build plays.
  const poor = family.profile === "chromium" && !streams && probe.canPlay(H264_AAC) === "";
  return { profile: poor ? "baseline" : family.profile, nativeHls, deviceName: family.deviceName, tv };
}
