// @vitest-environment jsdom
/** Fingers, small screens, and engines that scroll to what has the focus. */
import type { ComponentChildren } from "preact";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { languageFor } from "../../shared/i18n";
import { PlayerMachine, SCRUB_REST_MS } from "../../shared/machine";
import type { MediaPort, PlayerState } from "../../shared/player-state";
import { describeScreen } from "../../shared/screen";
import "../../shared/strings/player/all";
import type { ItemDetail } from "../../shared/types";
import type { Services } from "../../tv/context";
import { ServicesContext } from "../../tv/context";
import { Input } from "../../tv/input";
import { aboutLines } from "../../tv/parts/tracks";
import { Controls } from "../../tv/player/controls";
import { useCompact } from "../../tv/use-compact";

const language = languageFor("en");
const ITEM = { id: "v", kind: "video", name: "v.mkv", path: "/v.mkv", title: "V", parent: null, image: null } as unknown as ItemDetail;
let root: HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
  document.body.appendChild(root);
});

afterEach(() => {
  render(null, root);
  root.remove();
  vi.restoreAllMocks();
  vi.useRealTimers();
  document.documentElement.className = "";
});

describe("an engine that scrolls to what has the focus", () => {
  it("keeps what somebody scrolled", async () => {
    vi.resetModules();
    const { quietFocus } = await import("../../tv/use-focus");
    vi.spyOn(HTMLElement.prototype, "focus").mockImplementation(function scrollTo(this: HTMLElement) {
      for (let frame = this.parentElement; frame; frame = frame.parentElement) {
        frame.scrollTop += 30;
      }
    });
    root.innerHTML = '<div id="list"><button id="entry"></button></div>';
    const list = root.querySelector<HTMLElement>("#list")!;
    list.scrollTop = 240;
    quietFocus(root.querySelector<HTMLElement>("#entry")!);
    expect([list.scrollTop, root.scrollTop]).toEqual([240, 0]);
  });
});

describe("the mouse that engines make up from a finger", () => {
  let input: Input;
  let seen: string[];

  function send(name: string, at_ms: number, target: Element = root, x = 0): void {
    const event = name === "mousemove" || name === "click" ? new MouseEvent(name, { bubbles: true, clientX: x }) : new Event(name, { bubbles: true });
    Object.defineProperty(event, "timeStamp", { value: at_ms });
    target.dispatchEvent(event);
  }

  beforeEach(() => {
    seen = [];
    input = new Input(document.body);
    input.onPointer({
      hover: (element) => seen.push("over " + element.id),
      wheel: () => undefined,
      moved: () => seen.push("moved"),
    });
    root.innerHTML = '<button id="one" data-lane="a" data-column="0"></button>';
    send("mousemove", 100, root, 50);
  });

  afterEach(() => {
    input.close();
  });

  it("is no movement", () => {
    send("touchstart", 5000);
    send("touchend", 5080);
    send("mousemove", 5090, root, 300);
    expect(seen).toEqual([]);
    send("mousemove", 9000, root, 500);
    expect(seen).toEqual(["moved"]);
  });

  it("gives what was tapped the focus", () => {
    send("touchstart", 5000, root.firstElementChild!);
    send("touchend", 5080, root.firstElementChild!);
    send("click", 5090, root.firstElementChild!);
    expect(seen).toEqual(["over one"]);
  });

  it("is told from a mouse that clicks", () => {
    send("click", 9000, root.firstElementChild!);
    expect(seen).toEqual([]);
  });
});

describe("what is held in the hand", () => {
  const TABLET = "Mozilla/5.0 (Linux; Android 14; Tablet) AppleWebKit/537.36 Chrome/132.0.0.0 Safari/537.36";
  const SMART_TV = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36";
  const STICK = "Mozilla/5.0 (Linux; Android 11; AFTSSS) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.3 like Chrome/110 Safari/537.36";
  const BOX = "Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) AppleWebKit/537.36 Chrome/120.0 Safari/537.36";

  function Probe({ tv }: { tv: boolean }): ComponentChildren {
    return useCompact(tv) ? "compact" : "wide";
  }

  function looksAt(agent: string, holds: string[], touchPoints: number): string {
    window.matchMedia = (query) =>
      ({ matches: holds.some((one) => query.indexOf(one) >= 0), addListener: () => undefined, removeListener: () => undefined }) as unknown as MediaQueryList;
    Object.defineProperty(navigator, "maxTouchPoints", { value: touchPoints, configurable: true });
    const { tv } = describeScreen(agent, { canPlay: () => "", canStream: () => true });
    render(<Probe tv={tv} />, root);
    const shown = root.textContent;
    expect(document.documentElement.classList.contains("compact")).toBe(shown === "compact");
    return shown;
  }

  it.each([
    ["a tablet held sideways", TABLET, ["pointer: coarse"], 5, "compact"],
    ["a small window", "Chrome/132", ["max-width"], 0, "compact"],
    ["a laptop with a touch screen", "Chrome/132", [], 10, "wide"],
    ["an engine without a touch screen that says coarse", "Chrome/132", ["pointer: coarse"], 0, "wide"],
    ["a TV that says coarse and touch", SMART_TV, ["pointer: coarse"], 5, "wide"],
    ["a stick that says so", STICK, ["pointer: coarse"], 5, "wide"],
    ["a set that runs Android and says so", BOX, ["pointer: coarse"], 5, "wide"],
  ])("%s", (_, agent, holds, points, expected) => {
    expect(looksAt(agent, holds, points)).toBe(expected);
  });
});

describe("the knob under a finger", () => {
  let calls: string[];
  let machine: PlayerMachine;

  beforeEach(() => {
    calls = [];
    const note = (name: string) => () => calls.push(name);
    const media: MediaPort = { play: note("play"), pause: note("pause"), seek: (at) => calls.push("seek " + String(at)), leave: note("leave"), finish: note("finish"), next: note("next") };
    const menus = { buttons: () => [], columns: () => [], press: () => undefined, choose: () => null };
    machine = new PlayerMachine(media, menus, () => undefined, 600, 0);
    machine.progressed(100, 600, 120);
    machine.played(0);
  });

  it("waits for the finger however long it rests, and goes where it left", () => {
    machine.drag(300, 1000);
    machine.tick(1000 + 5 * SCRUB_REST_MS);
    expect(machine.state).toMatchObject({ scrub_s: 300, osd: true });
    machine.drag(420, 8000);
    expect(calls).toEqual([]);
    machine.drop(true, 8100);
    expect(calls).toEqual(["seek 420"]);
    expect(machine.state.scrub_s).toBeNull();
  });

  it("goes nowhere when the finger is lost, or was never down", () => {
    machine.drag(300, 1000);
    machine.drop(false, 1100);
    machine.drop(true, 1200);
    expect(calls).toEqual([]);
    expect(machine.state.scrub_s).toBeNull();
  });

  it("leaves a scrub by keys to come to rest afterwards", () => {
    machine.drag(300, 1000);
    machine.drop(true, 1100);
    machine.key("right", { repeat: false, heldMs: 0 }, 2000);
    machine.tick(2000 + SCRUB_REST_MS);
    expect(calls).toEqual(["seek 300", "seek 310"]);
  });
});

describe("the controls", () => {
  const state = { status: "paused", position_s: 0, duration_s: 3600, buffered_s: 0, osd: true, info: false, spinner: false, scrub_s: null, bar: { layer: "film", button: 0, menu: null, column: 0, entry: 0 }, next_s: null, trouble: null } as unknown as PlayerState;
  const machine = { wake: vi.fn(), drag: vi.fn(), drop: vi.fn(), seekTo: vi.fn() };

  function draw(tv = false, drawn = state, item = ITEM): void {
    const services = { language, screen: { tv } } as unknown as Services;
    render(
      <ServicesContext.Provider value={services}>
        <Controls video={{ current: null }} item={item} state={drawn} machine={machine as unknown as PlayerMachine} menus={{ bar: [], inner: [] }} previews={null} speed={1} />
      </ServicesContext.Provider>,
      root,
    );
  }

  function shown(id: string): HTMLElement | null {
    return root.querySelector(`[data-testid="${id}"]`);
  }

  it("say when a paused film will end, as the clock goes on", async () => {
    vi.useFakeTimers({ now: new Date(2026, 0, 1, 20, 0, 0) });
    draw();
    await vi.advanceTimersByTimeAsync(1);
    const before = shown("remaining")!.textContent;
    await vi.advanceTimersByTimeAsync(30 * 60_000);
    expect(before).toContain("9:00");
    expect(shown("remaining")!.textContent).toContain("9:30");
  });

  it("let a finger drag the knob, without a click afterwards", () => {
    draw();
    const bar = shown("progress")!;
    bar.getBoundingClientRect = () => ({ left: 20, width: 360 }) as DOMRect;
    const touch = (name: string, x?: number): Event => {
      const event = new Event(name, { bubbles: true, cancelable: true });
      Object.defineProperty(event, "touches", { value: x === undefined ? [] : [{ clientX: x }] });
      bar.dispatchEvent(event);
      return event;
    };
    touch("touchstart", 110);
    touch("touchmove", 200);
    expect(machine.drag.mock.calls.map(([at_s]) => at_s as number)).toEqual([900, 1800]);
    expect(touch("touchend").defaultPrevented).toBe(true);
    expect(machine.drop).toHaveBeenLastCalledWith(true, expect.any(Number));
    touch("touchcancel");
    expect(machine.drop).toHaveBeenLastCalledWith(false, expect.any(Number));
    expect(machine.seekTo).not.toHaveBeenCalled();
  });

  it("keep a long chapter's title on the screen, and the time at the knob", () => {
    const widths: Record<string, number> = { "target-chapter": 400, "target-time": 80 };
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1000);
    vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockImplementation(function width(this: HTMLElement) {
      return widths[this.className] || 0;
    });
    const item = { ...ITEM, media: { video: [], audio: [], subtitles: [], chapters: [{ start_s: 0, title: "A long one" }] } };
    const at = (scrub_s: number): string[] => {
      draw(false, { ...state, scrub_s }, item);
      return Array.from(root.querySelectorAll<HTMLElement>(".target > *")).map((part) => part.style.transform);
    };
    expect(at(0)).toEqual(["translateX(0.0px)", "translateX(0.0px)"]);
    expect(at(1800)).toEqual(["translateX(300.0px)", "translateX(460.0px)"]);
    expect(at(3240)).toEqual(["translateX(600.0px)", "translateX(860.0px)"]);
  });

  it("fill the screen where that can be done, and never on a TV", () => {
    draw();
    expect(shown("full-screen")).toBeNull(); // jsdom cannot
    const fill = vi.fn();
    Object.assign(document.documentElement, { requestFullscreen: fill });
    draw();
    shown("full-screen")!.click();
    expect(fill).toHaveBeenCalledOnce();
    draw(true);
    expect(shown("full-screen")).toBeNull();
    delete (document.documentElement as { requestFullscreen?: unknown }).requestFullscreen;
  });

  it("fill an iPhone's screen with the video alone", () => {
    const fill = vi.fn();
    Object.assign(HTMLVideoElement.prototype, { webkitEnterFullscreen: fill });
    const services = { language, screen: { tv: false } } as unknown as Services;
    render(
      <ServicesContext.Provider value={services}>
        <Controls video={{ current: document.createElement("video") }} item={ITEM} state={state} machine={machine as unknown as PlayerMachine} menus={{ bar: [], inner: [] }} previews={null} speed={1} />
      </ServicesContext.Provider>,
      root,
    );
    shown("full-screen")!.click();
    expect(fill).toHaveBeenCalledOnce();
    Reflect.deleteProperty(HTMLVideoElement.prototype, "webkitEnterFullscreen");
  });
});

describe("the info panel's tracks", () => {
  const tongues = (count: number): ItemDetail => {
    const audio = Array.from({ length: count }, (_, index) => ({ index, codec: "aac", channels: null, language: null, title: "Sound " + String(index), default: false }));
    return { ...ITEM, media: { video: [], audio, subtitles: [], chapters: [] } };
  };

  it("are few, and the others counted", () => {
    expect(aboutLines(tongues(15), language, 4)[0]?.[1]).toBe("Sound 0 AAC · Sound 1 AAC · Sound 2 AAC · Sound 3 AAC · and 11 more");
  });

  it("are all named where one more does not matter, and on the film's page", () => {
    expect(aboutLines(tongues(5), language, 4)[0]?.[1]).not.toContain("more");
    expect(aboutLines(tongues(15), language)[0]?.[1]).toContain("Sound 14");
  });
});
