import { beforeEach, describe, expect, it } from "vitest";
import type { MenuPort } from "../../shared/bar";
import type { Action } from "../../shared/keys";
import type { MediaPort } from "../../shared/player-state";
import { BAR_MS, OFFER_UNSEEN_MS, OSD_MS, PlayerMachine, SCRUB_REST_MS, SPINNER_MS } from "../../shared/machine";
import { COUNTDOWN_S } from "../../shared/next-up";
import { scrubStep } from "../../shared/scrub";

const facts = { chapters: [], follows: false, askFirst: false, atOnce: false, rate: 1 };
let calls: string[];
let now: number;
let machine: PlayerMachine;
let media: MediaPort;
let menus: MenuPort;

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
    finish: () => calls.push("finish"),
    next: (asked: boolean) => calls.push(asked ? "next, asked" : "next"),
  };
  menus = {
    buttons: () => ["tracks", "speed", "info"],
    columns: (menu) => (menu === "tracks" ? [{ length: 1, current: 0 }, { length: 4, current: 2 }] : menu === "speed" ? [{ length: 3, current: 1 }] : []),
    press: (button) => calls.push("press " + button),
    choose: (menu, column, entry) => {
      calls.push(`choose ${menu} ${column} ${entry}`);
      return null;
    },
  };
  machine = new PlayerMachine(media, menus, () => undefined, 600, now);
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

  it("closes the info panel before the bar that it was opened from", () => {
    press("down");
    press("info");
    press("back");
    expect([machine.state.info, machine.state.bar.layer]).toEqual([false, "bar"]);
    press("back");
    expect([machine.state.bar.layer, machine.state.osd]).toEqual(["film", true]);
  });

  it("leaves at once while loading and when nothing plays", () => {
    machine.restarted(now);
    press("back");
    machine.failed({ kind: "failed", detail: "" });
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

  it("begins where a film is resumed, also before it has come", () => {
    const resumed = new PlayerMachine(media, menus, () => undefined, 600, now, 300);
    expect(resumed.state.position_s).toBe(300);
    resumed.key("right", { repeat: false, heldMs: 0 }, now);
    resumed.key("ok", { repeat: false, heldMs: 0 }, now);
    expect([resumed.state.position_s, calls]).toEqual([310, ["seek 310"]]);
  });

  it("closes an open menu, so that it is seen and OK is meant for it", () => {
    press("down");
    press("ok");
    expect(machine.state.bar.layer).toBe("menu");
    press("forward");
    expect([machine.state.bar.layer, machine.state.scrub_s]).toEqual(["film", 130]);
    press("ok");
    expect(calls).toEqual(["seek 130"]);
  });

  it("does nothing while the duration is unknown", () => {
    const blank = new PlayerMachine(media, menus, () => undefined, 0, 0);
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

it("is finished when the film is over", () => {
  machine.ended();
  expect(calls).toEqual(["finish"]);
});

describe("another source", () => {
  it("is played when the film was playing", () => {
    machine.restarted(now);
    expect([machine.plays, machine.state.status]).toEqual([true, "loading"]);
  });

  it("stays paused, however often it is chosen, until somebody plays", () => {
    press("ok");
    machine.paused();
    machine.restarted(now);
    machine.flow();
    machine.restarted(now);
    wait(SPINNER_MS);
    expect([machine.plays, machine.state.status, machine.state.spinner]).toEqual([false, "paused", true]);
    machine.flow();
    wait(OSD_MS * 2);
    expect([machine.state.spinner, machine.state.osd]).toEqual([false, true]);
    press("play");
    expect([machine.plays, calls]).toEqual([true, ["pause", "play"]]);
  });

  it("does not play when somebody paused before it was there", () => {
    machine.restarted(now);
    press("pause");
    expect([machine.plays, machine.state.status]).toEqual([false, "paused"]);
  });
});

it("after a failure only Back is the player's; the rest goes to the message's button", () => {
  machine.failed({ kind: "failed", detail: "" });
  expect(press("ok")).toBe(false);
  expect(press("back")).toBe(true);
});

describe("the bar", () => {
  it.each(["up", "down"] as const)("opens by %s, and closes by Back before anything else", (action) => {
    wait(OSD_MS);
    press(action);
    expect([machine.state.osd, machine.state.bar.layer]).toEqual([true, "bar"]);
    press("back");
    expect([machine.state.osd, machine.state.bar.layer, calls]).toEqual([true, "film", []]);
  });

  it("takes Left and Right for itself while it has the focus", () => {
    press("down");
    press("right");
    expect([machine.state.bar.button, machine.state.scrub_s]).toEqual([1, null]);
    press("up");
    press("right");
    expect([machine.state.bar.button, machine.state.scrub_s]).toEqual([1, 110]);
  });

  it("reaches the subtitles in two presses, at what holds now", () => {
    press("down");
    press("ok");
    expect(machine.state.bar).toMatchObject({ layer: "menu", menu: "tracks", column: 1, entry: 2 });
  });

  it("stays longer than the controls alone, a menu stays until it is closed", () => {
    press("down");
    wait(OSD_MS * 2);
    expect(machine.state.bar.layer).toBe("bar");
    wait(BAR_MS);
    expect([machine.state.osd, machine.state.bar.layer]).toEqual([false, "film"]);
    press("down");
    press("ok");
    wait(BAR_MS * 5);
    expect([machine.state.osd, machine.state.bar.layer]).toEqual([true, "menu"]);
  });

  it("leaves the media keys to the film", () => {
    press("down");
    press("ok");
    press("playpause");
    expect(calls).toEqual(["pause"]);
  });

  it("does not open in the middle of a scrub", () => {
    press("right");
    press("down");
    expect([machine.state.bar.layer, machine.state.scrub_s]).toEqual(["film", 110]);
  });
});

describe("chapters", () => {
  const chapters = [0, 90, 200].map((start_s) => ({ start_s, title: "" }));

  it("are jumped to by the keys, and lead to the next film behind the last", () => {
    machine.know({ ...facts, chapters, follows: true });
    press("next");
    press("next");
    expect(calls).toEqual(["seek 200", "next, asked"]);
  });

  it("Previous goes to the beginning of this one, then of the one before", () => {
    machine.know({ ...facts, chapters });
    press("previous");
    press("previous");
    expect(calls).toEqual(["seek 90", "seek 0"]);
  });

  it("without any, Previous begins the film again and Next does nothing", () => {
    press("next");
    press("previous");
    expect(calls).toEqual(["seek 0"]);
  });
});

describe("the next film", () => {
  const follows = { ...facts, follows: true };

  function nearTheEnd(): void {
    machine.know(follows);
    machine.progressed(585, 600, 600);
  }

  it("is offered in the last seconds only, and only when there is one", () => {
    machine.progressed(585, 600, 600);
    expect(machine.state.next_s).toBeNull();
    machine.know(follows);
    expect(machine.state.next_s).toBe(15);
    machine.progressed(500, 600, 600);
    expect(machine.state.next_s).toBeNull();
  });

  it("begins by OK, and by itself at the end of a film that has shown it for long enough", () => {
    nearTheEnd();
    wait(OFFER_UNSEEN_MS);
    press("ok");
    expect(calls).toEqual(["next, asked"]);
    wait(COUNTDOWN_S * 1000);
    machine.ended();
    expect(calls).toEqual(["next, asked", "next"]);
    wait(1000);
    expect(calls).toHaveLength(2);
  });

  it("does not take an OK that was meant for the film before it could be seen", () => {
    nearTheEnd();
    wait(OFFER_UNSEEN_MS - 1);
    press("ok");
    machine.paused();
    expect(calls).toEqual(["pause"]);
    wait(1);
    press("ok");
    expect(calls).toEqual(["pause", "next, asked"]);
  });

  it("does not take an OK at the instant of the end either", () => {
    machine.know(follows);
    machine.progressed(8, 8, 8);
    machine.ended();
    press("ok");
    press("playpause");
    expect(calls).toEqual([]);
    wait(OFFER_UNSEEN_MS);
    press("playpause");
    expect(calls).toEqual(["next, asked"]);
  });

  it("counts down after a film that came to its end by a seek", () => {
    machine.know(follows);
    press("next");
    calls = [];
    machine.seekTo(600, now);
    expect([machine.state.next_s, machine.state.nextWhole_s]).toEqual([COUNTDOWN_S, COUNTDOWN_S]);
    wait(1000);
    machine.progressed(600, 600, 600);
    machine.ended();
    expect([machine.state.status, machine.state.next_s, calls]).toEqual(["ended", COUNTDOWN_S - 1, ["seek 599"]]);
    wait(1500);
    expect(machine.state.next_s).toBe(COUNTDOWN_S - 2.5);
    wait(COUNTDOWN_S * 1000 - 2600);
    expect(calls).toEqual(["seek 599"]);
    wait(100);
    expect(calls).toEqual(["seek 599", "next"]);
  });

  it("counts down after a film too short to have offered it", () => {
    machine.know(follows);
    machine.progressed(8, 8, 8);
    expect(machine.state.next_s).toBeNull();
    machine.ended();
    expect([machine.state.next_s, calls]).toEqual([COUNTDOWN_S, []]);
  });

  it("is taken by OK or Play in the countdown, and given up by Back", () => {
    for (const [key, then] of [["ok", "next, asked"], ["playpause", "next, asked"], ["back", "leave"]] as const) {
      machine.know(follows);
      machine.played(now);
      machine.progressed(600, 600, 600);
      machine.ended();
      wait(OFFER_UNSEEN_MS);
      calls = [];
      press(key);
      expect(calls).toEqual([then]);
    }
  });

  it("hurries nobody who has a menu open, scrubs, or goes back in the film", () => {
    machine.know(follows);
    machine.progressed(600, 600, 600);
    machine.ended();
    press("down");
    press("ok");
    wait(COUNTDOWN_S * 3000);
    expect([machine.state.bar.layer, calls]).toEqual(["menu", []]);
    press("back");
    wait(COUNTDOWN_S * 1000 - 100);
    expect(calls).toEqual([]);
    press("back");
    press("left");
    press("ok");
    expect([machine.state.status, calls]).toEqual(["loading", ["seek 590", "play"]]);
    machine.progressed(500, 600, 600);
    wait(COUNTDOWN_S * 3000);
    expect([machine.state.next_s, calls]).toEqual([null, ["seek 590", "play"]]);
  });

  it("counts by the clock, however fast the film is", () => {
    machine.know({ ...follows, rate: 2 });
    machine.progressed(580, 600, 600);
    expect(machine.state.next_s).toBe(10);
  });

  it("follows a song at once", () => {
    machine.know({ ...follows, atOnce: true });
    machine.progressed(600, 600, 600);
    machine.ended();
    expect(calls).toEqual(["next"]);
  });

  it("respects who declines it by Back, also at the end", () => {
    nearTheEnd();
    press("back");
    machine.progressed(590, 600, 600);
    expect([machine.state.next_s, calls]).toEqual([null, []]);
    machine.ended();
    expect(calls).toEqual(["leave"]);
  });

  it("does not take OK from a scrub or from the bar", () => {
    nearTheEnd();
    press("left");
    press("ok");
    expect(calls).toEqual(["seek 575"]);
    nearTheEnd();
    press("down");
    press("ok");
    expect(machine.state.bar.layer).toBe("menu");
  });

  it("waits for a word when several began by themselves and nobody has pressed a key", () => {
    machine.know({ ...follows, askFirst: true });
    machine.progressed(600, 600, 600);
    machine.ended();
    wait(COUNTDOWN_S * 3000);
    expect([machine.state.status, machine.state.asks, calls]).toEqual(["ended", true, []]);
    press("ok");
    expect(calls).toEqual(["next, asked"]);
  });

  it("asks nobody who has just pressed a key", () => {
    machine.know({ ...follows, askFirst: true });
    press("right");
    press("ok");
    machine.progressed(600, 600, 600);
    expect(machine.state.asks).toBe(false);
    machine.ended();
    wait(COUNTDOWN_S * 1000);
    expect(calls).toEqual(["seek 110", "next"]);
  });
});
