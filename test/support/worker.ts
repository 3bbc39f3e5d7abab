import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { removeSearched } from "./secrets/folders.ts";
import { seen } from "./secrets/seen.ts";

const ROOT = join(import.meta.dirname, "../..");
const PACKAGE = createRequire(import.meta.url).resolve("wrangler/package.json");
const WRANGLER = join(dirname(PACKAGE), "bin/wrangler.js");

/** The files that `wrangler deploy` would upload for an environment, and its output. Sends nothing. */
export async function workerBundle(environment: "staging" | "production") {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-worker-"));
  try {
    const args = [WRANGLER, "deploy", "--dry-run", "--env", environment, "--outdir", dir];
    const options = { cwd: ROOT, env: quiet(dir) };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options);
    const code = await readFile(join(dir, "worker.js"), "utf8");
    return { code, report: stdout + stderr };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The Worker in workerd, the runtime of the cloud, with these additional variables. */
export async function startWorker(variables: Readonly<Record<string, string>>) {
  seen.environment(variables);
  const dir = await mkdtemp(join(tmpdir(), "guildhall-worker-"));
  const vars = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const address = ["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"];
  const kept = ["--persist-to", dir, "--show-interactive-dev-session=false", "--test-scheduled"];
  const args = [WRANGLER, "dev", "--env", "staging", ...address, ...kept, ...vars];
  // A separate process group, because its children have to end with it.
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: quiet(dir),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const found = /Ready on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    child.once("exit", () => reject(new Error(`The Worker did not start:\n${said.join("\n")}`)));
  });
  return {
    url,
    said,
    stop: async () => {
      const ended = once(child, "exit");
      process.kill(-child.pid!, "SIGKILL");
      await ended;
      seen.lines.push(...said);
      await removeSearched(dir);
    },
  };
}

/** Keeps the tool's own files out of the project, and turns its telemetry off. */
function quiet(dir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: dir,
    XDG_CONFIG_HOME: dir,
    WRANGLER_LOG_PATH: dir,
    WRANGLER_SEND_METRICS: "false",
    CI: "true",
    NO_COLOR: "1",
  };
}
