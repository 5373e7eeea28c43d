import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "vite";
import type { Plugin } from "vite";

const here = import.meta.dirname;

/** Modules whose names tv/kit.ts lends; from a later script they are taken from the page. */
function lent(): string[] {
  const kit = readFileSync(path.join(here, "tv", "kit.ts"), "utf8");
  const names = Array.from(kit.matchAll(/from "([^"]+)"/g), (match) => match[1] || "");
  return names.map((name) => (name.startsWith(".") ? moduleFile(path.join(here, "tv", name)) : name));
}

function moduleFile(name: string): string {
  return [".ts", ".tsx"].map((ending) => name + ending).filter(existsSync)[0] || name;
}

/** Makes every import of a lent module one of the page's global `lanterne`. */
function fromThePage(): Plugin {
  const modules = lent();
  return {
    name: "from-the-page",
    enforce: "pre",
    resolveId(source, importer) {
      const file = source.startsWith(".") && importer ? moduleFile(path.join(path.dirname(importer), source)) : source;
      return modules.includes(file) ? { id: "lanterne-kit", external: true } : null;
    },
  };
}

/** What the page and its later scripts know each other by: a digest of all that they are made of. */
function buildId(): string {
  const digest = createHash("sha256").update(readFileSync(path.join(here, "package-lock.json")));
  for (const folder of ["shared", "tv"]) {
    for (const name of readdirSync(path.join(here, folder), { recursive: true, encoding: "utf8" }).sort()) {
      if (/\.(tsx?|css)$/.test(name)) {
        digest.update(name).update(readFileSync(path.join(here, folder, name)));
      }
    }
  }
  return digest.digest("hex").slice(0, 16);
}

const bundles = {
  /** The page: one script that needs no module loader; build.mjs lowers it to ES5 afterwards. */
  tv: { entry: "tv/main.tsx", empty: true, plugins: [] },
  /** The player, fetched when somebody is about to watch. */
  player: { entry: "tv/player/entry.ts", empty: false, plugins: [fromThePage()] },
  /** The pages that come after the first. */
  pages: { entry: "tv/pages/entry.ts", empty: false, plugins: [fromThePage()] },
};

export default defineConfig(({ mode }) => {
  const name = mode === "player" || mode === "pages" ? mode : "tv";
  const bundle = bundles[name];
  return {
    publicDir: false,
    define: { LANTERNE_BUILD: JSON.stringify(buildId()) },
    plugins: bundle.plugins,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: "dist/tv",
      emptyOutDir: bundle.empty,
      target: "es2022",
      cssTarget: "chrome53",
      minify: false,
      reportCompressedSize: false,
      lib: { entry: bundle.entry, formats: ["iife"], name: "lanterne_" + name, fileName: () => name + ".js", cssFileName: name },
      rollupOptions: { output: { globals: { "lanterne-kit": "lanterne" } } },
    },
  };
});
