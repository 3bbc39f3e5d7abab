import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../src/node/server.ts";
import { UNLIMITED_REQUESTS } from "./app.ts";
import { quickPasswords } from "./quick-passwords.ts";
import { removeSearched } from "./secrets/folders.ts";
import { seen } from "./secrets/seen.ts";

export type StartedServer = Awaited<ReturnType<typeof startedServer>>;

/**
 * A whole server in this process, on a free port and in a new folder, as `npm start` starts it.
 * `await using server = await startedServer()` stops it and removes its folder.
 */
export async function startedServer(
  env: Readonly<Record<string, string>> = {},
  options: { readonly dir?: string } = {},
) {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "guildhall-server-")));
  const given = {
    GUILDHALL_SECRET: randomUUID() + randomUUID(),
    PUBLIC_URL: "http://localhost",
    PORT: "0",
    LOG_LEVEL: "silent",
    RATE_LIMITS: UNLIMITED_REQUESTS,
    DATA_DIR: dir,
    ...env,
  };
  seen.environment(given);
  const server = await start(given, { passwords: quickPasswords() });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= server.stop();
    return stopping;
  };
  return {
    ...server,
    dir,
    env: given,
    url: `http://127.0.0.1:${server.port}`,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      if (options.dir === undefined) await removeSearched(dir);
    },
  };
}
