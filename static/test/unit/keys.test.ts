import { describe, expect, it } from "vitest";
import { actionOf, RepeatGate } from "../../shared/keys";

describe("actionOf", () => {
  it.each([461, 10009, 8, 27, 196])("takes %i for Back", (keyCode) => {
    expect(actionOf({ keyCode })).toBe("back");
  });

  it.each([
    [415, "play"],
    [19, "pause"],
    [413, "stop"],
    [412, "rewind"],
    [417, "forward"],
    [10252, "playpause"],
    [179, "playpause"],
    [227, "rewind"],
    [228, "forward"],
    [457, "info"],
    [10200, "info"],
    [32, "playpause"],
  ])("takes %i for %s", (keyCode, action) => {
    expect(actionOf({ keyCode })).toBe(action);
  });

  it("believes the code before the name", () => {
    expect(actionOf({ keyCode: 37, key: "ArrowUp" })).toBe("left");
  });

  it("uses the name where there is no code", () => {
    expect(actionOf({ keyCode: 0, key: "GoBack" })).toBe("back");
  });

  it.each([8, 37, 39, 32, 73])("leaves %i to a text field", (keyCode) => {
    expect(actionOf({ keyCode }, true)).toBeNull();
  });

  it.each([13, 38, 40, 27, 461, 10009])("takes %i even in a text field", (keyCode) => {
    expect(actionOf({ keyCode }, true)).not.toBeNull();
  });

  it("leaves the browser's own shortcuts alone", () => {
    expect(actionOf({ keyCode: 37, altKey: true })).toBeNull();
  });

  it("knows nothing of letters, nor of Samsung's Exit, which must not be caught", () => {
    expect(actionOf({ keyCode: 65, key: "a" })).toBeNull();
    expect(actionOf({ keyCode: 10182, key: "XF86Exit" })).toBeNull();
  });
});

describe("RepeatGate", () => {
  function accepted(gate: RepeatGate, from: number, to: number, every: number): number[] {
    const times: number[] = [];
    for (let now = from; now <= to; now += every) {
      if (gate.press(39, true, now)) {
        times.push(now);
      }
    }
    return times;
  }

  it("lets the first press through at once", () => {
    expect(new RepeatGate().press(39, false, 5)).toEqual({ repeat: false, heldMs: 0 });
  });

  it("slows a fast repeat to one move in 90 ms, then speeds up after a second", () => {
    const gate = new RepeatGate();
    gate.press(39, false, 0);
    const slow = accepted(gate, 10, 990, 10);
    expect(slow.length).toBe(11);
    const fast = accepted(gate, 1000, 1990, 10);
    expect(fast.length).toBe(20);
  });

  it("drops early repeats instead of queueing them", () => {
    const gate = new RepeatGate();
    gate.press(39, false, 0);
    expect(gate.press(39, true, 20)).toBeNull();
    expect(gate.press(39, true, 100)).toEqual({ repeat: true, heldMs: 100 });
  });

  it("starts anew after the key came up", () => {
    const gate = new RepeatGate();
    gate.press(39, false, 0);
    gate.release();
    expect(gate.press(39, false, 30)?.repeat).toBe(false);
  });

  it("takes another key for a new press", () => {
    const gate = new RepeatGate();
    gate.press(39, false, 0);
    expect(gate.press(37, false, 30)?.repeat).toBe(false);
  });

  it("sees a held key even where the remote does not flag it", () => {
    const gate = new RepeatGate();
    gate.press(13, false, 0);
    expect(gate.press(13, false, 200)?.repeat).toBe(true);
  });

  it("forgives a remote that never sends a key-up", () => {
    const gate = new RepeatGate();
    gate.press(13, false, 0);
    expect(gate.press(13, false, 900)?.repeat).toBe(false);
  });
});
