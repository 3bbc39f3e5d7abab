import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { systemClock } from "../../src/kernel/clock.ts";
import { DIST, ROOT, recordOf } from "./built-from.ts";

/**
 * Bundles everything, because reading hundreds of small files takes most of a cold start. Native packages,
 * and packages that find their own files at run time, stay where npm put them.
 */
// Some packages use `require`, which modules do not have.
const REQUIRE = `import { createRequire as requireFrom } from "node:module";
const require = requireFrom(import.meta.url);`;

export const bundle = {
  absWorkingDir: ROOT,
  entryPoints: {
    node: "src/node.ts",
    guildhall: "provisioning/cli/main.ts",
    demo: "src/node/demo/main.ts",
    "log-worker": "src/node/logs/worker.ts",
    "import-worker": "src/node/imports/worker.ts",
    "export-worker": "src/node/exports/worker.ts",
    "migration-worker": "src/node/migration-worker.ts",
    "copy-worker": "provisioning/backups/copy-worker.ts",
    "legacy-worker": "provisioning/cli/legacy/source-worker.ts",
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
 * Builds everything that is started from `dist`. Each file is replaced atomically, so a process that starts
 * or builds at the same time never reads an incomplete file.
 */
export async function buildProject(): Promise<void> {
  const startedAt = systemClock().getTime();
  const { outputFiles, metafile } = await build({ ...bundle, write: false, metafile: true });
  const record = recordOf([...Object.keys(metafile.inputs), "package.json"], startedAt);
  await mkdir(DIST, { recursive: true });
  // Removes what was compiled from files that no longer exist.
  await rm(join(DIST, "compiled"), { recursive: true, force: true });
  for (const { path, contents } of outputFiles) await put(path, contents);
  // Written last, because it states that all other files exist.
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
