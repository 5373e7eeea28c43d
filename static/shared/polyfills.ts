/** The one thing that our libraries call and that engines before Chromium 71 do not have. */

interface MaybeMicrotasks {
  queueMicrotask?: (callback: () => void) => void;
}

const page = window as unknown as MaybeMicrotasks;
if (typeof page.queueMicrotask !== "function") {
  page.queueMicrotask = (callback) => {
    void Promise.resolve().then(callback);
  };
}

export {};
