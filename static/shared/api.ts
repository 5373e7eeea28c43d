/**
 * The server's HTTP API, one method per call.
 *
 * Everything that goes wrong is one `ApiError` with the server's problem details (RFC 9457) in it;
 * `status` is 0 when the server could not be reached at all.
 */
import type {
  Health,
  Item,
  ItemDetail,
  ItemPage,
  ItemQuery,
  Me,
  PairingOffer,
  PairingRequest,
  Previews,
  ScanState,
  ServerState,
} from "./types";

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** The OAuth word of RFC 8628, where the call is a pairing poll. */
  error: string | null;
  retryAfterS: number | null;
  /** Where a damaged film is whole again. */
  damagedUntilS: number | null;
}

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

export const WRONG_PASSPHRASE = "urn:lanterne:problem:wrong-passphrase";
const GRANT_INVITATION = "urn:lanterne:params:grant-type:invitation";
const GRANT_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

/** A home box that scans or wakes its disks answers late, not never. */
const TIMEOUT_MS = 20000;
/** The whole film may have to be read for its subtitles, or be waited for in a queue. */
const PATIENT_MS = 120000;

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

function unreachable(detail: string): ApiError {
  return new ApiError({
    type: "about:blank",
    title: "Unreachable",
    status: 0,
    detail,
    error: null,
    retryAfterS: null,
    damagedUntilS: null,
  });
}

/** `fetch` that gives up; AbortController is younger than the engines we serve, so the answer is just ignored. */
function withTimeout(answer: Promise<Response>, timeoutMs: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(unreachable("timeout"));
    }, timeoutMs);
    answer.then(
      (response) => {
        clearTimeout(timer);
        resolve(response);
      },
      () => {
        clearTimeout(timer);
        reject(unreachable("network"));
      },
    );
  });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Read a problem body, or make one up from the status when a proxy answered with something else. */
async function readProblem(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>;
  } catch {
    // Not JSON: the status alone has to do.
  }
  const retry = parseInt(response.headers.get("Retry-After") || "", 10);
  return {
    type: text(body.type) || "about:blank",
    title: text(body.title) || response.statusText || "HTTP " + String(response.status),
    status: response.status,
    detail: text(body.detail),
    error: text(body.error) || null,
    retryAfterS: isNaN(retry) ? null : retry,
    damagedUntilS: typeof body.damaged_until_s === "number" ? body.damaged_until_s : null,
  };
}

/** `?a=1&b=2` of what is set; URLSearchParams is younger than the oldest engines. */
export function queryString(values: Record<string, string | number | undefined>): string {
  const parts: string[] = [];
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined && value !== "") {
      parts.push(encodeURIComponent(name) + "=" + encodeURIComponent(String(value)));
    }
  }
  return parts.length > 0 ? "?" + parts.join("&") : "";
}

export type ImageWidth = 220 | 440 | 1280 | 1920;

/** Address of an item's picture, at most `width` pixels wide; null when it has none. */
export function imageUrl(item: Item, width: ImageWidth): string | null {
  if (!item.image) {
    return null;
  }
  return item.image + (item.image.indexOf("?") >= 0 ? "&" : "?") + "w=" + String(width);
}

function itemPath(id: string): string {
  return "/api/v1/items/" + encodeURIComponent(id);
}

function jsonRequest(method: string, body: object): RequestInit {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Null for what the server does not have. */
async function absent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return null;
    }
    throw error;
  }
}

export class Api {
  private readonly fetch: Fetch;
  private readonly base: string;

  constructor(fetch: Fetch, base = "") {
    this.fetch = fetch;
    this.base = base;
  }

  health(): Promise<Health> {
    return this.get<Health>("/healthz");
  }

  me(): Promise<Me> {
    return this.get<Me>("/api/v1/me");
  }

  items(query: ItemQuery): Promise<ItemPage> {
    return this.get<ItemPage>("/api/v1/items" + queryString({ ...query }));
  }

  item(id: string, profile: string, can: string): Promise<ItemDetail> {
    return this.get<ItemDetail>(itemPath(id) + queryString({ profile, can }));
  }

  /** What follows in the folder; null when nothing does. */
  async next(id: string): Promise<Item | null> {
    return absent(this.get<Item>(itemPath(id) + "/next"));
  }

  /** A 404 that says when to ask again means that they are being made. */
  previews(id: string): Promise<Previews> {
    return this.get<Previews>(itemPath(id) + "/previews");
  }

  async putPosition(id: string, position_s: number): Promise<void> {
    await this.send(itemPath(id) + "/position", jsonRequest("PUT", { position_s: Math.round(position_s * 10) / 10 }));
  }

  /** A text of the server's own: subtitles. */
  async text(path: string): Promise<string> {
    return (await this.request(path, { method: "GET" }, PATIENT_MS)).text();
  }

  /** Ask for an address as a player would; null when it answers well, else what it says. */
  async problemAt(path: string, range?: string): Promise<Problem | null> {
    try {
      const response = await this.request(path, { method: "GET", headers: range ? { Range: range } : {} }, PATIENT_MS);
      // Nobody reads on: what is left of a segment would keep a thread of the server, and the house open.
      await response.body?.cancel();
      return null;
    } catch (error) {
      if (error instanceof ApiError) {
        return error.problem;
      }
      throw error;
    }
  }

  scan(): Promise<ScanState> {
    return this.get<ScanState>("/api/v1/scan");
  }

  /** For the owner alone. */
  server(): Promise<ServerState> {
    return this.get<ServerState>("/api/v1/server");
  }

  async unlock(passphrase: string): Promise<void> {
    await this.post("/api/v1/unlock", { passphrase });
  }

  async lock(): Promise<void> {
    await this.post("/api/v1/lock", {});
  }

  async startPairing(name: string): Promise<PairingOffer> {
    return (await this.post("/api/v1/pair", { name })) as PairingOffer;
  }

  /** Ask whether somebody has approved; resolves when the cookie is set. */
  async pollPairing(deviceCode: string): Promise<void> {
    await this.post("/api/v1/pair/token", { grant_type: GRANT_DEVICE_CODE, device_code: deviceCode });
  }

  async redeemInvitation(invitation: string, name: string): Promise<void> {
    await this.post("/api/v1/pair/token", { grant_type: GRANT_INVITATION, invitation, name });
  }

  /** Who shows this code. */
  pairingRequest(userCode: string): Promise<PairingRequest> {
    return this.get<PairingRequest>("/api/v1/pair/approve" + queryString({ user_code: userCode }));
  }

  async approvePairing(userCode: string): Promise<void> {
    await this.post("/api/v1/pair/approve", { user_code: userCode });
  }

  private get<T>(path: string): Promise<T> {
    return this.send(path, { method: "GET" }) as Promise<T>;
  }

  private post(path: string, body: object): Promise<unknown> {
    return this.send(path, jsonRequest("POST", body));
  }

  private async request(path: string, init: RequestInit, timeoutMs: number): Promise<Response> {
    // Engines before 2018 leave cookies out unless asked.
    const request = this.fetch(this.base + path, { ...init, credentials: "same-origin", cache: "no-store" });
    const response = await withTimeout(request, timeoutMs);
    if (!response.ok) {
      throw new ApiError(await readProblem(response));
    }
    return response;
  }

  private async send(path: string, init: RequestInit): Promise<unknown> {
    const response = await this.request(path, init, TIMEOUT_MS);
    if (response.status === 204) {
      return null;
    }
    try {
      return await response.json();
    } catch {
      throw unreachable("not JSON");
    }
  }
}
