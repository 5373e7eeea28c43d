// @vitest-environment jsdom
/** The page as a whole on a made-up server: keys in, focus and requests out. */
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../../shared/api";
import { languageFor } from "../../shared/i18n";
import type { Item } from "../../shared/types";
import { App } from "../../tv/app";
import { Input } from "../../tv/input";
import type { LaterScripts } from "../../tv/later";

const CODES: Record<string, number> = { left: 37, up: 38, right: 39, down: 40, ok: 13, back: 461, escape: 27, play: 415 };

function item(id: string, kind: Item["kind"], parent: string | null = null): Item {
  const extra = kind === "folder" ? { child_count: 3 } : { duration_s: 600, width: 1920, height: 1080 };
  return { id, kind, name: id, path: "/" + id, title: "Title " + id, parent, image: null, ...extra };
}

function several(prefix: string, count: number, kind: Item["kind"]): Item[] {
  return Array.from({ length: count }, (_, index) => item(prefix + String(index), kind, kind === "folder" ? null : "f0"));
}

/** The scripts that come later, without a page to fetch them from. */
const later: LaterScripts = {
  pages: { now: null, load: () => import("../../tv/pages/all") },
  player: { now: null, load: () => import("../../tv/player/player").then((module) => module.Player) },
};

/** A server in a few lines: its state is public so that a test can change it. */
class Household {
  paired = true;
  locked = false;
  down = false;
  role = "phone";
  items: Item[] = [...several("f", 2, "folder"), ...several("v", 15, "video"), ...several("p", 30, "photo")];
  log: string[] = [];
  keepsPositions = true;
  positions: Record<string, number> = {};
  follows: Record<string, string> = {};
  decision = "direct";
  media: unknown = { video: [], audio: [], subtitles: [] };
  server = {
    conversions: { playing: 1, limit: 3, passed_on: 2, waiting: 0, viewers: 3, memory_size: 84_200_000 },
    encoders: [
      { name: "h264_vaapi", device: "/dev/dri/renderD128", reads: true, works: true, chosen: true, reason: "", cost: 0.125 },
      { name: "libx264", device: null, reads: false, works: true, chosen: false, reason: "", cost: null },
      { name: "h264_qsv", device: null, reads: false, works: false, chosen: false, reason: "no such session", cost: null },
    ],
  };
  /** The film itself is not answered for before this. */
  held: Promise<void> = Promise.resolve();
  streamProblem: { status: number; body: unknown } | null = null;

  readonly fetch = (url: string, init: RequestInit = {}): Promise<Response> => {
    this.log.push((init.method || "GET") + " " + url);
    if (this.down) {
      return Promise.reject(new TypeError("network"));
    }
    const { status, body } = this.answer(new URL(url, "http://tv"), init);
    const response = new Response(body === null ? null : JSON.stringify(body), { status });
    return (url === "/f" ? this.held : Promise.resolve()).then(() => response);
  };

  private answer(url: URL, init: RequestInit): { status: number; body: unknown } {
    const body = init.body ? (JSON.parse(init.body as string) as Record<string, string>) : {};
    switch (url.pathname) {
      case "/healthz":
        return { status: 200, body: { status: "ok", vault: this.locked ? "locked" : "unlocked" } };
      case "/api/v1/pair":
        return { status: 200, body: { device_code: "d", user_code: "BCDFGHJK", verification_uri: "http://box/app", expires_in: 600, interval: 3 } };
      case "/api/v1/pair/token":
        this.paired = this.paired || body.invitation === "GOOD";
        return this.paired ? { status: 200, body: {} } : { status: 400, body: { error: "authorization_pending" } };
    }
    if (!this.paired) {
      return { status: 401, body: {} };
    }
    switch (url.pathname) {
      case "/api/v1/me":
        return { status: 200, body: { device_id: "1", role: this.role, vault: this.locked ? "locked" : "unlocked" } };
      case "/api/v1/unlock":
        if (body.passphrase !== "open sesame") {
          return { status: 403, body: { type: "urn:lanterne:problem:wrong-passphrase" } };
        }
        this.locked = false;
        return { status: 204, body: null };
      case "/api/v1/lock":
        this.locked = true;
        return { status: 204, body: null };
    }
    if (this.locked) {
      return { status: 423, body: {} };
    }
    if (url.pathname === "/api/v1/server") {
      return this.role === "owner" ? { status: 200, body: this.server } : { status: 403, body: {} };
    }
    const [, , , collection, id, rest] = url.pathname.split("/");
    if (this.streamProblem && url.pathname === "/h") {
      return this.streamProblem;
    }
    const special = collection === "items" && id ? this.film(id, rest, init) : null;
    return special || { status: 200, body: this.library(url) };
  }

  private film(id: string, rest: string | undefined, init: RequestInit): { status: number; body: unknown } | null {
    if (rest === "position" && this.keepsPositions) {
      this.positions[id] = (JSON.parse(init.body as string) as { position_s: number }).position_s;
      return { status: 204, body: null };
    }
    if (rest === "next" && this.follows[id]) {
      return { status: 200, body: this.items.filter((one) => one.id === this.follows[id])[0] };
    }
    if (rest === "subtitles") {
      return { status: 200, body: "WEBVTT" };
    }
    return rest ? { status: 404, body: {} } : null;
  }

  private library(url: URL): unknown {
    const kind = url.searchParams.get("kind");
    const folder = url.searchParams.get("folder");
    const id = url.pathname.split("/")[4];
    if (url.pathname === "/api/v1/scan") {
      return { running: false, done: 1, total: 1 };
    }
    if (id) {
      const found = this.items.filter((one) => one.id === id)[0]!;
      const playback = { decision: this.decision, reason: "it just does", file: "/f", hls: "/h" };
      return { ...found, position_s: this.positions[id], playback: found.problem && !found.partly ? null : playback, media: this.media };
    }
    if (url.searchParams.get("begun")) {
      const begun = this.items.filter((one) => this.positions[one.id]).map((one) => ({ ...one, position_s: this.positions[one.id] }));
      return { items: begun, next: null };
    }
    const items = this.items
      .filter((one) => (kind ? one.kind === kind : (one.parent || null) === folder))
      .map((one) => ({ ...one, position_s: this.positions[one.id] ?? one.position_s }));
    return { items: items.slice(0, 20), next: items.length > 20 ? "20" : null };
  }
}

let household: Household;
let input: Input;
let root: HTMLElement;

beforeEach(() => {
  household = new Household();
  window.matchMedia = () => ({ matches: false, addListener: () => undefined, removeListener: () => undefined }) as unknown as MediaQueryList;
  HTMLMediaElement.prototype.play = () => Promise.resolve();
  HTMLMediaElement.prototype.load = () => undefined;
  root = document.createElement("div");
  document.body.appendChild(root);
});

afterEach(() => {
  vi.restoreAllMocks();
  render(null, root);
  input.close();
  root.remove();
  window.location.hash = "";
  window.localStorage.clear();
});

function open(): void {
  input = new Input(document.body);
  const screen = { profile: "chromium" as const, nativeHls: false, deviceName: "Test TV", tv: false, can: "av1,-hevc" };
  render(<App api={new Api(household.fetch)} input={input} language={languageFor("en")} screen={screen} later={later} />, root);
}

function byTestId(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
}

function focused(): string {
  const element = document.activeElement;
  return element?.getAttribute("data-item") || element?.getAttribute("data-testid") || element?.tagName || "";
}

async function seen(condition: () => unknown): Promise<void> {
  await vi.waitFor(() => {
    expect(condition()).toBeTruthy();
  }, { timeout: 5000, interval: 5 });
}

async function focusIs(name: string): Promise<void> {
  await vi.waitFor(() => {
    expect(focused()).toBe(name);
  }, { timeout: 5000, interval: 5 });
}

/** Press keys one after the other, each after what the one before caused was drawn. */
async function press(...names: string[]): Promise<void> {
  for (const name of names) {
    const target = document.activeElement || document.body;
    for (const type of ["keydown", "keyup"]) {
      target.dispatchEvent(new KeyboardEvent(type, { keyCode: CODES[name]!, bubbles: true, cancelable: true }));
    }
    await Promise.resolve();
    await Promise.resolve();
  }
}

async function atHome(): Promise<void> {
  open();
  await focusIs("v0");
  await seen(() => document.querySelector('[data-row="folder-f0"]'));
}

describe("home", () => {
  it("begins on the first card, with rows for films, photos, folders and a folder's content", async () => {
    await atHome();
    const rows = Array.from(document.querySelectorAll("[data-row]")).map((row) => row.getAttribute("data-row"));
    expect(rows).toEqual(["recent", "photos", "folders", "folder-f0"]);
    expect(document.querySelectorAll("h1")).toHaveLength(1);
    expect(document.querySelectorAll("main")).toHaveLength(1);
  });

  it("moves the one focus by arrows and remembers each row's card", async () => {
    await atHome();
    await press("right", "right", "down");
    await focusIs("p1");
    await press("right", "up");
    await focusIs("v2");
    await press("down");
    await focusIs("p2");
  });

  it("keeps only the cards that are near", async () => {
    await atHome();
    const cards = () => Array.from(document.querySelectorAll('[data-row="recent"] .card')).map((card) => card.getAttribute("data-item"));
    expect(cards()).not.toContain("v14");
    await press(...Array<string>(14).fill("right"));
    await focusIs("v14");
    expect(cards()).toContain("v14");
    expect(cards()).not.toContain("v0");
  });

  it("reaches the hero's button above the first row", async () => {
    await atHome();
    await press("up");
    await focusIs("hero-action");
  });

  it("opens the rail at the left edge, and the rail leads to a page and back", async () => {
    await atHome();
    await press("left");
    await focusIs("nav-home");
    await press("down", "down", "ok");
    await focusIs("p0");
    expect(byTestId("photos")).not.toBeNull();
    await press("back");
    await seen(() => byTestId("home"));
    await focusIs("v0");
  });

  it("closes the rail by Right without moving the page's focus", async () => {
    await atHome();
    await press("right", "left", "left");
    await focusIs("nav-home");
    await press("right");
    await focusIs("v0");
  });

  it("leads from the last card to the whole list when the row is cut", async () => {
    await atHome();
    await press("down", ...Array<string>(20).fill("right"));
    await focusIs("see-all");
    await press("ok");
    await seen(() => byTestId("photos"));
  });
});

describe("going in and coming back", () => {
  it("shows a film's page and returns to the same card", async () => {
    await atHome();
    await press("right", "right", "right", "ok");
    await focusIs("play");
    expect(byTestId("detail-title")?.textContent).toBe("Title v3");
    await seen(() => byTestId("decision")?.textContent === "Plays as it is");
    await press("back");
    await focusIs("v3");
  });

  it("says why a film is converted", async () => {
    household.decision = "transcode";
    await atHome();
    await press("ok");
    await seen(() => byTestId("decision")?.textContent.includes("it just does"));
  });

  it("takes the browser's own Back for Back", async () => {
    await atHome();
    await press("right", "ok");
    await focusIs("play");
    window.history.back();
    await focusIs("v1");
  });

  it("returns from the photos to the one that was looked at last", async () => {
    await atHome();
    await press("down", "ok");
    await focusIs("viewer-stage");
    await press("right", "right", "escape");
    await focusIs("p2");
  });

  it("asks before it leaves", async () => {
    await atHome();
    await press("back");
    await seen(() => byTestId("toast")?.textContent.includes("again"));
    expect(byTestId("home")).not.toBeNull();
  });

  it("refuses to play what has a problem, and says which", async () => {
    household.items[2]!.problem = "incomplete or changed since it was added";
    await atHome();
    await press("ok");
    await focusIs("play");
    await seen(() => byTestId("problem")?.textContent.includes("incomplete"));
    expect(byTestId("play")?.getAttribute("aria-disabled")).toBe("true");
    await press("ok");
    await seen(() => byTestId("toast")?.textContent.includes("incomplete"));
    expect(byTestId("player")).toBeNull();
  });

  it("offers to play what has a problem in a part only, and says so beforehand", async () => {
    household.items[2]!.problem = "a part of it is not what was stored";
    household.items[2]!.partly = true;
    await atHome();
    await press("ok");
    await focusIs("play");
    await seen(() => byTestId("problem")?.textContent.includes("a part of it"));
    expect(byTestId("play")?.getAttribute("aria-disabled")).toBeNull();
  });
});

describe("the player", () => {
  it("plays the file itself, and Back hides the controls before it leaves", async () => {
    await atHome();
    await press("ok");
    await focusIs("play");
    await press("ok");
    await seen(() => byTestId("video")?.getAttribute("src") === "/f");
    await focusIs("toggle");
    byTestId("video")!.dispatchEvent(new Event("playing"));
    await seen(() => byTestId("player")?.getAttribute("data-status") === "playing");
    await press("back");
    await seen(() => byTestId("osd")?.getAttribute("data-shown") === "false");
    await press("back");
    await focusIs("play");
  });

  it("steps down to the stream when the file does not play here, and says so", async () => {
    await atHome();
    await press("ok");
    await focusIs("play");
    await press("ok");
    await seen(() => byTestId("video")?.getAttribute("src") === "/f");
    byTestId("video")!.dispatchEvent(new Event("error"));
    // jsdom has no Media Source Extensions, so HLS is left to the engine.
    await seen(() => byTestId("video")?.getAttribute("src") === "/h?subtitles=off");
    expect(byTestId("toast")?.textContent).toContain("Converting");
  });
});

/** What jsdom's video element does not do by itself. */
function playFrom(position_s: number): HTMLVideoElement {
  const video = byTestId("video") as HTMLVideoElement;
  Object.defineProperty(video, "currentTime", { value: position_s, writable: true, configurable: true });
  Object.defineProperty(video, "duration", { value: 600, configurable: true });
  Object.defineProperty(video, "readyState", { value: 4, configurable: true });
  Object.defineProperty(video, "error", { value: null, configurable: true });
  video.dispatchEvent(new Event("playing"));
  video.dispatchEvent(new Event("timeupdate"));
  return video;
}

/** Go on as if so much time had passed. */
function later_s(seconds: number): void {
  const now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now + seconds * 1000);
}

/** From a film's card through its page into the player, once somebody listens to the element. */
async function playFocused(): Promise<void> {
  await press("ok");
  await focusIs("play");
  await press("ok");
  await seen(() => byTestId("video")?.getAttribute("src"));
  await focusIs("toggle");
}

async function atPlayer(): Promise<void> {
  await atHome();
  await playFocused();
}

describe("a film that stands still", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** It plays for a while, and nothing comes any more; the server is asked why. */
  async function starve(): Promise<HTMLVideoElement> {
    await atPlayer();
    const video = playFrom(100);
    Object.defineProperty(video, "paused", { value: false });
    Object.defineProperty(video, "videoWidth", { value: 1920 });
    vi.advanceTimersByTime(27000);
    await seen(() => household.log.includes("GET /f"));
    return video;
  }

  it("plays on in the same way once the network is back", async () => {
    let release: () => void = () => undefined;
    household.held = new Promise((resolve) => { release = resolve; });
    await starve();
    vi.advanceTimersByTime(11000);
    release();
    await seen(() => byTestId("player")?.getAttribute("data-status") === "loading");
    const video = byTestId("video") as HTMLVideoElement;
    expect(video.getAttribute("src")).toBe("/f");
    video.currentTime = 0;
    video.dispatchEvent(new Event("loadedmetadata"));
    expect(video.currentTime).toBe(100);
    expect(byTestId("toast")?.textContent || "").not.toContain("Converting");
  });

  it("is left alone when it has gone on by the time of the answer", async () => {
    let release: () => void = () => undefined;
    household.held = new Promise((resolve) => { release = resolve; });
    const video = await starve();
    video.currentTime = 103;
    release();
    vi.advanceTimersByTime(11000);
    await household.held;
    await new Promise((resolve) => { setTimeout(resolve); });
    expect(byTestId("player")?.getAttribute("data-status")).toBe("playing");
    expect(video.getAttribute("src")).toBe("/f");
  });

  it("is made in another way when it stands still again at once", async () => {
    await starve();
    await seen(() => byTestId("player")?.getAttribute("data-status") === "loading");
    vi.advanceTimersByTime(27000);
    await seen(() => byTestId("video")?.getAttribute("src")?.startsWith("/h"));
  });
});

describe("the player's menus", () => {
  beforeEach(() => {
    const track = { codec: "aac", channels: 2, title: null };
    household.media = {
      video: [{ codec: "h264", width: 1280, height: 720 }],
      audio: [{ ...track, index: 0, language: "eng", default: true }, { ...track, index: 1, language: "fra", default: false }],
      subtitles: [{ index: 0, codec: "hdmv_pgs_subtitle", language: "deu", text: false, url: null }],
      chapters: [{ start_s: 0, title: "One" }, { start_s: 300, title: "Two" }],
    };
  });

  it("switch the sound at the same place, in two presses and a choice", async () => {
    await atPlayer();
    playFrom(120);
    await press("down");
    await focusIs("bar-tracks");
    await press("ok");
    await focusIs("entry-tracks");
    await press("down", "ok");
    await focusIs("bar-tracks");
    await seen(() => byTestId("video")?.getAttribute("src") === "/h?audio=1&subtitles=off&start=120.0");
  });

  it("have pictures of words drawn by the server", async () => {
    await atPlayer();
    playFrom(60);
    await press("down", "ok", "right", "down", "ok");
    await seen(() => byTestId("video")?.getAttribute("src") === "/h?burn=0&subtitles=off&start=60.0");
  });

  it("offer no quality above the film's own, and remember the language for the next film", async () => {
    await atPlayer();
    playFrom(60);
    await press("down", "ok", "down", "ok", "right", "right", "ok");
    await focusIs("entry-quality");
    expect(Array.from(document.querySelectorAll("[data-testid=entry-quality] .menu-label"), (label) => label.textContent)).toEqual(["Auto", "720p", "480p"]);
    expect(window.localStorage.getItem("lanterne.audio")).toBe("fr");
    await press("back", "back", "back");
    await focusIs("play");
    await press("ok");
    await seen(() => byTestId("video")?.getAttribute("src")?.startsWith("/h?audio=1"));
  });

  it("jump to a chapter", async () => {
    await atPlayer();
    const video = playFrom(10);
    expect(document.querySelectorAll("[data-testid=chapter-mark]")).toHaveLength(1);
    await press("down", "right", "ok", "down", "ok");
    await seen(() => video.currentTime === 300);
  });
});

describe("where a film was left", () => {
  it("is told to the server, and is what the film's page and home offer then", async () => {
    await atPlayer();
    playFrom(200);
    await press("back", "back");
    await focusIs("play");
    await seen(() => household.positions.v0 === 200);
    await seen(() => byTestId("play")?.textContent.includes("3:20"));
    await press("back");
    await seen(() => document.querySelector("[data-row=continue] [data-item=v0]"));
  });

  it("has the focus when its row comes back in another order", async () => {
    household.positions = { v0: 10, v1: 20 };
    open();
    await focusIs("v0");
    await press("right");
    await focusIs("v1");
    await press("ok");
    await focusIs("play");
    household.items = household.items.slice().reverse();
    await press("back");
    await seen(() => document.querySelector("[data-row=continue] [data-item]")?.getAttribute("data-item") === "v1");
    await focusIs("v1");
    expect(document.activeElement?.getAttribute("data-column")).toBe("0");
  });

  it("is told of the next film, too, when one is gone", async () => {
    const watch = async (id: string): Promise<void> => {
      await playFocused();
      playFrom(200);
      await press("back", "back");
      await seen(() => household.log.includes("PUT /api/v1/items/" + id + "/position"));
      await focusIs("play");
      await press("back");
      await focusIs(id);
    };
    await atHome();
    await watch("v0");
    household.keepsPositions = false;
    await press("right");
    await watch("v1");
    household.keepsPositions = true;
    await press("right");
    await watch("v2");
    expect(household.positions).toEqual({ v0: 200, v2: 200 });
  });

  it("is what OK goes on with after the film was begun anew", async () => {
    household.positions = { v0: 100 };
    await atHome();
    await press("ok");
    await seen(() => byTestId("restart"));
    await press("right");
    await focusIs("restart");
    await press("ok");
    await focusIs("toggle");
    await seen(() => byTestId("video")?.getAttribute("src"));
    playFrom(50);
    await press("back", "back");
    await focusIs("play");
  });

  it("is where Play goes on in a list that is older than it", async () => {
    await atHome();
    await press("left");
    await focusIs("nav-home");
    await press("down", "ok");
    await seen(() => byTestId("videos"));
    await focusIs("v0");
    await playFocused();
    playFrom(200);
    await press("back", "back");
    await focusIs("play");
    await seen(() => household.positions.v0 === 200);
    await press("back");
    await focusIs("v0");
    later_s(60);
    await press("ok");
    await seen(() => byTestId("decision"));
    await press("back");
    await focusIs("v0");
    await press("play");
    await seen(() => byTestId("video")?.getAttribute("src"));
    const video = byTestId("video") as HTMLVideoElement;
    video.dispatchEvent(new Event("loadedmetadata"));
    expect(video.currentTime).toBe(200);
  });

  it("is where somebody jumped to, though they left before that had come", async () => {
    household.media = { video: [], audio: [], subtitles: [], chapters: [{ start_s: 0, title: "One" }, { start_s: 350, title: "Two" }] };
    await atPlayer();
    const video = playFrom(100);
    Object.defineProperty(video, "seeking", { value: true, configurable: true });
    await press("down", "ok", "down", "ok");
    await seen(() => video.currentTime === 350);
    await press("back", "back", "back");
    await focusIs("play");
    await seen(() => household.positions.v0 === 350);
  });

  it("is where a film begins that was sought in while it came", async () => {
    household.positions = { v0: 300 };
    await atPlayer();
    expect(byTestId("player")?.textContent).toContain("5:00");
    await press("right", "ok");
    const video = byTestId("video") as HTMLVideoElement;
    video.dispatchEvent(new Event("loadedmetadata"));
    expect(video.currentTime).toBe(310);
  });

  it("is kept by the page where the server keeps none", async () => {
    household.keepsPositions = false;
    await atPlayer();
    playFrom(200);
    await press("back", "back");
    await seen(() => byTestId("play")?.textContent.includes("3:20"));
  });
});

describe("the film that follows", () => {
  it("is as fast as the one before, a film that is chosen later is not", async () => {
    household.follows = { v0: "v1" };
    await atPlayer();
    const video = playFrom(100);
    await seen(() => byTestId("bar-next"));
    await press("down", "right");
    await focusIs("bar-speed");
    await press("ok", "down", "ok");
    await seen(() => video.playbackRate === 1.25);
    await press("right", "right", "ok");
    await seen(() => byTestId("player")?.getAttribute("data-item") === "v1");
    await seen(() => (byTestId("video") as HTMLVideoElement | null)?.playbackRate === 1.25);
    await press("back");
    await focusIs("play");
    await press("ok");
    await seen(() => byTestId("video")?.getAttribute("src"));
    expect((byTestId("video") as HTMLVideoElement).playbackRate).toBe(1);
  });

  it("is offered at the end, begins by OK, and Back leads to its page", async () => {
    household.follows = { v0: "v1" };
    await atPlayer();
    playFrom(100);
    await seen(() => household.log.includes("GET /api/v1/items/v0/next"));
    playFrom(590);
    await focusIs("next-play");
    later_s(2);
    await press("ok");
    await seen(() => byTestId("player")?.getAttribute("data-item") === "v1");
    await press("back");
    await seen(() => byTestId("detail")?.getAttribute("data-item") === "v1");
  });

  it("does not begin when Back declined it", async () => {
    household.follows = { v0: "v1" };
    await atPlayer();
    playFrom(100);
    await seen(() => household.log.includes("GET /api/v1/items/v0/next"));
    playFrom(590);
    await focusIs("next-play");
    await press("back");
    await seen(() => byTestId("next-up") === null);
    byTestId("video")!.dispatchEvent(new Event("ended"));
    await seen(() => byTestId("detail")?.getAttribute("data-item") === "v0");
  });
});

describe("songs", () => {
  const song = (id: string): Item => ({ ...item(id, "other", "f0"), mime: "audio/mpeg", width: null, height: null });

  beforeEach(() => {
    household.items = [item("f0", "folder"), item("v0", "video"), song("s0"), song("s1"), { ...song("s2"), problem: "it is no sound" }];
    household.follows = { s0: "s1" };
  });

  async function atSongs(): Promise<void> {
    open();
    await focusIs("v0");
    await press("down", "ok");
    await focusIs("s0");
  }

  /** Back hides the controls before it leaves. */
  async function leave(): Promise<void> {
    await press("back");
    if (byTestId("player")) {
      await press("back");
    }
  }

  it("play from their card, without a page between, and Back leads to the card", async () => {
    await atSongs();
    expect(document.querySelector('[data-item="s0"]')?.getAttribute("aria-label")).toContain("Song");
    await press("ok");
    await seen(() => byTestId("song"));
    expect(byTestId("detail")).toBeNull();
    expect(byTestId("song")?.textContent).toContain("Title s0");
    expect(byTestId("bar-quality")).toBeNull();
    await leave();
    await focusIs("s0");
  });

  it("begin at their beginning, unless they are long", async () => {
    household.items = household.items.map((one) => (one.id === "s1" ? { ...one, duration_s: 3600, position_s: 300 } : { ...one, position_s: 300 }));
    await atSongs();
    expect(document.querySelector('[data-item="s0"] .tile-progress')).toBeNull();
    expect(document.querySelector('[data-item="s1"] .tile-progress')).not.toBeNull();
  });

  it("follow each other, and Back leads to the card of the last one", async () => {
    await atSongs();
    await press("ok");
    await seen(() => byTestId("song"));
    await seen(() => byTestId("video")?.getAttribute("src")); // nobody listens to the element before
    playFrom(100);
    await seen(() => household.log.includes("GET /api/v1/items/s0/next"));
    playFrom(590);
    await focusIs("next-play");
    byTestId("video")!.dispatchEvent(new Event("ended"));
    await seen(() => byTestId("song")?.textContent.includes("Title s1"));
    await leave();
    await focusIs("s1");
  });

  it("say why they do not play", async () => {
    await atSongs();
    await press("right", "right", "ok");
    await seen(() => byTestId("problem")?.textContent.includes("it is no sound"));
  });
});

describe("when the film does not play", () => {
  beforeEach(() => {
    household.decision = "transcode";
  });

  it("says that the box is busy, with both counts, and tries again when asked", async () => {
    household.streamProblem = { status: 503, body: { type: "urn:lanterne:problem:busy", detail: "The box is busy: 2 of 2 films playing." } };
    await atPlayer();
    byTestId("video")!.dispatchEvent(new Event("error"));
    await seen(() => byTestId("player-busy")?.textContent.includes("2 of 2 films playing"));
    expect(document.activeElement?.textContent).toBe("Try again");
    household.streamProblem = null;
    await press("ok");
    await focusIs("toggle");
  });

  it("is not taken for a pause that somebody asked for", async () => {
    await atPlayer();
    const video = playFrom(100);
    await seen(() => byTestId("player")?.getAttribute("data-status") === "playing");
    Object.defineProperty(video, "error", { value: { code: 2 }, configurable: true });
    video.dispatchEvent(new Event("pause"));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(byTestId("player")?.getAttribute("data-status")).toBe("playing");
  });

  it("skips past damage, farther each time", async () => {
    household.streamProblem = { status: 500, body: { type: "urn:lanterne:problem:damaged-data", detail: "" } };
    await atPlayer();
    playFrom(100);
    byTestId("video")!.dispatchEvent(new Event("error"));
    await seen(() => byTestId("player-damaged"));
    expect(document.activeElement?.textContent).toBe("Skip ahead");
    await press("ok");
    await seen(() => byTestId("video")?.getAttribute("src") === "/h?subtitles=off&start=110.0");
    byTestId("video")!.dispatchEvent(new Event("error"));
    await seen(() => byTestId("player-damaged"));
    await press("right", "ok");
    await focusIs("play");
  });
});

describe("the vault's lock", () => {
  it("shows nothing of the household, takes the passphrase and opens", async () => {
    household.locked = true;
    open();
    await focusIs("passphrase");
    expect(root.textContent).not.toContain("Title");
    const field = byTestId("passphrase") as HTMLInputElement;
    field.value = "nope";
    await press("ok");
    await seen(() => byTestId("locked-note")?.textContent.includes("not the passphrase"));
    expect(field.value).toBe("");
    field.value = "open sesame";
    await press("ok");
    await focusIs("v0");
  });

  it("is locked from the rail after a question", async () => {
    await atHome();
    await press("left");
    await focusIs("nav-home");
    await press("down", "down", "down", "down", "ok");
    await focusIs("lock-cancel");
    await press("right", "ok");
    await focusIs("passphrase");
    expect(household.locked).toBe(true);
  });

  it("is noticed when it was locked elsewhere", async () => {
    await atHome();
    household.locked = true;
    await press("ok");
    await focusIs("passphrase");
  });
});

describe("the server's page", () => {
  async function atServer(): Promise<void> {
    await atHome();
    await press("left");
    await focusIs("nav-home");
    await press("down", "down", "down", "down");
    await focusIs("nav-server");
    await press("ok");
  }

  it("tells the owner what is converted, and by what", async () => {
    household.role = "owner";
    await atServer();
    await focusIs("encoder");
    expect(byTestId("figure-playing")?.textContent).toBe("Films converted now1 of 3");
    expect(byTestId("figure-memory")?.textContent).toContain("84 MB");
    const encoders = Array.from(document.querySelectorAll('[data-testid="encoder"]')).map((line) => line.textContent);
    expect(encoders).toEqual([
      "VA-APIh264_vaapi · /dev/dri/renderD128 · decodes too · 1080p at 8.0 times the film’s speedIn use",
      "Processorlibx264Works",
      "Intel Quick Sync Videono such sessionDoes not work",
    ]);
    await press("left");
    await focusIs("nav-server");
  });

  it("is asked for again while it is looked at, also after a failure", async () => {
    household.role = "owner";
    household.down = false;
    await atServer();
    await focusIs("encoder");
    household.down = true;
    household.server.conversions.playing = 3;
    const asked = () => household.log.filter((line) => line === "GET /api/v1/server").length;
    const before = asked();
    await seen(() => asked() > before);
    household.down = false;
    await seen(() => byTestId("figure-playing")?.textContent.includes("3 of 3"));
  });

  it("says what keeps it from telling", async () => {
    household.role = "owner";
    await atHome();
    household.role = "tv"; // taken away meanwhile
    await press("left");
    await focusIs("nav-home");
    await press("down", "down", "down", "down", "ok");
    await seen(() => byTestId("failure"));
  });

  it("is not offered to others", async () => {
    await atHome();
    expect(byTestId("nav-lock")).not.toBeNull();
    expect(byTestId("nav-server")).toBeNull();
  });
});

describe("pairing", () => {
  it("shows a code in groups and its picture", async () => {
    household.paired = false;
    open();
    await seen(() => byTestId("user-code")?.textContent === "BCDF-GHJK");
    expect(byTestId("qr")?.getAttribute("src")).toBe("/api/v1/pair/qr?user_code=BCDFGHJK");
  });

  it("redeems an invitation once and takes it out of the address", async () => {
    household.paired = false;
    window.location.hash = "#invitation=GOOD";
    open();
    await focusIs("v0");
    expect(window.location.href).not.toContain("GOOD");
    expect(household.log.filter((line) => line.includes("pair/token"))).toHaveLength(1);
  });

  it("falls back to the code when the invitation is spent", async () => {
    household.paired = false;
    window.location.hash = "#invitation=SPENT";
    open();
    await seen(() => byTestId("pair-note")?.textContent.includes("used"));
    await seen(() => byTestId("user-code"));
  });
});

describe("when something is wrong", () => {
  it("offers to fetch a page again that did not come, with the focus on that", async () => {
    await atHome();
    const { load } = later.pages;
    later.pages.load = () => Promise.reject(new Error("pages.js did not load"));
    await press("ok");
    await seen(() => byTestId("failure") || document.activeElement?.textContent === "Try again");
    expect(document.activeElement?.textContent).toBe("Try again");
    later.pages.load = load;
    await press("ok");
    await focusIs("play");
  });

  it("draws a script that comes just after it was missed", async () => {
    const { load } = later.player;
    const Player = await load();
    let drawn = false;
    later.player = {
      get now() {
        const found = drawn ? Player : null;
        drawn = true;
        return found;
      },
      load,
    };
    await atPlayer();
    later.player = { now: null, load };
  });

  it("says that the vault is empty and what to do", async () => {
    household.items = [];
    open();
    await seen(() => byTestId("empty")?.textContent.includes("lanterne import"));
  });

  it("offers one way out when the server is away, which works", async () => {
    household.down = true;
    open();
    await seen(() => byTestId("unreachable"));
    household.down = false;
    await press("ok");
    await focusIs("v0");
  });
});

describe("a finger on the film", () => {
  function tap(target: Element): void {
    for (const event of [new Event("touchstart", { bubbles: true }), new Event("touchend", { bubbles: true })]) {
      target.dispatchEvent(event);
    }
    for (const [name, x] of [["mousemove", 400], ["mousedown", 400], ["click", 400]] as [string, number][]) {
      target.dispatchEvent(new MouseEvent(name, { bubbles: true, clientX: x, clientY: x }));
    }
  }

  it("only shows the controls that were hidden, and pauses when they are to be seen", async () => {
    const pause = vi.spyOn(HTMLMediaElement.prototype, "pause").mockImplementation(() => undefined);
    await atPlayer();
    playFrom(10);
    await seen(() => byTestId("player")?.dataset.status === "playing");
    await press("back");
    await seen(() => byTestId("osd")?.dataset.shown === "false");
    document.dispatchEvent(new MouseEvent("mousemove", { clientX: 10, clientY: 10 }));
    tap(byTestId("video")!);
    await seen(() => byTestId("osd")?.dataset.shown === "true");
    expect(pause).not.toHaveBeenCalled();
    tap(byTestId("video")!);
    expect(pause).toHaveBeenCalledOnce();
    pause.mockRestore();
  });

  it("closes the info panel", async () => {
    await atPlayer();
    byTestId("bar-info")!.click();
    await seen(() => byTestId("info"));
    tap(byTestId("info")!);
    await seen(() => !byTestId("info"));
  });
});
