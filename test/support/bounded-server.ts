import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { buildProject } from "../../provisioning/cli/build.ts";
import { DIST, isUpToDate } from "../../provisioning/cli/built-from.ts";
import { type TestClient, UNLIMITED_REQUESTS } from "./app.ts";
import { clientOf, signUp } from "./processes.ts";
import { removeSearched } from "./secrets/folders.ts";
import { seen } from "./secrets/seen.ts";

/** Measurements of the probe inside the server since its reset. */
export interface Blocking {
  /** CPU time of the longest piece of work that did not yield. */
  readonly longestMs: number;
  /** The peak memory of the process. */
  readonly peakBytes: number;
}

/** A guild, and its owner within its API. */
export interface BoundedGuild {
  readonly slug: string;
  readonly api: TestClient;
}

/** The cost of one operation for other callers. */
export interface Cost extends Blocking {
  /** The longest wait of the other guild by the clock. For display only: a busy machine adds to it. */
  readonly waitedMs: number;
  readonly tookMs: number;
  /** The growth of the process's memory. */
  readonly grewBytes: number;
}

/** The longest wait of a caller for the requests of others. A fifth of it is usual. */
const BLOCKED_MS_MAX = 250;

/** Prints what an operation cost, and expects that it did not delay other callers. */
export function expectFairness(what: string, cost: Cost, msMax = BLOCKED_MS_MAX): void {
  const { longestMs, waitedMs, tookMs } = cost;
  const [blocked, waited, took] = [longestMs, waitedMs, tookMs].map((ms) => Math.round(ms));
  const grew = Math.round(cost.grewBytes / 1024 ** 2);
  console.log(
    `${what}: ${blocked} ms at once, others waited ${waited} ms, ${took} ms, +${grew} MB`,
  );
  expect(blocked, what).toBeLessThanOrEqual(msMax);
}

/**
 * A server in a separate process, with a probe that measures how long its main thread computes
 * without yielding. `await using server = await boundedServer()` ends and removes it.
 */
export async function boundedServer(env: Readonly<Record<string, string>> = {}) {
  if (!isUpToDate()) await buildProject();
  const dir = await mkdtemp(join(tmpdir(), "guildhall-bounded-"));
  const environment = {
    PATH: process.env["PATH"],
    PORT: "0",
    DATA_DIR: dir,
    GUILDHALL_SECRET: randomUUID() + randomUUID(),
    OPERATOR_SECOND_FACTOR: "offered",
    SECRETS_KEYS: `first:${randomBytes(32).toString("base64")}`,
    RATE_LIMITS: UNLIMITED_REQUESTS,
    LOG_LEVEL: "info",
    ...env,
  };
  seen.environment(environment);
  const probe = join(import.meta.dirname, "blocking-probe.ts");
  const child = spawn(process.execPath, ["--import", probe, join(DIST, "node.js")], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const url = await listening(child);
  const server = { url, child };

  const ask = async (message: "reset" | "read"): Promise<Blocking> => {
    const answered = once(child, "message");
    child.send(message);
    return (await answered)[0] as Blocking;
  };

  const { api: strangers } = await founded(server, "strangers");

  /** Runs `work` while requests for the other guild's page keep coming. */
  const cost = async (work: () => Promise<void>): Promise<Cost> => {
    const before = await ask("reset");
    const startedAt = performance.now();
    let waitedMs = 0;
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        const askedAt = performance.now();
        const { status } = await strangers.get("/standings");
        if (status !== 200) throw new Error(`The other guild was answered ${status}.`);
        waitedMs = Math.max(waitedMs, performance.now() - askedAt);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    try {
      await work();
    } finally {
      isOver = true;
      await asking;
    }
    const after = await ask("read");
    const grewBytes = after.peakBytes - before.peakBytes;
    return { ...after, waitedMs, grewBytes, tookMs: performance.now() - startedAt };
  };

  return {
    ...server,
    dir,
    cost,
    /** A new guild with a new owner. */
    guild: (slug: string) => founded(server, slug),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await removeSearched(dir);
    },
  };
}

async function founded(
  server: { readonly url: string; readonly child: ChildProcess },
  slug: string,
): Promise<BoundedGuild> {
  const owner = clientOf(server, await signUp(`owner-of-${slug}`, server));
  const facts = { name: `Guild ${slug}`, realm: "Area 52", region: "eu", faction: "horde", slug };
  const made = await owner.post("/api/guilds", facts);
  if (made.status >= 300) throw new Error(`founding answered ${made.status}: ${made.text}`);
  if (made.status === 202) await owner.get(`/api/guilds/${made.body.id}/operation/events`);
  return { slug, api: owner.within(slug) };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
      seen.lines.push(chunk.toString());
    });
    createInterface({ input: child.stdout! }).on("line", (line) => {
      seen.lines.push(line);
      const { event, port } = JSON.parse(line) as { event: string; port?: number };
      if (event === "server.listening") resolve(`http://127.0.0.1:${port}`);
    });
    child.once("exit", () =>
      reject(new Error(`The server ended before it listened: ${complaint}`)),
    );
  });
}
