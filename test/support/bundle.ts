import { rename } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");

/**
 * Makes one file of a script and all it imports, for tests that start it dozens of times: so it
 * starts five times faster. Returns its path; whoever asked removes it.
 */
export async function bundleScript(script: string): Promise<string> {
  // Beside the packages, because the driver's native part is looked for from where the file lies.
  const outfile = join(ROOT, `dist/${script.replaceAll("/", "-")}-${process.pid}.js`);
  await bundled(script, outfile);
  // The threads that it may start are looked for beside it, by other tests at the same time as well.
  await bundled("src/node/migration-worker.ts", `${outfile}.worker`);
  await rename(`${outfile}.worker`, join(ROOT, "dist/migration-worker.js"));
  return outfile;
}

async function bundled(script: string, outfile: string): Promise<void> {
  await build({
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
