import { describe, expect, it } from "vitest";
import { Standstill } from "../../shared/standstill";

const PLAYING = { at_s: 0, plays: true, loaded_s: 10, hasPicture: true, isBroken: false };

/** Seconds until it is time to try another way; null within a minute. */
function secondsUntilStuck(look: (second: number) => Partial<typeof PLAYING>): number | null {
  const standstill = new Standstill();
  for (let second = 1; second <= 60; second++) {
    if (standstill.look({ ...PLAYING, ...look(second) })) {
      return second;
    }
  }
  return null;
}

describe("a film that should play", () => {
  it("is left alone while it moves", () => {
    expect(secondsUntilStuck((second) => ({ at_s: second }))).toBeNull();
  });

  it("is given up soon with film at hand, and late without", () => {
    const loaded = secondsUntilStuck(() => ({ at_s: 5 }))!;
    const empty = secondsUntilStuck(() => ({ at_s: 5, loaded_s: 0 }))!;
    expect(loaded).toBeLessThan(12);
    expect(empty).toBeGreaterThan(20);
  });

  it("is given up when the element has given up", () => {
    expect(secondsUntilStuck(() => ({ at_s: 5, isBroken: true }))).toBeLessThan(5);
  });

  it("is given up when it is heard and not seen", () => {
    expect(secondsUntilStuck((second) => ({ at_s: second, hasPicture: false }))).toBeLessThan(10);
  });

  it("may take its time between moves", () => {
    expect(secondsUntilStuck((second) => ({ at_s: Math.floor(second / 6) }))).toBeNull();
  });
});

it("leaves a pause alone, and counts anew behind it", () => {
  expect(secondsUntilStuck(() => ({ at_s: 5, plays: false }))).toBeNull();
  expect(secondsUntilStuck((second) => ({ at_s: 5, plays: second % 7 !== 0 }))).toBeNull();
});
