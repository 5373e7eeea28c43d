import { beforeEach, expect, it } from "vitest";
import { Patience } from "../../shared/patience";

let patience: Patience;
beforeEach(() => {
  patience = new Patience();
  patience.begin("file");
});

it("has none with a way that never played, while the server is there", () => {
  expect(patience.isWorthAnother(true, 50)).toBe(false);
});

it("tries a way once more that has played and ran dry, and again when that has played", () => {
  patience.played();
  patience.begin("file");
  expect([patience.isWorthAnother(true, 50), patience.isWorthAnother(true, 50)]).toEqual([true, false]);
  patience.played();
  expect(patience.isWorthAnother(true, 50)).toBe(true);
});

it("gives up what came and could not be played", () => {
  patience.played();
  expect(patience.isWorthAnother(false, 50)).toBe(false);
});

it("waits for a server that was away, but not for ever", () => {
  const tries = Array.from({ length: 6 }, () => patience.isWorthAnother(false, 11000));
  expect(tries).toEqual([true, true, true, true, true, false]);
});

it("begins anew with another way", () => {
  patience.played();
  patience.begin("own");
  expect(patience.isWorthAnother(true, 50)).toBe(false);
});
