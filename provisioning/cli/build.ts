import { type BuildOptions, build } from "esbuild";

/** What is bundled: our own code only. Packages stay where npm put them. */
export const bundle: BuildOptions = {
  entryPoints: {
    node: "src/node.ts",
    demo: "src/node/demo.ts",
    bench: "test/bench/main.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  packages: "external",
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
