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
}

export interface Probe {
  /** `HTMLVideoElement.canPlayType` for a MIME type. */
  canPlay(type: string): string;
  /** `MediaSource.isTypeSupported`, false where there is no MediaSource. */
  canStream(type: string): boolean;
}

export const H264_AAC = 'video/mp4; codecs="avc1.640028, mp4a.40.2"';
const HLS = "application/vnd.apple.mpegurl";

function browserName(agent: string): string {
  if (/Firefox\//.test(agent)) {
    return "Firefox";
  }
  if (/Edg\//.test(agent)) {
    return "Edge";
  }
  if (/OPR\//.test(agent)) {
    return "Opera";
  }
  return /Chrom(e|ium)\//.test(agent) ? "Chrome" : "Browser";
}

/** Name the screen that sends this user agent. */
export function describeScreen(agent: string, probe: Probe): Screen {
  const hlsType = probe.canPlay(HLS) !== "";
  if (/Tizen/i.test(agent)) {
    return { profile: "tizen", nativeHls: true, deviceName: "Samsung TV" };
  }
  if (/Web0S|webOS/.test(agent)) {
    return { profile: "webos", nativeHls: true, deviceName: "LG TV" };
  }
  if (/VIDAA|Hisense/i.test(agent)) {
    return { profile: "vidaa", nativeHls: hlsType, deviceName: "Hisense TV" };
  }
  if (/CrKey/.test(agent)) {
    return { profile: "chromecast", nativeHls: false, deviceName: "Chromecast" };
  }
  if (/iPad|iPhone|iPod/.test(agent)) {
    return { profile: "safari", nativeHls: hlsType, deviceName: /iPad/.test(agent) ? "iPad" : "iPhone" };
  }
  if (/Safari\//.test(agent) && !/Chrom(e|ium)|Android|Edg/.test(agent)) {
    return { profile: "safari", nativeHls: hlsType, deviceName: /Mac/.test(agent) ? "Mac" : "Safari" };
  }
  const android = /Android|; wv\)|AFT[A-Z]/.test(agent);
  const fire = /AFT[A-Z]|Silk\//.test(agent);
  if (android) {
    // Fire's own HLS neither seeks nor knows its duration: never native.
    return { profile: "android", nativeHls: false, deviceName: fire ? "Fire TV" : "Android" };
  }
  if (/Chrom(e|ium)\/|Edg\//.test(agent)) {
    // Chromium builds without patented codecs exist; the server then sends what every build plays.
    const profile = probe.canStream(H264_AAC) || probe.canPlay(H264_AAC) !== "" ? "chromium" : "baseline";
    return { profile, nativeHls: false, deviceName: browserName(agent) };
  }
  return { profile: "baseline", nativeHls: hlsType && !probe.canStream(H264_AAC), deviceName: browserName(agent) };
}
