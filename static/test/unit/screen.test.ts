import { expect, it } from "vitest";
import { describeScreen } from "../../shared/screen";
import type { Probe } from "../../shared/screen";

const able: Probe = { canPlay: (type) => (/mp4/.test(type) ? "probably" : ""), canStream: () => true };
const apple: Probe = { canPlay: () => "maybe", canStream: () => true };
const poor: Probe = { canPlay: () => "", canStream: () => false };

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36";

it.each([
  ["Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36", "tizen", true],
  ["Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/53.0.2785.34 Safari/537.36 WebAppManager", "webos", true],
  ["Mozilla/5.0 (Linux; Android 9; VIDAA) AppleWebKit/537.36 Chrome/111.0 Safari/537.36 Hisense", "vidaa", false],
  ["Mozilla/5.0 (Linux; Android 11; AFTSSS) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.3 like Chrome/110 Safari/537.36", "android", false],
  ["Mozilla/5.0 (Linux; Android 12; TV; wv) AppleWebKit/537.36 Version/4.0 Chrome/120.0 Mobile Safari/537.36", "android", false],
  ["Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 Chrome/90.0 Safari/537.36 CrKey/1.56", "chromecast", false],
  [CHROME, "chromium", false],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "baseline", false],
  ["Something nobody has heard of", "baseline", false],
])("%s is %s", (agent, profile, nativeHls) => {
  const screen = describeScreen(agent, able);
  expect([screen.profile, screen.nativeHls]).toEqual([profile, nativeHls]);
});

it.each([
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15", "Mac"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1", "iPhone"],
])("%s plays HLS by itself", (agent, deviceName) => {
  expect(describeScreen(agent, apple)).toEqual({ profile: "safari", nativeHls: true, deviceName, tv: false });
});

it("asks for baseline where Chromium has no patented codecs", () => {
  expect(describeScreen(CHROME, poor).profile).toBe("baseline");
});

it("leaves HLS to an unknown engine that has nothing else", () => {
  const old: Probe = { canPlay: () => "maybe", canStream: () => false };
  expect(describeScreen("OldTV/1.0", old)).toMatchObject({ profile: "baseline", nativeHls: true });
});
