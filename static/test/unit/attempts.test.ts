import { expect, it } from "vitest";
import { attemptsFor, withProfile } from "../../shared/attempts";
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
    ["hls.js", "legacy"],
  ]);
});

it("streams at once otherwise", () => {
  expect(attemptsFor(playback("transcode"), chromium)[0]).toEqual({ method: "hls.js", url: HLS, profile: "chromium" });
});

it("leaves HLS to engines that are good at it, and to those that have nothing else", () => {
  const tizen = attemptsFor(playback("remux"), { profile: "tizen", nativeHls: true, mediaSource: true });
  const old = attemptsFor(playback("remux"), { profile: "baseline", nativeHls: false, mediaSource: false });
  expect([tizen[0]!.method, old[0]!.method]).toEqual(["native-hls", "native-hls"]);
});

it("does not try the same thing twice", () => {
  const attempts = attemptsFor(playback("remux"), { ...chromium, profile: "baseline" });
  expect(attempts.map((attempt) => attempt.profile)).toEqual(["baseline", "legacy"]);
});

it.each([
  ["/m.m3u8?profile=a&ticket=t", "/m.m3u8?ticket=t&profile=b"],
  ["/m.m3u8?ticket=t&profile=a", "/m.m3u8?ticket=t&profile=b"],
  ["/m.m3u8?profile=a", "/m.m3u8?profile=b"],
  ["/m.m3u8", "/m.m3u8?profile=b"],
])("withProfile(%s)", (before, after) => {
  expect(withProfile(before, "b")).toBe(after);
});
