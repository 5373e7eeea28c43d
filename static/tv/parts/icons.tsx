/** The page's own signs, drawn on a 24 unit square with the current colour. */
import type { ComponentChildren, JSX } from "preact";

const PATHS: Record<string, string> = {
  home: "M4 11.2 12 4.5l8 6.7V19a1 1 0 0 1-1 1h-4.6v-5.6H9.6V20H5a1 1 0 0 1-1-1z",
  videos: "M4 6.5A1.5 1.5 0 0 1 5.5 5h9A1.5 1.5 0 0 1 16 6.5v3l4-2.6v10.2l-4-2.6v3a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 17.5z",
  photos:
    "M5 4.5h14A1.5 1.5 0 0 1 20.5 6v12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18V6A1.5 1.5 0 0 1 5 4.5zm.8 12h12.4l-4.2-6-3.2 4.2-2-2.4zM8 10.2a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2z",
  folders: "M3.5 6.5A1.5 1.5 0 0 1 5 5h4.3l2.2 2.4H19A1.5 1.5 0 0 1 20.5 9v8.5A1.5 1.5 0 0 1 19 19H5a1.5 1.5 0 0 1-1.5-1.5z",
  server: "M5 4.5h14A1.5 1.5 0 0 1 20.5 6v3.5A1.5 1.5 0 0 1 19 11H5a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 5 4.5zm1.2 2.2v2.1h2.1V6.7zm4 .2v1.7h7.6V6.9zM5 13h14a1.5 1.5 0 0 1 1.5 1.5V18a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18v-3.5A1.5 1.5 0 0 1 5 13zm1.2 2.2v2.1h2.1v-2.1zm4 .2v1.7h7.6v-1.7z",
  lock: "M7 10V8a5 5 0 0 1 10 0v2h.5A1.5 1.5 0 0 1 19 11.5v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-7A1.5 1.5 0 0 1 6.5 10zm2.2 0h5.6V8a2.8 2.8 0 0 0-5.6 0zm2.8 3.2a1.5 1.5 0 0 0-.8 2.8v1.5h1.6V16a1.5 1.5 0 0 0-.8-2.8z",
  play: "M7.5 4.8v14.4a.6.6 0 0 0 .9.5l11.6-7.2a.6.6 0 0 0 0-1L8.4 4.3a.6.6 0 0 0-.9.5z",
  restart: "M12 5.2a7.3 7.3 0 1 1-7 5.2h2.4a5 5 0 1 0 4.6-2.9v3L7.3 6.3 12 2.2z",
  info: "M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6zM10.9 10.6v6.6h2.2v-6.6zm0-3.7v2.2h2.2V6.9z",
  warning: "M12 3.5 22 20.5H2zM11 10v5h2v-5zm0 6.3v2h2v-2z",
  left: "M15.2 4.3 16.8 6l-6 6 6 6-1.6 1.7L7.4 12z",
  right: "M8.8 4.3 7.2 6l6 6-6 6 1.6 1.7L16.6 12z",
  up: "M4.3 15.2 6 16.8l6-6 6 6 1.7-1.6L12 7.4z",
  down: "M4.3 8.8 6 7.2l6 6 6-6 1.7 1.6L12 16.6z",
  file: "M6 3.5h8.2L18.5 8v12a.8.8 0 0 1-.8.8H6.3a.8.8 0 0 1-.8-.8V4.3a.8.8 0 0 1 .5-.8zM13.4 5.3v3.6h3.5z",
  song: "M20 3.2v13.1a3.2 2.9 0 1 1-2.2-2.7V7.7L10 9.4v9.1a3.2 2.9 0 1 1-2.2-2.7V5.9z",
  all: "M4 4.5h6.5V11H4zm9.5 0H20V11h-6.5zM4 13.5h6.5V20H4zm9.5 0H20V20h-6.5z",
};

/** Know more signs: those of a script that came later. */
export function addIcons(paths: Record<string, string>): void {
  Object.assign(PATHS, paths);
}

export function Icon({ name }: { name: string }): JSX.Element {
  if (name === "lantern") {
    return <Lantern />;
  }
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name] || ""} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}

/** The magic lantern: a box with a chimney and a lens that throws light. The same drawing as favicon.svg. */
export function Lantern(): JSX.Element {
  return (
    <svg class="lantern" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path class="lantern-beam" d="M47.5 34.5 64 22v34L47.5 43.5z" />
      <path class="lantern-box" d="M20 5h12.5l-2.2 4.5V13h-8.1V9.5zM10.5 23.5C11.5 18 17 14.5 26.2 14.5S41 18 42 23.5zM11 25.5h30.5v26.5H11zm34.5 7.5a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-2.5V33zM8 54h36.5v4.5H8z" />
      <circle class="lantern-glow" cx="26.2" cy="38.8" r="9.2" />
      <path class="lantern-flame" d="M26.2 31.5c3 3.4 4.9 5.8 4.9 8.5a4.9 4.9 0 0 1-9.8 0c0-2.7 1.9-5.1 4.9-8.5z" />
    </svg>
  );
}

export function Brand({ children }: { children?: ComponentChildren }): JSX.Element {
  return (
    <div class="brand">
      <Lantern />
      <span class="brand-name">{children || "Lanterne"}</span>
    </div>
  );
}

/** The light that the lantern in the corner throws across a page without pictures. */
export function Beam(): JSX.Element {
  return (
    <svg class="beam" viewBox="0 0 96 54" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id="beam-light" x1="0" x2="1" y1="0" y2="0">
          <stop offset="0" stop-color="#f6b352" stop-opacity="0.24" />
          <stop offset="0.3" stop-color="#f6b352" stop-opacity="0.09" />
          <stop offset="1" stop-color="#f6b352" stop-opacity="0.035" />
        </linearGradient>
      </defs>
      <path d="M7.2 4.1 96-9v72L7.2 4.7z" fill="url(#beam-light)" />
      <path d="M7.2 4.2 96-2v56L7.2 4.6z" fill="url(#beam-light)" />
    </svg>
  );
}
