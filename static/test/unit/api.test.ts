import { describe, expect, it, vi } from "vitest";
import { Api, ApiError, imageUrl, queryString } from "../../shared/api";
import type { Item } from "../../shared/types";

interface Call {
  url: string;
  init: RequestInit;
}

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const calls: Call[] = [];
  const api = new Api((url, init = {}) => {
    calls.push({ url, init });
    const text = body === null ? null : typeof body === "string" ? body : JSON.stringify(body);
    return Promise.resolve(new Response(text, { status, headers }));
  });
  return { api, calls };
}

async function refusal(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
  throw new Error("was not refused");
}

it("asks for a page of items with what is set, and nothing else", async () => {
  const { api, calls } = answering(200, { items: [], next: null });
  await api.items({ folder: "a b", kind: undefined, sort: "-added", limit: 20 });
  expect(calls[0]!.url).toBe("/api/v1/items?folder=a%20b&sort=-added&limit=20");
});

it("sends the cookie even where that is not the default", async () => {
  const { api, calls } = answering(200, {});
  await api.me();
  expect(calls[0]!.init.credentials).toBe("same-origin");
});

it("reads problem details", async () => {
  const { api } = answering(423, { type: "urn:lanterne:problem:vault-locked", title: "Locked", detail: "the vault is locked" });
  const error = await refusal(api.items({}));
  expect([error.status, error.problem.type, error.message]).toEqual([423, "urn:lanterne:problem:vault-locked", "the vault is locked"]);
});

it("reads the OAuth word and Retry-After", async () => {
  const { api } = answering(400, { error: "slow_down" }, { "Retry-After": "7" });
  const error = await refusal(api.pollPairing("secret"));
  expect([error.problem.error, error.problem.retryAfterS]).toEqual(["slow_down", 7]);
});

it("makes do with a proxy's HTML", async () => {
  const { api } = answering(502, "<html>bad gateway</html>");
  expect((await refusal(api.health())).status).toBe(502);
});

it("asks what is wrong with an address, and takes no more of it than that", async () => {
  const dropped = vi.fn();
  const film = new ReadableStream({ cancel: dropped }, { highWaterMark: 0 });
  const api = new Api(() => Promise.resolve(new Response(film)));
  expect(await api.problemAt("/segment")).toBeNull();
  expect(dropped).toHaveBeenCalled();
});

it("is content with an empty 204", async () => {
  const { api, calls } = answering(204, null);
  await api.unlock("open sesame");
  expect(calls[0]!.init.body).toBe('{"passphrase":"open sesame"}');
});

describe("when nobody answers", () => {
  it("says status 0", async () => {
    const api = new Api(() => Promise.reject(new TypeError("network")));
    expect((await refusal(api.health())).status).toBe(0);
  });

  it("gives up after a while", async () => {
    vi.useFakeTimers();
    const api = new Api(() => new Promise(() => undefined));
    const answer = refusal(api.health());
    await vi.advanceTimersByTimeAsync(20000);
    expect((await answer).status).toBe(0);
    vi.useRealTimers();
  });
});

it("sends the grants of RFC 8628 and of the one-time link", async () => {
  const { api, calls } = answering(200, {});
  await api.pollPairing("d");
  await api.redeemInvitation("I", "Phone");
  expect(calls.map((call) => JSON.parse(call.init.body as string) as object)).toEqual([
    { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: "d" },
    { grant_type: "urn:lanterne:params:grant-type:invitation", invitation: "I", name: "Phone" },
  ]);
});

it("puts the width behind an image's address, whatever is there", () => {
  const item = (image: string | null): Item => ({ id: "1", kind: "photo", name: "", path: "", title: "", image });
  expect(imageUrl(item("/i/1"), 440)).toBe("/i/1?w=440");
  expect(imageUrl(item("/i/1?t=x"), 440)).toBe("/i/1?t=x&w=440");
  expect(imageUrl(item(null), 440)).toBeNull();
});

it("leaves out what is undefined or empty", () => {
  expect(queryString({ a: undefined, b: "", c: 0 })).toBe("?c=0");
  expect(queryString({})).toBe("");
});
