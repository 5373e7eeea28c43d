// @vitest-environment jsdom
/** The page as a whole on a made-up server: keys in, focus and requests out. */
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../../shared/api";
import { languageFor } from "../../shared/i18n";
import type { Item } from "../../shared/types";
import { App } from "../../tv/app";
import { Input } from "../../tv/input";

const CODES: Record<string, number> = { left: 37, up: 38, right: 39, down: 40, ok: 13, back: 461, escape: 27 };

function item(id: string, kind: Item["kind"], parent: string | null = null): Item {
  const extra = kind === "folder" ? { child_count: 3 } : { duration_s: 600, width: 1920, height: 1080 };
  return { id, kind, name: id, path: "/" + id, title: "Title " + id, parent, image: null, ...extra };
}

function several(prefix: string, count: number, kind: Item["kind"]): Item[] {
  return Array.from({ length: count }, (_, index) => item(prefix + String(index), kind, kind === "folder" ? null : "f0"));
}

/** A server in a few lines: its state is public so that a test can change it. */
class Household {
  paired = true;
  locked = false;
  down = false;
  items: Item[] = [...several("f", 2, "folder"), ...several("v", 15, "video"), ...several("p", 30, "photo")];
  log: string[] = [];

  readonly fetch = (url: string, init: RequestInit = {}): Promise<Response> => {
    this.log.push((init.method || "GET") + " " + url);
    if (this.down) {
      return Promise.reject(new TypeError("network"));
    }
    const { status, body } = this.answer(new URL(url, "http://tv"), init);
    return Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status }));
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
        return { status: 200, body: { device_id: "1", role: "phone", vault: this.locked ? "locked" : "unlocked" } };
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
    return { status: 200, body: this.library(url) };
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
      const playback = { decision: "direct", reason: "it just does", file: "/f", hls: "/h" };
      return { ...found, playback: found.problem ? null : playback, media: { video: [], audio: [], subtitles: [] } };
    }
    const items = this.items.filter((one) => (kind ? one.kind === kind : (one.parent || null) === folder));
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
  render(null, root);
  input.close();
  root.remove();
  window.location.hash = "";
});

function open(): void {
  input = new Input(document.body);
  const screen = { profile: "chromium" as const, nativeHls: false, deviceName: "Test TV", can: "av1,-hevc" };
  render(<App api={new Api(household.fetch)} input={input} language={languageFor("en")} screen={screen} loadPlayer={() => import("../../tv/player/player").then((module) => module.Player)} />, root);
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
    await seen(() => byTestId("decision")?.textContent.includes("it just does"));
    await press("back");
    await focusIs("v3");
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
    await seen(() => byTestId("video")?.getAttribute("src") === "/h");
    expect(byTestId("toast")?.textContent).toContain("Converting");
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
