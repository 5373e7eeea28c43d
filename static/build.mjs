/**
 * Build everything that the server hands to a TV, into dist/tv.
 *
 * Vite bundles; SWC then lowers the bundle to ES5 and minifies it in one go, because a minifier that
 * runs later would put newer syntax back.
 */
import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "@swc/core";
import { build } from "vite";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "dist", "tv");
/** Scripts that come after the page and take from it what it lends. */
const LATER = ["pages", "player"];
const modules = path.join(here, "node_modules");

/** A name that a later script takes from the page and the page does not lend would only fail on the TV. */
async function checkKit(name) {
  const script = await readFile(path.join(out, name + ".js"), "utf8");
  const kit = await readFile(path.join(here, "tv", "kit.ts"), "utf8");
  const lent = Array.from(kit.matchAll(/export \{([^}]+)\}/g), (match) => match[1].split(",")).flat().map((one) => one.trim());
  const taken = Array.from(script.matchAll(/\blanterne_kit\.(\w+)/g), (match) => match[1]);
  const missing = taken.filter((one) => !lent.includes(one));
  if (taken.length === 0 || missing.length > 0) {
    throw new Error(`tv/kit.ts does not lend what ${name}.js takes: ${missing.join(", ")}`);
  }
}

async function lowerScript(name) {
  const file = path.join(out, name);
  const { code } = await transform(await readFile(file, "utf8"), {
    isModule: false,
    minify: true,
    jsc: { target: "es5", minify: { compress: { ecma: 5, passes: 2 }, mangle: true, format: { ecma: 5, comments: false } } },
  });
  await writeFile(file, code);
}

/** The fonts' rules name files that only exist in the output, so Vite does not see them. */
async function addFonts() {
  const file = path.join(out, "tv.css");
  const rules = await readFile(path.join(here, "tv", "styles", "fonts.css"), "utf8");
  await writeFile(file, rules.replace(/\s*\n\s*/g, "") + (await readFile(file, "utf8")));
}

async function copyAssets() {
  await mkdir(path.join(out, "fonts"), { recursive: true });
  const copies = [
    [path.join(here, "tv", "index.html"), "index.html"],
    [path.join(here, "tv", "favicon.svg"), "favicon.svg"],
    [path.join(modules, "hls.js", "dist", "hls.light.min.js"), "hls.light.min.js"],
    [path.join(modules, "hls.js", "dist", "hls.worker.js"), "hls.worker.js"],
    [path.join(modules, "hls.js", "LICENSE"), "hls.LICENSE.txt"],
    [path.join(modules, "preact", "LICENSE"), "preact.LICENSE.txt"],
    [path.join(modules, "@fontsource", "inter", "LICENSE"), "fonts/LICENSE.txt"],
  ];
  for (const subset of ["latin", "latin-ext"]) {
    for (const weight of [400, 600]) {
      const name = `inter-${subset}-${weight}-normal.woff2`;
      copies.push([path.join(modules, "@fontsource", "inter", "files", name), `fonts/${name}`]);
    }
  }
  for (const [from, to] of copies) {
    await copyFile(from, path.join(out, to));
  }
}

async function report() {
  for (const name of ["tv.js", "tv.css", "pages.js", "player.js", "hls.light.min.js"]) {
    const file = path.join(out, name);
    const { size } = await stat(file);
    const zipped = gzipSync(await readFile(file), { level: 9 }).length;
    console.log(`${name.padEnd(18)} ${String(size).padStart(8)} B  ${String(zipped).padStart(7)} B gzipped`);
  }
}

for (const mode of ["tv", ...LATER]) {
  await build({ configFile: path.join(here, "vite.config.ts"), root: here, mode, logLevel: "warn" });
}
for (const name of LATER) {
  await checkKit(name);
}
for (const name of ["tv", ...LATER]) {
  await lowerScript(name + ".js");
}
await addFonts();
await copyAssets();
await report();
