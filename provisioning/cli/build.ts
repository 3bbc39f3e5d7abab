import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { systemClock } from "../../src/kernel/clock.ts";
import { DIST, ROOT, recordOf } from "./built-from.ts";

/**
 * Everything is bundled, because reading hundreds of small files is most of a cold start; only what
 * is native, or finds its own files at run time, stays where npm put it.
 */
// Some packages still ask for `require`, which a module does not have by itself.
const REQUIRE = `import { createRequire as requireFrom } from "node:module";
const require = requireFrom(import.meta.url);`;

export const bundle = {
  absWorkingDir: ROOT,
  entryPoints: {
    node: "src/node.ts",
    guildhall: "provisioning/cli/main.ts",
    demo: "src/node/demo/main.ts",
    "log-worker": "src/node/logs/worker.ts",
    "migration-worker": "src/node/migration-worker.ts",
    "copy-worker": "provisioning/backups/copy-worker.ts",
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
} satisfies BuildOptions;

/**
 * Builds all that is started from `dist`. Each file takes its place whole, so that whoever starts
 * something meanwhile, or builds too, never reads half of one.
 */
export async function buildProject(): Promise<void> {
  const startedAt = systemClock().getTime();
  const { outputFiles, metafile } = await build({ ...bundle, write: false, metafile: true });
  const record = recordOf([...Object.keys(metafile.inputs), "package.json"], startedAt);
  await mkdir(DIST, { recursive: true });
  // What was compiled of files that are no more would only pile up.
  await rm(join(DIST, "compiled"), { recursive: true, force: true });
  for (const { path, contents } of outputFiles) await put(path, contents);
  // Last, because it says that all the others are there.
  if (record) await put(join(DIST, record.name), record.text);
}

async function put(path: string, contents: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

if (import.meta.main) {
  await buildProject();
}
