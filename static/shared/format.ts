/** Times, sizes and dates in the words that a screen shows. */

function two(value: number): string {
  return value < 10 ? "0" + String(value) : String(value);
}

/** Seconds as a clock: `4:05`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(isFinite(seconds) ? seconds : 0));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = two(whole % 60);
  return hours > 0 ? String(hours) + ":" + two(minutes) + ":" + rest : String(minutes) + ":" + rest;
}

/** Seconds in words: `1 h 42 min`, `7 min`, `38 s`. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) {
    return String(Math.max(1, Math.round(seconds))) + " s";
  }
  if (minutes < 60) {
    return String(minutes) + " min";
  }
  const rest = minutes % 60;
  return String(Math.floor(minutes / 60)) + " h" + (rest > 0 ? " " + String(rest) + " min" : "");
}

/** What people call a picture of this size: `4K`, `1080p`, `480p`; by the longer side, so that wide films count. */
export function resolution(width: number, height: number): string {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const steps: [number, number, string][] = [
    [7000, 4000, "8K"],
    [3400, 2000, "4K"],
    [2300, 1400, "1440p"],
    [1800, 1000, "1080p"],
    [1200, 700, "720p"],
  ];
  for (const [minLong, minShort, name] of steps) {
    if (long >= minLong || short >= minShort) {
      return name;
    }
  }
  return String(short) + "p";
}

/** Bytes: `3.4 GB`, `812 KB`. */
export function fileSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return (value < 10 && unit > 0 ? value.toFixed(1) : String(Math.round(value))) + " " + (units[unit] || "");
}

/** `14 August 2024` in the language's own order, empty when it is no date. */
export function longDate(iso: string, language: string): string {
  const date = new Date(iso);
  if (isNaN(date.getTime())) {
    return "";
  }
  return date.toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" });
}

/** Hours and minutes as the language writes them: `20:15`, `8:15 PM`. */
export function timeOfDay(date: Date, language: string): string {
  return date.toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" });
}

/** Channel layouts as they are printed on boxes. */
export function channelName(channels: number): string {
  const names: Record<number, string> = { 1: "mono", 2: "stereo", 6: "5.1", 7: "6.1", 8: "7.1" };
  return names[channels] || String(channels) + " ch";
}
