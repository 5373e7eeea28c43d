/** What the build must keep to; run after `npm run build`, skipped where nothing is built. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const out = path.join(root, "dist", "tv");
const read = (name: string) => readFileSync(path.join(out, name), "utf8");
const zipped = (name: string) => gzipSync(readFileSync(path.join(out, name)), { level: 9 }).length;

describe.skipIf(!existsSync(path.join(out, "index.html")))("the build", () => {
  it.each(["tv.js", "pages.js", "player.js", "hls.light.min.js", "hls.worker.js"])("%s is ES5", (name) => {
    expect(() => parse(read(name), { ecmaVersion: 5, sourceType: "script" })).not.toThrow();
  });

  it("stays within its size", () => {
    expect(zipped("tv.js")).toBeLessThanOrEqual(34 * 1024);
    expect(zipped("pages.js")).toBeLessThanOrEqual(16 * 1024);
    expect(zipped("player.js")).toBeLessThanOrEqual(28 * 1024);
    expect(zipped("tv.css")).toBeLessThanOrEqual(12 * 1024);
  });

  it("calls nothing that is younger than Chromium 49 and cannot be lowered", () => {
    const young = [".padStart(", ".padEnd(", "Object.entries", "Object.values", "Object.fromEntries", ".flatMap(", ".flat(", "AbortController", "ResizeObserver", "URLSearchParams", ".finally(", "globalThis", ".replaceAll(", ".append(", ".replaceWith(", "crypto.subtle", ".at(-"];
    const script = read("tv.js") + read("pages.js") + read("player.js");
    expect(young.filter((name) => script.indexOf(name) >= 0)).toEqual([]);
  });

  it("has a page without a line of inline script or style", () => {
    const page = read("index.html");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(page).toContain('src="/static/tv/tv.js"');
  });

  it("asks nobody but its own server", () => {
    for (const name of ["index.html", "tv.css", "tv.js", "pages.js", "player.js"]) {
      expect(read(name).match(/https?:\/\/(?!www\.w3\.org)[^\s"')]+/g) || []).toEqual([]);
    }
  });

  it("brings every file that its style sheet and page name", () => {
    const names = (read("tv.css") + read("index.html")).match(/\/static\/tv\/[\w./-]+/g) || [];
    expect(names.length).toBeGreaterThan(4);
    for (const name of names) {
      expect(existsSync(path.join(out, name.replace("/static/tv/", "")))).toBe(true);
    }
  });
});

describe("the lock file", () => {
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  it("names no registry", () => {
    expect(Object.keys(lock.packages).filter((name) => lock.packages[name]!.resolved)).toEqual([]);
  });

  it("has the compiled parts for every platform, not only for the one it was written on", () => {
    const missing = Object.keys(lock.packages).flatMap((name) =>
      Object.keys(lock.packages[name]!.optionalDependencies || {}).filter(
        (part) => !lock.packages[`node_modules/${part}`] && !lock.packages[`${name}/node_modules/${part}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe("the style sheets", () => {
  const folder = path.join(root, "tv", "styles");
  const sheets = readdirSync(folder).filter((name) => name.endsWith(".css"));

  // What old TVs do not know and no tool lowers; `display: contents` is for phones only.
  const banned = [/(^|[\s;{])(row-|column-)?gap\s*:/, /display\s*:\s*(inline-)?grid/, /(^|[\s;{])inset\s*:/, /\b(clamp|min|max)\(/, /aspect-ratio\s*:/, /backdrop-filter/, /filter\s*:\s*blur/, /:focus-visible/, /:(is|where|has)\(/, /@layer/, /oklch|color-mix/];

  it.each(sheets)("%s uses nothing that is banned", (name) => {
    const text = readFileSync(path.join(folder, name), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    expect(banned.filter((rule) => rule.test(text)).map(String)).toEqual([]);
  });

  it.each(sheets.filter((name) => name !== "compact.css"))("%s animates transform and opacity only, for 200 ms at most", (name) => {
    const text = readFileSync(path.join(folder, name), "utf8");
    for (const rule of text.match(/transition\s*:[^;]+/g) || []) {
      for (const part of rule.replace(/transition\s*:/, "").split(",")) {
        expect(part.trim()).toMatch(/^(transform|opacity) /);
        const seconds = Number(/([\d.]+)s/.exec(part)?.[1]);
        // The running label is text to be read, not an effect.
        expect(seconds <= 0.2 || seconds === 3).toBe(true);
      }
    }
  });

  it.each(sheets.filter((name) => name !== "compact.css"))("%s has no text below 20 px at 1080p", (name) => {
    const text = readFileSync(path.join(folder, name), "utf8");
    for (const size of text.matchAll(/font-size\s*:\s*([\d.]+)rem/g)) {
      expect(Number(size[1])).toBeGreaterThanOrEqual(1);
    }
  });
});
