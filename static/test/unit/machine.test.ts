import { beforeEach, describe, expect, it } from "vitest";
import type { Action } from "../../shared/keys";
import type { MediaPort } from "../../shared/machine";
import { OSD_MS, PlayerMachine, SCRUB_REST_MS, scrubStep, SPINNER_MS } from "../../shared/machine";

let calls: string[];
let now: number;
let machine: PlayerMachine;
let media: MediaPort;

function press(action: Action, heldMs = 0, repeat = heldMs > 0): boolean {
  return machine.key(action, { repeat, heldMs }, now);
}

function wait(ms: number): void {
  now += ms;
  machine.tick(now);
}

beforeEach(() => {
  calls = [];
  now = 1000;
  media = {
    play: () => calls.push("play"),
    pause: () => calls.push("pause"),
    seek: (position_s: number) => calls.push(`seek ${position_s}`),
    leave: () => calls.push("leave"),
  };
  machine = new PlayerMachine(media, () => undefined, 600, now);
  machine.progressed(100, 600, 130);
  machine.played(now);
});

describe("the controls", () => {
  it("hide after a while of playing", () => {
    wait(OSD_MS - 1);
    expect(machine.state.osd).toBe(true);
    wait(1);
    expect(machine.state.osd).toBe(false);
  });

  it("come back with any key", () => {
    wait(OSD_MS);
    press("down");
    expect(machine.state.osd).toBe(true);
  });

  it("stay while it is paused, while scrubbing and while the info is open", () => {
    press("ok");
    machine.paused();
    wait(OSD_MS * 3);
    expect(machine.state.osd).toBe(true);
    machine.played(now);
    press("info");
    wait(OSD_MS * 3);
    expect(machine.state.osd).toBe(true);
  });
});

describe("Back", () => {
  it("hides the controls first, then leaves", () => {
    press("back");
    expect([machine.state.osd, calls]).toEqual([false, []]);
    press("back");
    expect(calls).toEqual(["leave"]);
  });

  it("cancels a scrub before anything else", () => {
    press("right");
    press("back");
    expect([machine.state.scrub_s, machine.state.position_s, calls]).toEqual([null, 100, []]);
    wait(SCRUB_REST_MS * 2);
    expect(calls).toEqual([]);
  });

  it("closes the info panel before the controls", () => {
    press("info");
    press("back");
    expect([machine.state.info, machine.state.osd]).toEqual([false, true]);
  });

  it("leaves at once while loading and when nothing plays", () => {
    machine.restarted(now);
    press("back");
    machine.failed();
    press("back");
    expect(calls).toEqual(["leave", "leave"]);
  });

  it("does not leave by being held", () => {
    press("back");
    press("back", 300);
    press("back", 600);
    expect(calls).toEqual([]);
  });

  it("Stop leaves whatever is on the screen", () => {
    press("right");
    press("stop");
    expect(calls).toEqual(["leave"]);
  });
});

describe("OK and the media keys", () => {
  it("toggle", () => {
    press("ok");
    machine.paused();
    press("playpause");
    expect(calls).toEqual(["pause", "play"]);
  });

  it("do not toggle by being held", () => {
    press("ok");
    press("ok", 500);
    expect(calls).toEqual(["pause"]);
  });

  it("play after the engine refused to begin by itself", () => {
    machine.blocked();
    expect(machine.state.status).toBe("blocked");
    press("ok");
    expect(calls).toEqual(["play"]);
  });
});

describe("scrubbing", () => {
  it("moves ten seconds a press and says where", () => {
    press("right");
    press("right");
    press("left");
    expect(machine.state.scrub_s).toBe(110);
    expect(calls).toEqual([]);
  });

  it("is meant when OK is pressed, which then does not pause", () => {
    press("right");
    press("ok");
    expect(calls).toEqual(["seek 110"]);
    expect(machine.state.scrub_s).toBeNull();
  });

  it("is meant when it rests for a second", () => {
    press("right");
    wait(SCRUB_REST_MS - 1);
    press("right");
    wait(SCRUB_REST_MS - 1);
    expect(calls).toEqual([]);
    wait(1);
    expect(calls).toEqual(["seek 120"]);
  });

  it("goes faster the longer the key is held", () => {
    const steps = [0, 500, 1500, 3000, 6000].map((heldMs) => scrubStep(heldMs, 600));
    expect(steps).toEqual([10, 10, 15, 30, 60]);
    expect(scrubStep(6000, 7200)).toBe(120);
  });

  it("stays inside the film", () => {
    press("rewind");
    for (let count = 0; count < 10; count++) {
      press("left", 9000);
    }
    expect(machine.state.scrub_s).toBe(0);
    for (let count = 0; count < 40; count++) {
      press("right", 9000);
    }
    expect(machine.state.scrub_s).toBe(599);
  });

  it("does nothing while the duration is unknown", () => {
    const blank = new PlayerMachine(media, () => undefined, 0, 0);
    blank.key("right", { repeat: false, heldMs: 0 }, 0);
    expect(blank.state.scrub_s).toBeNull();
  });
});

describe("waiting for data", () => {
  it("shows a spinner after a moment, not at once", () => {
    machine.stalled(now);
    wait(SPINNER_MS - 1);
    expect(machine.state.spinner).toBe(false);
    wait(1);
    expect(machine.state.spinner).toBe(true);
    machine.flow();
    expect(machine.state.spinner).toBe(false);
  });

  it("shows none for a short hiccup", () => {
    machine.stalled(now);
    wait(100);
    machine.flow();
    wait(SPINNER_MS);
    expect(machine.state.spinner).toBe(false);
  });
});

it("keeps the catalogue's duration while the element has none", () => {
  machine.progressed(5, Infinity, 6);
  expect(machine.state.duration_s).toBe(600);
});

it("leaves when the film is over", () => {
  machine.ended();
  expect(calls).toEqual(["leave"]);
});

it("after a failure only Back is the player's; the rest goes to the message's button", () => {
  machine.failed();
  expect(press("ok")).toBe(false);
  expect(press("back")).toBe(true);
});
