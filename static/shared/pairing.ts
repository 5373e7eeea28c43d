/**
 * Pairing this screen: RFC 8628 as a loop with an owner.
 *
 * A code is offered, polled for, and renewed by itself shortly before it expires or after somebody
 * refused it; `stop` ends the loop.
 */
import { ApiError } from "./api";
import type { Api } from "./api";
import type { PairingOffer } from "./types";

export interface PairingEvents {
  offered(offer: PairingOffer, expiresAtMs: number): void;
  paired(): void;
  /** The server cannot be asked just now; the loop goes on trying. */
  unreachable(): void;
  denied(): void;
}

export interface Clock {
  now(): number;
  /** Call back later; the answer cancels. */
  later(callback: () => void, ms: number): () => void;
}

export const realClock: Clock = {
  now: () => Date.now(),
  later: (callback, ms) => {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

const RETRY_MS = 3000;
/** RFC 8628, section 3.5: `slow_down` adds five seconds. */
const SLOW_DOWN_S = 5;
/** A code about to expire is not worth typing. */
const RENEW_BEFORE_S = 5;
/** Time to read that a request was refused before the next code appears. */
const DENIED_PAUSE_MS = 4000;

type PairApi = Pick<Api, "startPairing" | "pollPairing">;

export class Pairing {
  private readonly api: PairApi;
  private readonly deviceName: string;
  private readonly events: PairingEvents;
  private readonly clock: Clock;
  private cancel: () => void = () => undefined;
  private stopped = false;

  constructor(api: PairApi, deviceName: string, events: PairingEvents, clock: Clock = realClock) {
    this.api = api;
    this.deviceName = deviceName;
    this.events = events;
    this.clock = clock;
  }

  start(): void {
    void this.offer();
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  private async offer(): Promise<void> {
    let offer: PairingOffer;
    try {
      offer = await this.api.startPairing(this.deviceName);
    } catch (error) {
      const wait = error instanceof ApiError ? error.problem.retryAfterS : null;
      this.again(() => this.offer(), wait === null ? RETRY_MS : wait * 1000, true);
      return;
    }
    if (this.stopped) {
      return;
    }
    const expiresAt = this.clock.now() + offer.expires_in * 1000;
    this.events.offered(offer, expiresAt);
    this.wait(offer, expiresAt, Math.max(1, offer.interval));
  }

  private wait(offer: PairingOffer, expiresAt: number, interval_s: number): void {
    if (this.stopped) {
      return;
    }
    this.cancel = this.clock.later(() => void this.poll(offer, expiresAt, interval_s), interval_s * 1000);
  }

  private async poll(offer: PairingOffer, expiresAt: number, interval_s: number): Promise<void> {
    if (this.clock.now() >= expiresAt - RENEW_BEFORE_S * 1000) {
      await this.offer();
      return;
    }
    try {
      await this.api.pollPairing(offer.device_code);
    } catch (error) {
      this.answered(error, offer, expiresAt, interval_s);
      return;
    }
    if (!this.stopped) {
      this.events.paired();
    }
  }

  private answered(error: unknown, offer: PairingOffer, expiresAt: number, interval_s: number): void {
    if (this.stopped) {
      return;
    }
    const word = error instanceof ApiError ? error.problem.error : null;
    const status = error instanceof ApiError ? error.status : 0;
    if (word === "authorization_pending") {
      this.wait(offer, expiresAt, interval_s);
    } else if (word === "slow_down" || status === 429) {
      this.wait(offer, expiresAt, interval_s + SLOW_DOWN_S);
    } else if (word === "access_denied") {
      this.events.denied();
      this.again(() => this.offer(), DENIED_PAUSE_MS, false);
    } else if (status === 0 || status >= 500) {
      this.events.unreachable();
      this.wait(offer, expiresAt, interval_s);
    } else {
      // Expired, used or forgotten by a restarted server: a new code.
      void this.offer();
    }
  }

  private again(step: () => Promise<void>, ms: number, tell: boolean): void {
    if (this.stopped) {
      return;
    }
    if (tell) {
      this.events.unreachable();
    }
    this.cancel = this.clock.later(() => void step(), ms);
  }
}

/** A pairing code in groups of four that an eye can hold: `BCDF-GHJK`. */
export function groupedCode(code: string): string {
  const letters = code.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
  const size = letters.length % 4 === 0 || letters.length > 6 ? 4 : 3;
  const groups: string[] = [];
  for (let start = 0; start < letters.length; start += size) {
    groups.push(letters.slice(start, start + size));
  }
  return groups.join("-");
}
