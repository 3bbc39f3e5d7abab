import { type BuildOptions, build } from "esbuild";

/**
 * Everything is bundled, because reading hundreds of small files is most of a cold start; only what
 * is native, or finds its own files at run time, stays where npm put it.
 */
// Some packages still ask for `require`, which a module does not have by itself.
const REQUIRE = `import { createRequire as requireFrom } from "node:module";
const require = requireFrom(import.meta.url);`;

export const bundle: BuildOptions = {
  entryPoints: {
    node: "src/node.ts",
    demo: "src/node/demo.ts",
    "log-worker": "src/node/log-worker.ts",
    bench: "test/bench/main.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  external: ["libsql", "@libsql/*", "nodemailer", "autocannon", "vitest", "playwright-core"],
  banner: { js: REQUIRE },
  platform: "node",
  target: "node24",
  format: "esm",
  sourcemap: true,
  jsx: "automatic",
  jsxImportSource: "hono/jsx",
  logLevel: "warning",
};

if (import.meta.main) {
  await build(bundle);
}
