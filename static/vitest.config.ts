import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { LANTERNE_BUILD: '"test"' },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["test/unit/**/*.test.ts", "test/unit/**/*.test.tsx"], environment: "node", pool: "threads", testTimeout: 20000 },
});
