/**
 * A stand-in for the Lanterne server, for working on the page and taking pictures of it. Test only:
 * everything is made up, nothing is secret, state lives in memory.
 *
 *   node test/mock/server.mjs [port]        then open http://127.0.0.1:8099/tv
 *   /mock?paired=no&vault=locked&content=empty&fail=items&decision=transcode&slow=800     changes what it answers
 *   fail= file, hls, busy, damaged; previews=no; positions=none forgets them; log=1 prints every request
 */
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { household, picture } from "./content.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const web = path.resolve(here, "../../dist/tv");
const port = Number(process.argv[2] || 8099);
const PASSPHRASE = "open sesame";
const state = { paired: "yes", vault: "unlocked", content: "full", fail: "", decision: "direct", slow: "0", role: "owner", tries: 0, approved: false, name: "", previews: "yes", log: "" };
/** Seconds by item id. */
const positions = {};
let items = household();

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".mp4": "video/mp4", ".m4s": "video/iso.segment", ".m3u8": "application/vnd.apple.mpegurl" };

const media = mkdtempSync(path.join(tmpdir(), "lanterne-mock-"));
function makeMedia() {
  const clip = path.join(media, "clip.mp4");
  const run = (...args) => execFileSync("ffmpeg", ["-v", "error", "-nostdin", ...args], { stdio: "inherit" });
  run("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", "-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000", "-t", "60", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", "-movflags", "+faststart", clip);
  run("-i", clip, "-c", "copy", "-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_segment_filename", path.join(media, "s%03d.m4s"), "-hls_fmp4_init_filename", "init.mp4", path.join(media, "media.m3u8"));
  run("-i", clip, "-vf", "fps=1/2,scale=320:180,tile=6x5", "-frames:v", "1", path.join(media, "previews.jpg"));
}
makeMedia();

function json(response, status, body, headers = {}) {
  const type = status >= 400 ? "application/problem+json" : "application/json";
  response.writeHead(status, { "Content-Type": type, ...headers });
  response.end(body === null ? "" : JSON.stringify(body));
}

function problem(response, status, title, extra = {}, headers = {}) {
  json(response, status, { type: "about:blank", title, status, detail: title, ...extra }, headers);
}

function file(request, response, name) {
  if (!existsSync(name)) {
    problem(response, 404, "not found");
    return;
  }
  const { size } = statSync(name);
  const type = TYPES[path.extname(name)] || "application/octet-stream";
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range || "");
  if (range) {
    const start = Number(range[1]);
    const end = range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
    response.writeHead(206, { "Content-Type": type, "Content-Range": `bytes ${start}-${end}/${size}`, "Content-Length": end - start + 1, "Accept-Ranges": "bytes" });
    createReadStream(name, { start, end }).pipe(response);
    return;
  }
  response.writeHead(200, { "Content-Type": type, "Content-Length": size, "Accept-Ranges": "bytes" });
  createReadStream(name).pipe(response);
}

function list(query) {
  let found = state.content === "empty" ? [] : items.map(withPosition);
  if (query.get("begun")) {
    const begun = Object.keys(positions).reverse();
    return { items: begun.map((id) => found.find((item) => item.id === id)).filter(Boolean), next: null };
  }
  if (query.get("kind")) {
    found = found.filter((item) => item.kind === query.get("kind"));
  } else {
    found = found.filter((item) => item.parent === (query.get("folder") || null));
  }
  const sort = query.get("sort") || "";
  const by = sort.replace("-", "");
  const key = { added: "added_at", taken: "taken_at", title: "title", name: "name" }[by];
  if (key) {
    found = [...found].sort((a, b) => String(a[key]).localeCompare(String(b[key])) * (sort.startsWith("-") ? -1 : 1));
  }
  const start = Number(query.get("cursor") || 0);
  const limit = Number(query.get("limit") || 60);
  const next = start + limit < found.length ? String(start + limit) : null;
  return { items: found.slice(start, start + limit), next };
}

function withPosition(item) {
  return positions[item.id] ? { ...item, position_s: positions[item.id] } : item;
}

function next(response, item) {
  const siblings = items.filter((one) => one.parent === item.parent && one.kind === item.kind);
  const following = siblings[siblings.findIndex((one) => one.id === item.id) + 1];
  if (following) {
    json(response, 200, withPosition(following));
  } else {
    problem(response, 404, "nothing follows", { type: "urn:lanterne:problem:nothing-next" });
  }
}

const CUES = [
  [1, 7, "<i>Where is the lighthouse keeper?</i>\nNobody has seen him since the storm."],
  [8, 13, "- He went down to the harbour.\n- At night? With the boat?"],
  [14, 20, "He said that he would be back before the tide turned."],
  [21, 58, "A line that is on the screen for long enough to take its picture."],
];

function subtitles(response, index) {
  const stamp = (seconds) => `00:00:${String(seconds).padStart(2, "0")}.000`;
  const cues = CUES.map(([start, end, text]) => `${stamp(start)} --> ${stamp(end)}\n${index === "2" ? text.toUpperCase() : text}\n`);
  response.writeHead(200, { "Content-Type": "text/vtt; charset=utf-8" });
  response.end(`WEBVTT\n\n${cues.join("\n")}`);
}

async function position(request, response, item) {
  positions[item.id] = request.method === "PUT" ? (await body(request)).position_s : undefined;
  json(response, 204, null);
}

function previews(response, item) {
  if (state.previews === "no") {
    problem(response, 404, "none yet");
    return;
  }
  json(response, 200, { interval_s: 2, width: 320, height: 180, columns: 6, rows: 5, count: 30, sheets: [`/api/v1/items/${item.id}/previews/0.jpg`] });
}

function detail(item, profile) {
  const song = (item.mime || "").startsWith("audio/");
  if (item.kind !== "video" && !song) {
    return item;
  }
  const reasons = {
    direct: "this screen plays H.264 and AAC in MP4",
    remux: "the picture and sound are fine for this screen, the container is not: MKV",
    transcode: "this screen does not play HEVC in 10 bit; the sound, AC-3 5.1, is converted too",
  };
  const base = `/api/v1/items/${item.id}`;
  return {
    ...item,
    media: song ? { video: [], audio: [{ index: 0, codec: "mp3", channels: 2 }], subtitles: [], chapters: [] } : {
      video: [{ codec: "hevc", profile: "Main 10", width: item.width, height: item.height, fps: 23.976, bit_depth: 10, hdr: true }],
      audio: [{ index: 0, codec: "ac3", channels: 6, language: "fr", title: null, default: true }, { index: 1, codec: "aac", channels: 2, language: "de", title: null, default: false }],
      subtitles: [
        { index: 0, codec: "subrip", language: "eng", title: null, forced: false, default: false, text: true, url: `${base}/subtitles/0.vtt` },
        { index: 1, codec: "ass", language: "fre", title: "Karaoke", forced: false, default: false, text: true, url: `${base}/subtitles/1.vtt` },
        { index: 2, codec: "subrip", language: "fre", title: null, forced: true, default: false, text: true, url: `${base}/subtitles/2.vtt` },
        { index: 3, codec: "hdmv_pgs_subtitle", language: "ger", title: null, forced: false, default: false, text: false, url: null },
        { index: "x0", codec: "subrip", language: "ita", title: null, forced: false, default: false, text: true, url: `${base}/subtitles/x0.vtt` },
      ],
      chapters: ["Opening", "The storm", "The harbour", "The search", "Home"].map((title, index) => ({ start_s: index * 12, title })),
    },
    playback: { decision: state.decision, reason: reasons[state.decision], file: `${base}/file?ticket=abc`, hls: `${base}/hls/master.m3u8?profile=${profile}&ticket=abc` },
  };
}

function media_of(request, response, item, rest) {
  const track = /^\/subtitles\/(\w+)\.vtt$/.exec(rest);
  const segment = /s(\d+)\.m4s$/.exec(rest);
  if (rest === "/next") {
    next(response, item);
  } else if (rest === "/position") {
    return position(request, response, item);
  } else if (rest === "/previews") {
    previews(response, item);
  } else if (rest === "/previews/0.jpg") {
    file(request, response, path.join(media, "previews.jpg"));
  } else if (track) {
    subtitles(response, track[1]);
  } else if (state.fail === "busy" && segment) {
    problem(response, 503, "busy", { type: "urn:lanterne:problem:busy", detail: "The box is busy: 2 of 2 films playing." }, { "Retry-After": "8" });
  } else if (state.fail === "damaged" && segment && Number(segment[1]) === 4) {
    problem(response, 500, "damaged", { type: "urn:lanterne:problem:damaged-data", damaged_until_s: 20 });
  } else if (rest === "/file") {
    if (state.fail === "file") {
      problem(response, 415, "broken");
    } else {
      file(request, response, path.join(media, "clip.mp4"));
    }
  } else if (rest.startsWith("/hls/master.m3u8")) {
    response.writeHead(200, { "Content-Type": TYPES[".m3u8"] });
    response.end(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS="avc1.640016,mp4a.40.2"\nmedia.m3u8\n`);
  } else if (state.fail === "hls") {
    problem(response, 500, "broken");
  } else {
    file(request, response, path.join(media, path.basename(rest)));
  }
  return undefined;
}

async function body(request) {
  let text = "";
  for await (const piece of request) {
    text += piece;
  }
  return text ? JSON.parse(text) : {};
}

async function pairing(request, response, url) {
  if (url.pathname === "/api/v1/pair/qr") {
    response.writeHead(200, { "Content-Type": "image/svg+xml" });
    response.end(readFileSync(path.join(here, "qr.svg")));
  } else if (url.pathname === "/api/v1/pair/approve" && request.method === "GET") {
    json(response, 200, { name: state.name || "Living room TV", address: "192.168.1.23" });
  } else if (url.pathname === "/api/v1/pair/approve") {
    state.approved = true;
    json(response, 204, null);
  } else if (url.pathname === "/api/v1/pair") {
    state.name = (await body(request)).name;
    state.approved = false;
    json(response, 200, { device_code: "d", user_code: "BCDFGHJK", verification_uri: `http://192.168.1.20:8080/app`, verification_uri_complete: "x", expires_in: 600, interval: 1 });
  } else {
    const asked = await body(request);
    const good = asked.invitation ? asked.invitation === "GOOD" : state.approved;
    if (good) {
      state.paired = "yes";
      json(response, 200, { token_type: "Bearer", role: state.role, device_id: "1" });
    } else {
      const error = asked.invitation ? "invalid_grant" : "authorization_pending";
      problem(response, 400, error, { error });
    }
  }
}

async function unlock(request, response) {
  const { passphrase } = await body(request);
  if (state.tries >= 3) {
    state.tries = 0;
    problem(response, 429, "too many", {}, { "Retry-After": "20" });
  } else if (passphrase === PASSPHRASE) {
    state.vault = "unlocked";
    json(response, 204, null);
  } else {
    state.tries += 1;
    problem(response, 403, "wrong", { type: "urn:lanterne:problem:wrong-passphrase" });
  }
}

function library(request, response, url) {
  if (state.fail === "items") {
    problem(response, 500, "the index cannot be read");
    return undefined;
  }
  const match = /^\/api\/v1\/items\/([^/]+)(\/.*)?$/.exec(url.pathname);
  if (!match) {
    json(response, 200, list(url.searchParams));
    return undefined;
  }
  const item = items.find((one) => one.id === match[1]);
  if (!item) {
    problem(response, 404, "no such item");
  } else if (match[2] === "/image") {
    response.writeHead(200, { "Content-Type": "image/svg+xml", "Cache-Control": "max-age=60" });
    response.end(picture(item.id, item.kind === "photo" && item.height > item.width));
  } else if (match[2]) {
    return media_of(request, response, item, match[2]);
  } else {
    json(response, 200, detail(withPosition(item), url.searchParams.get("profile")));
  }
  return undefined;
}

const encoder = (name, more) => ({ name, device: null, reads: false, works: true, chosen: false, reason: "", cost: null, ...more });
const SERVER = {
  conversions: { playing: 1, limit: 3, passed_on: 2, waiting: 0, viewers: 3, memory_size: 84_200_000 },
  encoders: [
    encoder("h264_vaapi", { device: "/dev/dri/renderD128", reads: true, chosen: true, cost: 0.11 }),
    encoder("h264_vaapi", { device: "/dev/dri/renderD128", cost: 0.16 }),
    encoder("libx264", { cost: 0.41 }),
    encoder("h264_qsv", { works: false, reason: "[h264_qsv @ 0x5581c2] Error creating a MFX session: -9" }),
  ],
};

async function api(request, response, url) {
  if (url.pathname.startsWith("/api/v1/pair")) {
    await pairing(request, response, url);
  } else if (state.paired !== "yes") {
    problem(response, 401, "not paired");
  } else if (url.pathname === "/api/v1/me") {
    json(response, 200, { device_id: "1", role: state.role, vault: state.vault });
  } else if (url.pathname === "/api/v1/unlock") {
    await unlock(request, response);
  } else if (url.pathname === "/api/v1/lock") {
    state.vault = "locked";
    json(response, 204, null);
  } else if (state.vault === "locked") {
    problem(response, 423, "locked", { type: "urn:lanterne:problem:vault-locked" });
  } else if (url.pathname === "/api/v1/scan") {
    json(response, 200, { running: false, done: 10, total: 10 });
  } else if (url.pathname === "/api/v1/server") {
    json(response, 200, SERVER);
  } else {
    await library(request, response, url);
  }
}

async function answer(request, response) {
  const url = new URL(request.url, "http://mock");
  if (state.log) {
    console.log(request.method, request.url);
  }
  if (url.pathname === "/mock") {
    Object.assign(state, Object.fromEntries(url.searchParams));
    items = household();
    if (url.searchParams.get("positions") === "none") {
      Object.keys(positions).forEach((id) => delete positions[id]);
    }
    json(response, 200, state);
  } else if (url.pathname === "/" || url.pathname === "/tv" || url.pathname === "/app") {
    response.writeHead(200, { "Content-Type": TYPES[".html"], "Content-Security-Policy": CSP });
    response.end(readFileSync(path.join(web, "index.html")));
  } else if (url.pathname === "/healthz") {
    json(response, 200, { status: "ok", vault: state.vault });
  } else if (url.pathname.startsWith("/static/tv/")) {
    file(request, response, path.join(web, path.normalize(url.pathname.slice("/static/tv/".length))));
  } else {
    await new Promise((resolve) => setTimeout(resolve, Number(state.slow)));
    await api(request, response, url);
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(port, "127.0.0.1", () => console.log(`mock server on http://127.0.0.1:${port}/tv`));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    rmSync(media, { recursive: true, force: true });
    process.exit(0);
  });
}
