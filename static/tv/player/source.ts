/** Attach one attempt's source to a video element: plain, or through hls.js where the engine needs it. */
import type { Attempt } from "../../shared/attempts";
import { bufferedEnd } from "./element";

/** As much of hls.js as is used here; the script is loaded only when a player needs it. */
interface HlsInstance {
  /** Index of the variant that the playlist names first; they are sorted by bit rate, the lowest is 0. */
  readonly firstLevel: number;
  /** Index of the variant that is loaded; setting it ends the choice by measured bandwidth. */
  loadLevel: number;
  loadSource(url: string): void;
  attachMedia(video: HTMLVideoElement): void;
  on(event: string, handle: (event: string, data: HlsError) => void): void;
  startLoad(): void;
  recoverMediaError(): void;
  destroy(): void;
}

interface HlsError {
  fatal: boolean;
  type: string;
  details?: string;
  response?: { code?: number };
  frag?: { url?: string };
  url?: string;
}

type HlsClass = new (config: object) => HlsInstance;

const SCRIPT = "/static/tv/hls.light.min.js";
const WORKER = "/static/tv/hls.worker.js";

/** Small buffers: a TV has a gigabyte of memory for everything. Seconds and bytes. */
const LIMITS = {
  maxBufferLength: 30,
  maxMaxBufferLength: 40,
  maxBufferSize: 30 * 1000 * 1000,
  backBufferLength: 10,
};
/** There, but every encoder is taken: after the waits below somebody has to be told. */
const BUSY = 503;
/** An answer worth waiting for: nobody there, or there but busy. Other errors stay what they are. */
function isPassing(status: number | undefined): boolean {
  return !status || status === 429 || status === BUSY;
}

interface RetryRule {
  maxNumRetry: number;
}

const RETRY = {
  maxNumRetry: 5,
  retryDelayMs: 700,
  maxRetryDelayMs: 4000,
  shouldRetry: (rule: RetryRule, count: number, timedOut: boolean, answer: { code?: number } | undefined) =>
    count < rule.maxNumRetry && (timedOut || isPassing(answer?.code)),
};
/** A segment may have to be encoded first, on a small box. */
const LOAD = {
  default: { maxTimeToFirstByteMs: 20000, maxLoadTimeMs: 60000, timeoutRetry: { ...RETRY, maxNumRetry: 2 }, errorRetry: RETRY },
};
/** Times that the network may be given up and begun again before the next way to play is tried. */
const NETWORK_RETRIES = 2;
/** Less than this in front of the viewer is next to nothing. */
const STARVING_S = 1;
/** Times that a variant may run dry before the next lower one is taken. */
const STALLS = 2;

/** `MediaError.MEDIA_ERR_DECODE`, which not every engine has a name for. */
const DECODING_FAILED = 3;

let loading: Promise<HlsClass> | null = null;

function loadHls(): Promise<HlsClass> {
  if (loading === null) {
    loading = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = SCRIPT;
      script.onload = () => {
        resolve((window as unknown as { Hls: HlsClass }).Hls);
      };
      script.onerror = () => {
        loading = null;
        script.remove();
        reject(new Error("hls.js did not load"));
      };
      document.head.appendChild(script);
    });
  }
  return loading;
}

export interface AttachedSource {
  close(): void;
}

export interface SourceFailure {
  /** What could not be loaded; null when it was loaded and could not be played. */
  url: string | null;
  /** It came, and the engine could not make pictures and sound of it. */
  undecodable: boolean;
}

export interface SourceListener {
  /** The element has its source: to ask it to play before would be undone by the attaching. */
  attached: () => void;
  /** This way does not work. */
  failed: (failure: SourceFailure) => void;
}

/** Give `video` its source, to begin at a place: where somebody wants to be by the time that it can. */
export function attachSource(
  video: HTMLVideoElement,
  attempt: Attempt,
  start_s: () => number,
  listener: SourceListener,
): AttachedSource {
  if (attempt.method === "hls.js") {
    return attachHls(video, attempt, start_s, listener);
  }
  const begin = (): void => {
    if (start_s() > 0) {
      video.currentTime = start_s();
    }
  };
  const failed = (): void => {
    listener.failed({ url: null, undecodable: video.error?.code === DECODING_FAILED });
  };
  video.addEventListener("loadedmetadata", begin);
  video.addEventListener("error", failed);
  video.src = attempt.url;
  listener.attached();
  return {
    close: () => {
      video.removeEventListener("loadedmetadata", begin);
      video.removeEventListener("error", failed);
      // Both lines, or some sets keep the decoder and the connection.
      video.removeAttribute("src");
      video.load();
    },
  };
}

/**
 * Whether the network has said its last word. hls.js would ask again and again for what a final answer was given
 * to; and that the box is busy is said at once when there is nothing left to watch: the server has let the
 * request wait already.
 */
function isFinal(data: HlsError, video: HTMLVideoElement): boolean {
  if (data.type !== "networkError" || data.response === undefined) {
    return false;
  }
  const { code } = data.response;
  return !isPassing(code) || (code === BUSY && bufferedEnd(video) - video.currentTime < STARVING_S);
}

function attachHls(
  video: HTMLVideoElement,
  attempt: Attempt,
  start_s: () => number,
  listener: SourceListener,
): AttachedSource {
  let started_s = 0;
  const begin = (): void => {
    // hls.js goes to the place that it was given, and knows nothing of one that was chosen since.
    if (start_s() !== started_s) {
      video.currentTime = start_s();
    }
  };
  let hls: HlsInstance | null = null;
  let closed = false;
  let mediaRecovered = false;
  let networkFailures = 0;
  let stalls = 0;
  /** Segments come as fast as they are made, which says nothing of the network: only running dry counts. */
  const stepDown = (player: HlsInstance): void => {
    stalls += 1;
    if (stalls >= STALLS && player.loadLevel > 0) {
      stalls = 0;
      player.loadLevel -= 1;
    }
  };
  const failed = (data: HlsError): void => {
    if (closed || hls === null) {
      return;
    }
    if (data.details === "bufferStalledError" && !data.fatal) {
      stepDown(hls);
    }
    if (isFinal(data, video) || (data.fatal && !recover(hls, data))) {
      const network = data.type === "networkError";
      listener.failed({ url: network ? data.frag?.url || data.url || null : null, undecodable: !network });
    }
  };
  /** What hls.js can be asked to do about a fatal error; false when that was tried. */
  const recover = (player: HlsInstance, data: HlsError): boolean => {
    if (data.type === "mediaError" && !mediaRecovered) {
      mediaRecovered = true;
      player.recoverMediaError();
      return true;
    }
    if (data.type === "networkError" && networkFailures < NETWORK_RETRIES && data.response?.code !== BUSY) {
      networkFailures += 1;
      player.startLoad();
      return true;
    }
    return false;
  };
  loadHls()
    .then((Hls) => {
      if (closed) {
        return;
      }
      started_s = start_s();
      video.addEventListener("loadedmetadata", begin);
      hls = new Hls({
        ...LIMITS,
        fragLoadPolicy: LOAD,
        playlistLoadPolicy: LOAD,
        manifestLoadPolicy: LOAD,
        startPosition: started_s,
        workerPath: WORKER,
      });
      hls.on("hlsError", (_event, data) => {
        failed(data);
      });
      // The server names first what it makes in time, and every switch costs a new encoder: it is kept.
      hls.on("hlsManifestParsed", () => {
        if (hls !== null) {
          hls.loadLevel = hls.firstLevel;
        }
      });
      hls.on("hlsFragBuffered", () => {
        networkFailures = 0;
      });
      hls.on("hlsMediaAttached", listener.attached);
      hls.attachMedia(video);
      hls.loadSource(attempt.url);
    })
    .catch(() => {
      if (!closed) {
        listener.failed({ url: null, undecodable: false });
      }
    });
  return {
    close: () => {
      closed = true;
      video.removeEventListener("loadedmetadata", begin);
      hls?.destroy();
      video.removeAttribute("src");
      video.load();
    },
  };
}
