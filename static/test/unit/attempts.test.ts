import { describe, expect, it } from "vitest";
import { attemptFrom, attemptsFor, PLAIN, stepBelow, withQuery } from "../../shared/attempts";
import type { Playback } from "../../shared/types";

const HLS = "/api/v1/items/1/hls/master.m3u8?profile=chromium&ticket=abc";
const playback = (decision: Playback["decision"]): Playback => ({ decision, reason: "", file: "/f", hls: HLS });
const chromium = { profile: "chromium", nativeHls: false, mediaSource: true };

it("tries the file first when the server says so, then steps down", () => {
  const attempts = attemptsFor(playback("direct"), chromium);
  expect(attempts.map((attempt) => [attempt.method, attempt.profile])).toEqual([
    ["file", "chromium"],
    ["hls.js", "chromium"],
    ["hls.js", "baseline"],
    ["hls.js", "baseline"],
    ["hls.js", "legacy"],
  ]);
  expect(attempts.map((attempt) => attempt.url.indexOf("convert=1") > 0)).toEqual([false, false, false, true, true]);
});

it("streams at once otherwise", () => {
  expect(attemptsFor(playback("transcode"), chromium)[0]).toEqual({ level: "own", method: "hls.js", url: HLS, profile: "chromium" });
});

it("leaves HLS to engines that are good at it, and to those that have nothing else", () => {
  const tizen = attemptsFor(playback("remux"), { profile: "tizen", nativeHls: true, mediaSource: true });
  const old = attemptsFor(playback("remux"), { profile: "baseline", nativeHls: false, mediaSource: false });
  expect([tizen[0]!.method, old[0]!.method]).toEqual(["native-hls", "native-hls"]);
});

it("asks for no subtitles where a screen's own player would show what the page draws", () => {
  const tizen = attemptsFor(playback("remux"), { profile: "tizen", nativeHls: true, mediaSource: true });
  expect(tizen.map((attempt) => attempt.url.split("&").indexOf("subtitles=off") > 0)).toEqual([true, true, true, true]);
  expect(attemptsFor(playback("remux"), chromium).some((attempt) => attempt.url.indexOf("subtitles") >= 0)).toBe(false);
});

it("does not try the same thing twice", () => {
  const attempts = attemptsFor(playback("remux"), { ...chromium, profile: "baseline" });
  expect(attempts.map((attempt) => attempt.level)).toEqual(["own", "converted", "legacy"]);
});

it.each([
  ["/m.m3u8?profile=a&ticket=t", "/m.m3u8?ticket=t&profile=b"],
  ["/m.m3u8?ticket=t&profile=a", "/m.m3u8?ticket=t&profile=b"],
  ["/m.m3u8?profile=a", "/m.m3u8?profile=b"],
  ["/m.m3u8", "/m.m3u8?profile=b"],
])("withQuery(%s)", (before, after) => {
  expect(withQuery(before, { profile: "b" })).toBe(after);
});

it("leaves out of an address what is set to nothing", () => {
  expect(withQuery("/m?a=1&b=2&c=3", { b: null })).toBe("/m?a=1&c=3");
  expect(withQuery("/m?a=1", { a: null })).toBe("/m");
});

describe("what the viewer chose", () => {
  it("is asked for in the stream's address, all the way down", () => {
    const attempts = attemptsFor(playback("direct"), chromium, { audio: 1, burn: 3, quality: "720" });
    expect(attempts.map((attempt) => attempt.level)).toEqual(["own", "baseline", "converted", "legacy"]);
    for (const attempt of attempts) {
      expect(attempt.url).toContain("audio=1&burn=3&quality=720");
    }
  });

  it("leaves the file alone when it is what the file plays anyway", () => {
    expect(attemptsFor(playback("direct"), chromium, PLAIN)[0]!.method).toBe("file");
    expect(attemptsFor(playback("direct"), chromium, { ...PLAIN, audio: 0 })[0]!.method).toBe("hls.js");
  });
});

it("does not go on relying on what the engine said of itself", () => {
  const said = { ...playback("remux"), hls: HLS + "&can=hevc10" };
  const urls = attemptsFor(said, chromium).map((attempt) => attempt.url.indexOf("can=") >= 0);
  expect(urls).toEqual([true, false, false, false]);
});

it("never goes up again by itself", () => {
  const attempts = attemptsFor(playback("direct"), chromium);
  expect(attemptFrom(attempts, "file")!.level).toBe("file");
  expect(attemptFrom(attempts, "baseline")!.level).toBe("baseline");
  expect(attemptFrom(attemptsFor(playback("direct"), { ...chromium, profile: "legacy" }), "baseline")!.level).toBe("legacy");
  expect(stepBelow(attempts, attempts[0]!)!.level).toBe("own");
  expect(stepBelow(attempts, attempts[4]!)).toBeNull();
});

it("converts what came and could not be decoded, whatever its wrapping", () => {
  const attempts = attemptsFor(playback("direct"), chromium);
  const own = attempts[1]!;
  expect(stepBelow(attempts, own)!.level).toBe("baseline");
  expect(stepBelow(attempts, own, true)!.level).toBe("converted");
  expect(stepBelow(attempts, attempts[0]!, true)!.level).toBe("own");
  expect(stepBelow(attempts, attempts[4]!, true)).toBeNull();
});
