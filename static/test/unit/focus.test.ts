import { describe, expect, it } from "vitest";
import { ANCHOR_COLUMN, RowsFocus } from "../../shared/focus";
import type { Lane } from "../../shared/focus";

const row = (id: string, length: number, visible = 4): Lane => ({ id, length, visible });
const line = (index: number, length = 5): Lane => ({ id: `line-${index}`, length, visible: 5, grid: true });

function page(lanes: Lane[], options = {}): RowsFocus {
  const focus = new RowsFocus(options);
  focus.setLanes(lanes);
  return focus;
}

describe("a row", () => {
  it("moves right to its end and no further", () => {
    const focus = page([row("a", 3)]);
    expect(focus.move("right")).toBe(true);
    expect(focus.move("right")).toBe(true);
    expect(focus.move("right")).toBe(false);
    expect(focus.column).toBe(2);
  });

  it("does not wrap to the left", () => {
    expect(page([row("a", 3)]).move("left")).toBe(false);
  });

  it("slides under a card that stays at the anchor column", () => {
    const focus = page([row("a", 20)]);
    const slots: number[] = [];
    for (let press = 0; press < 10; press++) {
      focus.move("right");
      slots.push(focus.column - focus.offsetOf("a"));
    }
    expect(slots).toEqual(Array(10).fill(ANCHOR_COLUMN));
  });

  it("stops sliding when its last card is on the screen", () => {
    const focus = page([row("a", 6)]);
    for (let press = 0; press < 5; press++) {
      focus.move("right");
    }
    expect(focus.column).toBe(5);
    expect(focus.offsetOf("a")).toBe(2);
  });

  it("moves several cards when asked, and lands on the last one", () => {
    const focus = page([row("a", 6)]);
    focus.move("right", 4);
    expect(focus.column).toBe(4);
    focus.move("right", 4);
    expect(focus.column).toBe(5);
  });
});

describe("several rows", () => {
  it("remember their own card", () => {
    const focus = page([row("a", 10), row("b", 10)]);
    focus.move("right");
    focus.move("right");
    focus.move("down");
    focus.move("right");
    focus.move("up");
    expect([focus.lane?.id, focus.column]).toEqual(["a", 2]);
    focus.move("down");
    expect([focus.lane?.id, focus.column]).toEqual(["b", 2]);
  });

  it("are entered at the nearest place on the screen the first time", () => {
    const focus = page([row("a", 10), row("b", 10)]);
    for (let press = 0; press < 6; press++) {
      focus.move("right");
    }
    focus.move("down");
    expect(focus.column).toBe(ANCHOR_COLUMN);
  });

  it("are entered at their last card when they are shorter", () => {
    const focus = page([row("a", 10), row("b", 1)]);
    focus.move("right");
    focus.move("down");
    expect(focus.column).toBe(0);
  });

  it("skip rows without cards", () => {
    const focus = page([row("a", 2), row("empty", 0), row("b", 2)]);
    focus.move("down");
    expect(focus.lane?.id).toBe("b");
  });

  it("slide up and down with the focus, but not past their end", () => {
    const focus = page([row("a", 2), row("b", 2), row("c", 2)], { lanesVisible: 2 });
    focus.move("down");
    expect(focus.top).toBe(1);
    focus.move("down");
    expect(focus.top).toBe(1);
  });

  it("leave fixed lanes out of the sliding", () => {
    const focus = page([row("hero", 1), row("a", 2), row("b", 2)], { fixedLanes: 1 });
    focus.move("down");
    expect(focus.top).toBe(0);
    focus.move("down");
    expect(focus.top).toBe(1);
  });
});

describe("a grid", () => {
  it("keeps the column and shortens it on a short last line", () => {
    const focus = page([line(0), line(1), line(2, 2)]);
    focus.move("right", 3);
    focus.move("down");
    expect(focus.column).toBe(3);
    focus.move("down");
    expect(focus.column).toBe(1);
  });

  it("remembers nothing per line: Up and Down are straight", () => {
    const focus = page([line(0), line(1)]);
    focus.move("right", 3);
    focus.move("down");
    focus.move("left", 2);
    focus.move("up");
    expect(focus.column).toBe(1);
  });

  it("never slides sideways", () => {
    const focus = page([line(0)]);
    focus.move("right", 4);
    expect(focus.offsetOf("line-0")).toBe(0);
  });
});

describe("the pointer", () => {
  it("focuses without sliding", () => {
    const focus = page([row("a", 10), row("b", 10)], { lanesVisible: 1 });
    expect(focus.point("b", 3)).toBe(true);
    expect([focus.lane?.id, focus.column, focus.offsetOf("b"), focus.top]).toEqual(["b", 3, 0, 0]);
    expect(focus.point("b", 3)).toBe(false);
  });

  it("cannot point at what is not there", () => {
    const focus = page([row("a", 2)]);
    expect(focus.point("a", 2)).toBe(false);
    expect(focus.point("nowhere", 0)).toBe(false);
  });

  it("pages a row and takes the focus along", () => {
    const focus = page([row("a", 10)]);
    expect(focus.page("a", 1)).toBe(true);
    expect(focus.offsetOf("a")).toBe(4);
    expect(focus.column).toBe(4);
    expect(focus.page("a", 1)).toBe(true);
    expect(focus.offsetOf("a")).toBe(6);
    expect(focus.page("a", 1)).toBe(false);
  });

  it("scrolls lanes and keeps the focus on the screen", () => {
    const focus = page([line(0), line(1), line(2), line(3), line(4)], { lanesVisible: 3 });
    focus.move("right", 2);
    expect(focus.scroll(1)).toBe(true);
    expect([focus.top, focus.lane?.id, focus.column]).toEqual([1, "line-1", 2]);
    focus.scroll(9);
    expect(focus.top).toBe(2);
    expect(focus.scroll(1)).toBe(false);
  });
});

describe("coming back", () => {
  it("keeps the focused lane where it is on the screen when another appears above it", () => {
    const focus = new RowsFocus({ fixedLanes: 1 });
    const hero = { id: "hero", length: 1, visible: 1 };
    const lane = (id: string) => ({ id, length: 5, visible: 3 });
    focus.setLanes([hero, lane("a"), lane("b"), lane("c")]);
    focus.jump("b", 0);
    expect(focus.top).toBe(1);
    focus.setLanes([hero, lane("new"), lane("a"), lane("b"), lane("c")]);
    expect(focus.top).toBe(2);
    const later = new RowsFocus({ fixedLanes: 1 }, focus.snapshot());
    later.setLanes([hero, lane("a"), lane("b"), lane("c")]);
    expect(later.top).toBe(1);
    later.jump("hero", 0);
    later.setLanes([hero, lane("new"), lane("a"), lane("b"), lane("c")]);
    expect(later.lane?.id).toBe("hero");
  });

  it("restores lane, card and slide from a snapshot, even when lanes arrive later", () => {
    const before = page([row("a", 10), row("b", 10)]);
    before.move("down");
    before.move("right", 5);
    const after = new RowsFocus({}, before.snapshot());
    after.setLanes([row("a", 10)]);
    after.setLanes([row("a", 10), row("b", 10)]);
    expect([after.lane?.id, after.column, after.offsetOf("b"), after.top]).toEqual(["b", 5, 4, 1]);
  });

  it("gives up waiting for a lane once the person moves", () => {
    const after = new RowsFocus({}, { lane: "b", top: 1, memory: {} });
    after.setLanes([row("a", 10)]);
    after.move("right");
    after.setLanes([row("a", 10), row("b", 10)]);
    expect([after.lane?.id, after.column, after.top]).toEqual(["a", 1, 0]);
  });

  it("keeps the focus on its lane when rows are inserted above", () => {
    const focus = page([row("a", 3), row("b", 3)]);
    focus.move("down");
    focus.setLanes([row("new", 2), row("a", 3), row("b", 3)]);
    expect(focus.lane?.id).toBe("b");
  });

  it("moves to the nearest card when the focused one is gone", () => {
    const focus = page([row("a", 3)]);
    focus.move("right", 2);
    focus.setLanes([row("a", 2)]);
    expect(focus.column).toBe(1);
  });

  it("has a focus even when its lane is gone", () => {
    const focus = page([row("a", 3), row("b", 3)]);
    focus.move("down");
    focus.setLanes([row("a", 3)]);
    expect(focus.lane?.id).toBe("a");
  });

  it("has none on an empty page, and does not break", () => {
    const focus = page([]);
    expect(focus.lane).toBeNull();
    expect(focus.move("down")).toBe(false);
  });
});

it("always has exactly one card that exists, whatever keys are pressed", () => {
  const focus = page([row("hero", 1), row("a", 7), row("b", 2), row("c", 30, 6)], { fixedLanes: 1 });
  const moves = ["right", "down", "left", "up"] as const;
  let seed = 11;
  for (let press = 0; press < 3000; press++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    focus.move(moves[(seed >> 8) % 4]!, 1 + (seed % 3));
    const lane = focus.lane!;
    expect(focus.column).toBeLessThan(lane.length);
    const slot = focus.column - focus.offsetOf(lane.id);
    expect(slot).toBeGreaterThanOrEqual(0);
    expect(slot).toBeLessThan(lane.visible);
  }
});
