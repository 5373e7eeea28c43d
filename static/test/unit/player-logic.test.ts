/** The small decisions of the player: previews, chapters, what follows, trouble, abilities, preferences. */
import { describe, expect, it } from "vitest";
import { canList } from "../../shared/abilities";
import { chapterAt, nextChapter, previousChapter } from "../../shared/chapters";
import { offerAt, offered } from "../../shared/next-up";
import { Preferences } from "../../shared/preferences";
import { tileAt } from "../../shared/previews";
import { isEnd, skipTarget, troubleOf } from "../../shared/trouble";
import { rungsFor } from "../../tv/player/use-choices";
import type { ItemDetail } from "../../shared/types";

describe("the picture for a moment", () => {
  const previews = { interval_s: 10, width: 160, height: 90, columns: 3, rows: 2, count: 8, sheets: ["/0", "/1"] };

  it.each([
    [0, "/0", 0, 0],
    [9.99, "/0", 0, 0],
    [10, "/0", 1, 0],
    [35, "/0", 0, 1],
    [60, "/1", 0, 0],
    [79, "/1", 1, 0],
    [5000, "/1", 1, 0],
    [-3, "/0", 0, 0],
  ])("%d s is on %s", (position_s, sheet, column, row) => {
    expect(tileAt(previews, position_s)).toEqual({ sheet, column, row });
  });

  it("is none where there are none", () => {
    expect(tileAt({ ...previews, count: 0 }, 5)).toBeNull();
    expect(tileAt({ ...previews, sheets: [] }, 5)).toBeNull();
  });
});

describe("chapters", () => {
  const chapters = [0, 60, 120].map((start_s) => ({ start_s }));

  it("know where one is, and what is before and after", () => {
    expect([0, 59.9, 60, 500].map((at) => chapterAt(chapters, at))).toEqual([0, 0, 1, 2]);
    expect([nextChapter(chapters, 10)?.start_s, nextChapter(chapters, 130)]).toEqual([60, null]);
    expect([70, 62, 1].map((at) => previousChapter(chapters, at)?.start_s)).toEqual([60, 0, 0]);
    expect([chapterAt([], 5), previousChapter([], 5)]).toEqual([-1, null]);
  });
});

it("offers the next film for longer at the end of a long one, never for most of a clip", () => {
  expect([offerAt(7200), offerAt(100), offerAt(20)]).toEqual([20, 10, 5]);
  expect([offered(7185, 7200), offered(7100, 7200), offered(4, 8), offered(7300, 7200)]).toEqual([15, null, null, 0]);
});

describe("trouble", () => {
  const problem = (status: number, word: string, extra = {}) => ({
    type: "urn:lanterne:problem:" + word, title: "", status, detail: "2 of 2", error: null, retryAfterS: null, damagedUntilS: null, ...extra,
  });

  it("is told apart by the server's words", () => {
    expect(troubleOf(problem(503, "busy", { retryAfterS: 7 }))).toEqual({ kind: "busy", detail: "2 of 2", retry_s: 7 });
    expect(troubleOf(problem(500, "damaged-data"))).toEqual({ kind: "damaged", until_s: null, stored: true });
    expect(troubleOf(problem(500, "conversion-failed", { damagedUntilS: 44 }))).toEqual({ kind: "damaged", until_s: 44, stored: false });
    expect(troubleOf(problem(0, ""))?.kind).toBe("unreachable");
  });

  it("is final where the server says so of the file or the vault, in its words", () => {
    for (const [status, word] of [[422, "not-playable"], [409, "changed"], [503, "storage"]] as const) {
      expect(troubleOf(problem(status, word))).toEqual({ kind: "failed", detail: "2 of 2" });
    }
  });

  it("is none where the film is over sooner than was thought", () => {
    expect([isEnd(problem(404, "film-ended")), isEnd(problem(404, "not-found"))]).toEqual([true, false]);
  });

  it("is left to the next way to play where that may help", () => {
    expect([troubleOf(problem(500, "conversion-failed")), troubleOf(problem(404, "not-found"))]).toEqual([null, null]);
  });

  it("is skipped to where the film is whole, or farther with every try", () => {
    expect(skipTarget(100, 130, 0)).toBe(130);
    expect([0, 1, 2, 9].map((tries) => skipTarget(100, null, tries))).toEqual([110, 120, 140, 400]);
    expect(skipTarget(200, 130, 0)).toBe(210);
  });
});

describe("what the engine says of itself", () => {
  const engine = (plays: string, streams = plays, highRange = false) => ({
    canPlay: (type: string) => (new RegExp(plays).test(type) ? "probably" : ""),
    canStream: (type: string) => new RegExp(streams).test(type),
    highRange,
  });

  it("is yes and no, word by word", () => {
    const words = canList("chromium", false, engine("avc1|av01|vp09|x-matroska", undefined, true)).split(",");
    expect(words).toContain("av1");
    expect(words).toContain("-hevc");
    expect(words).toContain("-ac3");
    expect(words).toContain("mkv");
    expect(words).toContain("hdr");
    expect(words).not.toContain("-webm");
  });

  it("is nothing where the engine contradicts itself, unless it plays HLS by itself", () => {
    expect(canList("chromium", false, engine("hvc1", "none"))).not.toContain("hevc");
    expect(canList("safari", true, engine("hvc1", "none"))).toMatch(/^hevc,|,hevc,/);
  });

  it("is only yes from TVs, which deny what they play", () => {
    expect(canList("tizen", true, engine("nothing at all"))).toBe("");
  });
});

describe("preferences", () => {
  it("are kept by the browser, else as long as the page is open", () => {
    const kept: Record<string, string> = {};
    const store = { getItem: (name: string) => kept[name] ?? null, setItem: (name: string, value: string) => { kept[name] = value; } };
    new Preferences(store).set("audio", "fr");
    expect([new Preferences(store).get("audio"), kept]).toEqual(["fr", { "lanterne.audio": "fr" }]);
    const broken = { getItem: () => { throw new Error("denied"); }, setItem: () => { throw new Error("full"); } };
    for (const preferences of [new Preferences(null), new Preferences(broken)]) {
      expect(preferences.get("audio")).toBeNull();
      preferences.set("audio", "de");
      expect(preferences.get("audio")).toBe("de");
    }
  });

  it("are one of the words that are known", () => {
    const preferences = new Preferences(null);
    preferences.set("cue-size", "gigantic");
    expect(preferences.oneOf("cue-size", ["medium", "large"])).toBe("medium");
    preferences.set("cue-size", "large");
    expect(preferences.oneOf("cue-size", ["medium", "large"])).toBe("large");
  });
});

it.each([
  [1920, 1080, ["1080", "720", "480"]],
  [1920, 800, ["1080", "720", "480"]],
  [1280, 720, ["720", "480"]],
  [720, 576, ["480"]],
  [1080, 1920, ["1080", "720", "480"]],
  [320, 240, []],
])("a film of %d x %d is offered no larger than it is", (width, height, rungs) => {
  const media = { video: [{ codec: "h264", width, height }], audio: [], subtitles: [] };
  expect(rungsFor({ media } as unknown as ItemDetail)).toEqual(rungs);
});
