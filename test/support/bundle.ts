import { readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { MigrationSource } from "../../provisioning/migrations.ts";

const ROOT = join(import.meta.dirname, "../..");

const WORKERS = [
  ["src/node/imports/worker.ts", "import-worker"],
  ["src/node/migration-worker.ts", "migration-worker"],
  ["provisioning/backups/copy-worker.ts", "copy-worker"],
  ["provisioning/cli/legacy/source-worker.ts", "legacy-worker"],
] as const;

/**
 * Bundles a script and its imports into one file, for tests that start it dozens of times: it then
 * starts five times faster. Returns its path; the caller removes it.
 */
export async function bundleScript(script: string): Promise<string> {
  // Beside the packages: the driver looks for its native part from where the file is.
  const outfile = join(ROOT, `dist/${script.replaceAll("/", "-")}-${process.pid}.js`);
  await bundled(script, outfile);
  // The script looks for what it starts beside itself. Other tests do so at the same time.
  for (const [source, worker] of WORKERS) {
    await bundled(source, `${outfile}.${worker}`);
    await rename(`${outfile}.${worker}`, join(ROOT, `dist/${worker}.js`));
  }
  return outfile;
}

/**
 * Bundles several scripts as a later release would have them: its guild schema has these additional
 * migrations. They are in a separate folder, which `remove` removes.
 */
export async function bundleRelease(
  release: string,
  scripts: readonly string[],
  migrations: readonly MigrationSource[],
): Promise<{ readonly paths: readonly string[]; readonly remove: () => Promise<void> }> {
  const folder = join(ROOT, `dist/release-${release}-${process.pid}`);
  const plugins = [later(migrations)];
  for (const [source, worker] of WORKERS) {
    await bundled(source, join(folder, `${worker}.js`), plugins);
  }
  const paths = scripts.map((script) => join(folder, `${script.replaceAll("/", "-")}.js`));
  for (const [index, script] of scripts.entries()) await bundled(script, paths[index]!, plugins);
  return { paths, remove: () => removeBundles(folder) };
}

/** Holds code only. The product has not worked in this folder, so there is nothing to search. */
async function removeBundles(folder: string): Promise<void> {
  for (const file of await readdir(folder)) await rm(join(folder, file));
  await rmdir(folder);
}

function later(migrations: readonly MigrationSource[]): Plugin {
  return {
    name: "a later release",
    setup: ({ onLoad }) => {
      onLoad({ filter: /[\\/]tenant-migrations[\\/]index\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        const added = `(tenantMigrations as unknown[]).push(...${JSON.stringify(migrations)});`;
        return { contents: `${text}\n${added}\n`, loader: "ts" };
      });
    },
  };
}

async function bundled(
  script: string,
  outfile: string,
  plugins: readonly Plugin[] = [],
): Promise<void> {
  await build({
    plugins: [...plugins],
    entryPoints: [join(ROOT, script)],
    outfile,
    bundle: true,
    external: ["libsql"],
    platform: "node",
    format: "esm",
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    logLevel: "warning",
  });
}
