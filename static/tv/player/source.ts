/** Attach one attempt's source to a video element: plain, or through hls.js where the engine needs it. */
import type { Attempt } from "../../shared/attempts";

/** As much of hls.js as is used here; the script is loaded only when a player needs it. */
interface HlsInstance {
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
  response?: { code?: number };
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
/** An answer worth waiting for: nobody there, or there but busy. Other errors stay what they are. */
function isPassing(status: number | undefined): boolean {
  return !status || status === 429 || status === 503;
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

/**
 * Give `video` its source. `onAttached` says that it has it: to ask it to play before would be undone by the
 * attaching. `onFatal` says once that this way does not work.
 */
export function attachSource(
  video: HTMLVideoElement,
  attempt: Attempt,
  start_s: number,
  onAttached: () => void,
  onFatal: () => void,
): AttachedSource {
  if (attempt.method === "hls.js") {
    return attachHls(video, attempt, start_s, onAttached, onFatal);
  }
  const begin = (): void => {
    if (start_s > 0) {
      video.currentTime = start_s;
    }
  };
  video.addEventListener("loadedmetadata", begin);
  video.addEventListener("error", onFatal);
  video.src = attempt.url;
  onAttached();
  return {
    close: () => {
      video.removeEventListener("loadedmetadata", begin);
      video.removeEventListener("error", onFatal);
      // Both lines, or some sets keep the decoder and the connection.
      video.removeAttribute("src");
      video.load();
    },
  };
}

function attachHls(
  video: HTMLVideoElement,
  attempt: Attempt,
  start_s: number,
  onAttached: () => void,
  onFatal: () => void,
): AttachedSource {
  let hls: HlsInstance | null = null;
  let closed = false;
  let mediaRecovered = false;
  let networkFailures = 0;
  const failed = (data: HlsError): void => {
    if (closed || hls === null) {
      return;
    }
    if (data.type === "networkError" && data.response && !isPassing(data.response.code)) {
      // hls.js would ask again and again; the answer will not change.
      onFatal();
    } else if (!data.fatal) {
      return;
    } else if (data.type === "mediaError" && !mediaRecovered) {
      mediaRecovered = true;
      hls.recoverMediaError();
    } else if (data.type === "networkError" && networkFailures < NETWORK_RETRIES) {
      networkFailures += 1;
      hls.startLoad();
    } else {
      onFatal();
    }
  };
  loadHls()
    .then((Hls) => {
      if (closed) {
        return;
      }
      hls = new Hls({
        ...LIMITS,
        fragLoadPolicy: LOAD,
        playlistLoadPolicy: LOAD,
        manifestLoadPolicy: LOAD,
        startPosition: start_s,
        workerPath: WORKER,
      });
      hls.on("hlsError", (_event, data) => {
        failed(data);
      });
      hls.on("hlsFragBuffered", () => {
        networkFailures = 0;
      });
      hls.on("hlsMediaAttached", onAttached);
      hls.attachMedia(video);
      hls.loadSource(attempt.url);
    })
    .catch(() => {
      if (!closed) {
        onFatal();
      }
    });
  return {
    close: () => {
      closed = true;
      hls?.destroy();
      video.removeAttribute("src");
      video.load();
    },
  };
}
