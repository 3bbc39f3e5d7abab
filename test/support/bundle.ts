import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { MigrationSource } from "../../provisioning/migrations.ts";

const ROOT = join(import.meta.dirname, "../..");

const WORKERS = [
  ["src/node/migration-worker.ts", "migration-worker"],
  ["provisioning/backups/copy-worker.ts", "copy-worker"],
] as const;

/**
 * Makes one file of a script and all it imports, for tests that start it dozens of times: so it
 * starts five times faster. Returns its path; whoever asked removes it.
 */
export async function bundleScript(script: string): Promise<string> {
  return await bundleRelease(script, "", []);
}

/** The same as a later release would have it, whose guild schema has these migrations more. */
export async function bundleRelease(
  script: string,
  release: string,
  migrations: readonly MigrationSource[],
): Promise<string> {
  // Beside the packages, because the driver's native part is looked for from where the file lies.
  const name = `${script.replaceAll("/", "-")}-${release}${process.pid}`;
  const outfile = join(ROOT, `dist/${name}.js`);
  await bundled(script, outfile, [later(migrations)]);
  // What it may start itself is looked for beside it, by other tests at the same time as well.
  for (const [source, worker] of WORKERS) {
    await bundled(source, `${outfile}.${worker}`);
    await rename(`${outfile}.${worker}`, join(ROOT, `dist/${worker}.js`));
  }
  return outfile;
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
