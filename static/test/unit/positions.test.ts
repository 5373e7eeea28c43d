import { beforeEach, describe, expect, it } from "vitest";
import { PositionReporter, Positions, REPORT_MS } from "../../shared/positions";

const film = (position_s?: number) => ({ id: "a", duration_s: 3600, position_s });

describe("where a film was left", () => {
  let positions: Positions;
  beforeEach(() => {
    positions = new Positions();
  });

  it("is its middle, not its first seconds or its end", () => {
    positions.save("a", 5, 3600);
    expect(positions.of(film())).toBeNull();
    positions.save("a", 600, 3600);
    expect(positions.of(film())).toEqual({ position_s: 600, duration_s: 3600 });
    positions.save("a", 3590, 3600);
    expect(positions.of(film())).toBeNull();
  });

  it("comes with the item from the server, until this page knows better", () => {
    expect(positions.of(film(300))).toEqual({ position_s: 300, duration_s: 3600 });
    positions.save("a", 600, 3600);
    expect(positions.of(film(300))?.position_s).toBe(600);
    positions.save("a", 3595, 3600);
    expect(positions.of(film(300))).toBeNull();
  });

  it("is what a server that keeps positions says later, but not at once: that may be older", () => {
    positions.save("a", 600, 3600, 10000);
    positions.learn(film(590), true, 12000);
    expect(positions.of(film(590))?.position_s).toBe(600);
    positions.learn(film(900), true, 60000);
    expect(positions.of(film(900))?.position_s).toBe(900);
  });

  it("is what the server said last, also for a list that is older", () => {
    positions.learn(film(900), true, 0);
    expect(positions.of(film())?.position_s).toBe(900);
    positions.save("a", 600, 3600, 10000);
    positions.learn(film(600), true, 60000);
    expect(positions.of(film())?.position_s).toBe(600);
    positions.learn(film(), true, 61000);
    expect(positions.of(film(600))).toBeNull();
  });

  it("stays known when somebody only looks at the beginning", () => {
    positions.save("a", 5, 3600);
    expect(positions.of(film(500))?.position_s).toBe(500);
    positions.save("a", 600, 3600);
    positions.save("a", 5, 3600);
    expect(positions.of(film())?.position_s).toBe(600);
  });

  it("is kept here when the server keeps none", () => {
    positions.save("a", 600, 3600, 0);
    positions.learn(film(), false, 60000);
    expect(positions.of(film())?.position_s).toBe(600);
  });

  it("is listed last watched first, and forgotten at lock", () => {
    positions.save("a", 600, 3600);
    positions.save("b", 600, 3600);
    positions.save("a", 700, 3600);
    expect(positions.recent()).toEqual(["a", "b"]);
    positions.clear();
    expect([positions.recent(), positions.of(film())]).toEqual([[], null]);
  });
});

describe("telling the server", () => {
  let sent: number[];
  let reporter: PositionReporter;
  beforeEach(() => {
    sent = [];
    reporter = new PositionReporter((position_s) => sent.push(position_s), 0);
  });

  it("happens every few seconds of playing", () => {
    for (let second = 1; second <= 25; second++) {
      reporter.moved(100 + second, second * 1000);
    }
    expect(sent).toEqual([100 + REPORT_MS / 1000, 100 + (2 * REPORT_MS) / 1000]);
  });

  it("happens at once when it is paused or left, once for each place", () => {
    reporter.flush(0);
    reporter.moved(50, 1000);
    reporter.flush(1000);
    reporter.flush(2000);
    reporter.moved(50.5, 2500);
    reporter.flush(2500);
    reporter.moved(70, 3000);
    reporter.flush(3000);
    expect(sent).toEqual([50, 70]);
  });
});
