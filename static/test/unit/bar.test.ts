import { beforeEach, expect, it } from "vitest";
import { Bar } from "../../shared/bar";
import type { Action } from "../../shared/keys";

let said: string[];
let bar: Bar;
let buttons: string[];

const MENUS: Record<string, { length: number; current: number }[]> = {
  tracks: [{ length: 2, current: 1 }, { length: 5, current: 3 }],
  one: [{ length: 3, current: -1 }],
  look: [{ length: 4, current: 2 }],
};

function press(...actions: Action[]): void {
  for (const action of actions) {
    bar.key(action, { repeat: false, heldMs: 0 });
  }
}

beforeEach(() => {
  said = [];
  buttons = ["tracks", "one", "info"];
  bar = new Bar({
    buttons: () => buttons,
    columns: (menu) => MENUS[menu] || [],
    press: (button) => said.push(button),
    choose: (menu, column, entry) => {
      said.push(`${menu} ${String(column)} ${String(entry)}`);
      return menu === "tracks" && entry === 4 ? "look" : menu === "look" ? "look" : null;
    },
  });
});

it("walks along its buttons and stops at both ends", () => {
  press("down", "left", "right", "right", "right", "right");
  expect(bar.state.button).toBe(2);
});

it("does at once what has no menu, and remembers the button", () => {
  press("down", "right", "right", "ok", "up", "down");
  expect([said, bar.state.layer, bar.state.button]).toEqual([["info"], "bar", 2]);
});

it("opens a menu at what holds, or at its beginning", () => {
  press("down", "ok");
  expect(bar.state).toMatchObject({ layer: "menu", menu: "tracks", column: 0, entry: 1 });
  press("right");
  expect(bar.state).toMatchObject({ column: 1, entry: 3 });
  press("right", "down", "down", "down");
  expect(bar.state).toMatchObject({ column: 1, entry: 4 });
  bar.back();
  press("right", "ok");
  expect(bar.state).toMatchObject({ menu: "one", entry: 0 });
});

it("goes back to the button when something was chosen", () => {
  press("down", "ok", "up", "ok");
  expect([said, bar.state.layer, bar.state.menu]).toEqual([["tracks 0 0"], "bar", null]);
});

it("leads from a menu to another and back the same way, one layer for each Back", () => {
  press("down", "ok", "right", "down", "ok");
  expect(bar.state).toMatchObject({ menu: "look", entry: 2 });
  press("down", "ok");
  expect([bar.state.menu, bar.state.entry]).toEqual(["look", 3]);
  const layers = [1, 2, 3, 4].map(() => [bar.back(), bar.state.menu || bar.state.layer]);
  expect(layers).toEqual([[true, "tracks"], [true, "bar"], [true, "film"], [false, "film"]]);
});

it("ignores OK while it is held", () => {
  press("down");
  bar.key("ok", { repeat: true, heldMs: 700 });
  expect(bar.state.layer).toBe("bar");
});

it("is run by a pointer as well: hover is focus, a second click closes", () => {
  bar.pointButton(1);
  expect([bar.state.layer, bar.state.button]).toEqual(["bar", 1]);
  bar.pressButton(1);
  bar.pointEntry(0, 2);
  bar.pointButton(0);
  expect(bar.state).toMatchObject({ menu: "one", entry: 2, button: 1 });
  bar.pressButton(1);
  expect(bar.state).toMatchObject({ layer: "bar", menu: null });
  bar.pressButton(0);
  bar.chooseEntry(1, 0);
  expect(said).toEqual(["tracks 1 0"]);
});

it("keeps its place when a button goes away, and stays shut without any", () => {
  press("down", "right", "right", "up");
  buttons = ["tracks"];
  press("down");
  expect(bar.state.button).toBe(0);
  bar.leave();
  buttons = [];
  expect(bar.key("down", { repeat: false, heldMs: 0 })).toBe(false);
});
