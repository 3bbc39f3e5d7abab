import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import type { PlatformAccess } from "../../src/node/platform-database.ts";
import { buildNodeServices } from "../../src/node/services.ts";
import { type TestApp, TestClient, type TestGuild } from "./app.ts";
import { seen } from "./secrets/seen.ts";

/**
 * Copies a data folder with a registry as older releases wrote it: with the path of each
 * guild's file on this machine. The original stays unchanged.
 */
export async function copyOfOlderRelease(t: TestApp, to: string): Promise<void> {
  const places = async (before: string) =>
    await t.services.platform.db.client.execute({
      sql: `UPDATE guilds SET database_url = ? || 'guilds/' || database_name || '.db'
            WHERE host = 'file' AND database_url IS NOT NULL`,
      args: [before],
    });
  await places(`file://${t.dir}/`);
  await copyFolder(t.dir, to);
  await places("file:");
}

/**
 * Copies a data folder as an operator would for a drill. Uses a separate process: reading a database
 * file here would end the locks that open connections of this process have on it.
 */
export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-a", from, to]);
}

/** The product on another folder of the same machine, with the same secrets and the same clock. */
export async function appOn(t: TestApp, dir: string, access: PlatformAccess = "start") {
  const lines: string[] = [];
  const config = readConfig({ ...t.env, DATA_DIR: dir, LOG_LEVEL: "info" });
  const services = await buildNodeServices(config, {
    now: t.now,
    access,
    writeLine: (line) => {
      seen.lines.push(line);
      lines.push(line);
    },
  });
  const app = createApp(services);
  const request = (path: string, init?: RequestInit) =>
    app.request(path.startsWith("http") ? path : `http://localhost${path}`, init);
  return {
    services,
    /** The events that were logged, with their fields. */
    events: () =>
      lines.map((line) => JSON.parse(line) as { event: string; [field: string]: unknown }),
    /** A guild's owner, speaking to this folder's app. */
    owner: (guild: TestGuild) => new TestClient(request, guild.owner.identity).within(guild.slug),
    [Symbol.asyncDispose]: () => services.close(),
  };
}
