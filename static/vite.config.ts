import { defineConfig } from "vite";

/** The TV page: one script that needs no module loader; build.mjs lowers it to ES5 afterwards. */
export default defineConfig({
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist/tv",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: "chrome53",
    minify: false,
    reportCompressedSize: false,
    lib: { entry: "tv/main.tsx", formats: ["iife"], name: "lanterne", fileName: () => "tv.js", cssFileName: "tv" },
  },
});
