import { describe, expect, it } from "vitest";
import { channelName, clock, duration, fileSize, longDate, resolution } from "../../shared/format";
import { groupedCode } from "../../shared/pairing";

it.each([
  [0, "0:00"],
  [5.9, "0:05"],
  [65, "1:05"],
  [3599, "59:59"],
  [3600, "1:00:00"],
  [3723, "1:02:03"],
  [-4, "0:00"],
  [NaN, "0:00"],
  [Infinity, "0:00"],
])("clock(%d) is %s", (seconds, shown) => {
  expect(clock(seconds)).toBe(shown);
});

it.each([
  [0.2, "1 s"],
  [38, "38 s"],
  [60, "1 min"],
  [3570, "1 h"],
  [3600, "1 h"],
  [6120, "1 h 42 min"],
])("duration(%d) is %s", (seconds, shown) => {
  expect(duration(seconds)).toBe(shown);
});

it.each([
  [3840, 2160, "4K"],
  [3840, 1600, "4K"],
  [1920, 800, "1080p"],
  [1440, 1080, "1080p"],
  [1080, 1920, "1080p"],
  [1280, 720, "720p"],
  [720, 576, "576p"],
  [640, 360, "360p"],
])("%i x %i is %s", (width, height, shown) => {
  expect(resolution(width, height)).toBe(shown);
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1500, "1.5 KB"],
  [812000, "812 KB"],
  [3400000000, "3.4 GB"],
])("fileSize(%d) is %s", (bytes, shown) => {
  expect(fileSize(bytes)).toBe(shown);
});

it.each([
  ["BCDFGHJK", "BCDF-GHJK"],
  ["bcdf-ghjk", "BCDF-GHJK"],
  ["123456", "123-456"],
])("groups %s as %s", (code, shown) => {
  expect(groupedCode(code)).toBe(shown);
});

describe("longDate", () => {
  it("follows the language", () => {
    expect(longDate("2024-08-14T12:00:00", "en-GB")).toBe("14 August 2024");
    expect(longDate("2024-08-14T12:00:00", "de")).toBe("14. August 2024");
  });

  it("says nothing of what is no date", () => {
    expect(longDate("yesterday", "en")).toBe("");
  });
});

it("names channel layouts", () => {
  expect([1, 2, 6, 8, 3].map(channelName)).toEqual(["mono", "stereo", "5.1", "7.1", "3 ch"]);
});
