import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { UserId } from "../../src/kernel/ids.ts";
import { TestClient } from "./app.ts";
import { bundleScript } from "./bundle.ts";
import { removeSearched } from "./secrets/folders.ts";
import { seen, watchedFetch } from "./secrets/seen.ts";

/** One server process with a separate folder and port. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
}

/** A person with an account, and the session they signed in with. */
export interface Person {
  readonly token: string;
  readonly userId: UserId;
  readonly email: string;
  readonly password: string;
}

/** Sends requests to one process, as a person or without a session. */
export function clientOf(server: ServerProcess, person?: Person): TestClient {
  return new TestClient((path, init) => watchedFetch(`${server.url}${path}`, init), person);
}

/** Makes an account and signs in, each through the process that is given for it. */
export async function signUp(
  name: string,
  signUpAt: ServerProcess,
  signInAt = signUpAt,
): Promise<Person> {
  const credentials = { email: `${name}@example.test`, password: `pass phrase of ${randomUUID()}` };
  const made = await clientOf(signUpAt).post("/api/users", { ...credentials, name });
  if (made.status !== 201) throw new Error(`sign-up answered ${made.status}: ${made.text}`);
  const session = await clientOf(signInAt).post("/api/session", credentials);
  if (session.status !== 201) throw new Error(`sign-in answered ${session.status}`);
  return { ...credentials, token: session.body.token, userId: session.body.user.id };
}

/**
 * Real processes of the product on one set of databases, as on several machines. They
 * share only `env`. `await using fleet = await processes(env)` ends and removes all of them.
 */
export async function processes(env: Readonly<Record<string, string>>) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-processes-"));
  const server = await bundleScript("src/node.ts");
  const guildhall = await bundleScript("provisioning/cli/main.ts");
  const children: ChildProcess[] = [];
  const shared = { GUILDHALL_SECRET: randomUUID() + randomUUID(), LOG_LEVEL: "info", ...env };
  seen.environment(shared);
  const environment = (folder: string) => ({
    PATH: process.env["PATH"],
    PORT: "0",
    DATA_DIR: join(dir, folder),
    ...shared,
  });

  /** Starts `count` processes at the same moment, and resolves once all of them answer. */
  const start = async (count: number): Promise<ServerProcess[]> => {
    const started = Array.from({ length: count }, () => {
      const child = spawn(process.execPath, [server], {
        env: environment(`data-${children.length}`),
        stdio: ["ignore", "pipe", "pipe"],
      });
      children.push(child);
      return child;
    });
    return await Promise.all(started.map((child) => listening(child)));
  };

  /** Runs an operator's command, and returns its `--json` document. */
  const command = (...args: readonly string[]) =>
    new Promise<unknown>((resolve, reject) => {
      const options = { env: environment("operator") };
      execFile(process.execPath, [guildhall, ...args, "--json"], options, (error, out, err) => {
        if (error) reject(new Error(`guildhall ${args.join(" ")}: ${err}`));
        else resolve(JSON.parse(out));
      });
    });

  const stop = async () => {
    const running = children.filter((child) => child.exitCode === null && !child.killed);
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(running.map((child) => once(child, "exit")));
  };

  return {
    start,
    command,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await Promise.all([server, guildhall].map((path) => rm(path)));
      await removeSearched(dir);
    },
  };
}

/** Resolves once a server logs its address. `lines` gets its log lines. */
export function listening(child: ChildProcess, lines: string[] = []): Promise<ServerProcess> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
      seen.lines.push(chunk.toString());
    });
    createInterface({ input: child.stdout! }).on("line", (line) => {
      seen.lines.push(line);
      lines.push(line);
      const { event, port } = JSON.parse(line) as { event: string; port?: number };
      if (event === "server.listening") resolve({ url: `http://127.0.0.1:${port}`, child });
    });
    child.once("exit", () =>
      reject(new Error(`The server ended before it listened: ${complaint}`)),
    );
  });
}
