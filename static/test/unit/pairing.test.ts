import { expect, it } from "vitest";
import { ApiError } from "../../shared/api";
import { Pairing } from "../../shared/pairing";
import type { Clock } from "../../shared/pairing";
import type { PairingOffer } from "../../shared/types";

/** Time that passes only when told to. */
class TestClock implements Clock {
  private at = 0;
  private pending: { due: number; run: () => void }[] = [];
  now(): number {
    return this.at;
  }
  later(run: () => void, ms: number): () => void {
    const entry = { due: this.at + ms, run };
    this.pending.push(entry);
    return () => {
      this.pending = this.pending.filter((other) => other !== entry);
    };
  }
  async pass(ms: number): Promise<void> {
    const until = this.at + ms;
    for (;;) {
      const next = this.pending.filter((entry) => entry.due <= until).sort((a, b) => a.due - b.due)[0];
      if (!next) {
        break;
      }
      this.pending = this.pending.filter((entry) => entry !== next);
      this.at = next.due;
      next.run();
      for (let turn = 0; turn < 10; turn++) {
        await Promise.resolve();
      }
    }
    this.at = until;
  }
  get waiting(): number {
    return this.pending.length;
  }
}

function refuse(status: number, error: string | null): ApiError {
  return new ApiError({ type: "", title: "", status, detail: "", error, retryAfterS: null, damagedUntilS: null });
}

function setup(answers: (ApiError | null)[], expires_in = 600) {
  const clock = new TestClock();
  const log: string[] = [];
  let offers = 0;
  const api = {
    startPairing: (): Promise<PairingOffer> => {
      offers += 1;
      return Promise.resolve({ device_code: "d", user_code: `CODE${offers}`, verification_uri: "", expires_in, interval: 3 });
    },
    pollPairing: (): Promise<void> => {
      log.push(`poll ${clock.now()}`);
      const answer = answers.shift();
      if (answer === null) {
        return Promise.resolve();
      }
      return Promise.reject(answer || refuse(400, "authorization_pending"));
    },
  };
  const pairing = new Pairing(api, "TV", {
    offered: (offer) => log.push(`offer ${offer.user_code}`),
    paired: () => log.push("paired"),
    unreachable: () => log.push("unreachable"),
    denied: () => log.push("denied"),
  }, clock);
  return { clock, log, pairing };
}

it("polls at the interval until somebody says yes, then stops", async () => {
  const { clock, log, pairing } = setup([refuse(400, "authorization_pending"), null]);
  pairing.start();
  await clock.pass(0);
  await clock.pass(20000);
  expect(log).toEqual(["offer CODE1", "poll 3000", "poll 6000", "paired"]);
  expect(clock.waiting).toBe(0);
});

it("slows down by five seconds when told to", async () => {
  const { clock, log, pairing } = setup([refuse(400, "slow_down")]);
  pairing.start();
  await clock.pass(0);
  await clock.pass(12000);
  expect(log.slice(1)).toEqual(["poll 3000", "poll 11000"]);
});

it("renews the code shortly before it expires", async () => {
  const { clock, log, pairing } = setup([], 20);
  pairing.start();
  await clock.pass(0);
  await clock.pass(16000);
  expect(log.filter((line) => line.startsWith("offer"))).toEqual(["offer CODE1", "offer CODE2"]);
});

it.each(["expired_token", "invalid_grant"])("asks for a new code after %s", async (word) => {
  const { clock, log, pairing } = setup([refuse(400, word)]);
  pairing.start();
  await clock.pass(0);
  await clock.pass(3000);
  expect(log).toEqual(["offer CODE1", "poll 3000", "offer CODE2"]);
});

it("says that it was denied, and offers a new code after a pause", async () => {
  const { clock, log, pairing } = setup([refuse(400, "access_denied")]);
  pairing.start();
  await clock.pass(0);
  await clock.pass(3000);
  expect(log.slice(-1)).toEqual(["denied"]);
  await clock.pass(4000);
  expect(log.slice(-1)).toEqual(["offer CODE2"]);
});

it("keeps the code through a server's restart", async () => {
  const { clock, log, pairing } = setup([refuse(0, null), refuse(503, null)]);
  pairing.start();
  await clock.pass(0);
  await clock.pass(9000);
  expect(log).toEqual(["offer CODE1", "poll 3000", "unreachable", "poll 6000", "unreachable", "poll 9000"]);
});

it("does nothing more once stopped", async () => {
  const { clock, log, pairing } = setup([]);
  pairing.start();
  await clock.pass(0);
  pairing.stop();
  await clock.pass(60000);
  expect(log).toEqual(["offer CODE1"]);
});
