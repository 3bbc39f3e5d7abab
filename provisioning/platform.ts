import { platformMigrations } from "../platform-migrations/index.ts";
import type { Config } from "../src/config.ts";
import { type Client, PlatformDatabase } from "../src/database/client.ts";
import { DatabaseError } from "../src/database/errors.ts";
import { openRemote, placeOf } from "../src/database/remote.ts";
import { delay } from "../src/kernel/concurrency.ts";
import { limits } from "../src/limits.ts";
import { databaseName } from "./hosts/host.ts";
import { migrate, parseMigrations } from "./migrations.ts";
import type { Remotes } from "./remotes.ts";

/**
 * Opens a platform database that is no file: one of the libSQL server that guilds may live on, or at
 * any other libSQL address, with a token of its own.
 */
export async function openRemotePlatform(
  config: Pick<Config, "platformDatabaseToken">,
  url: string,
  { sqld, openClient }: Remotes,
): Promise<Client> {
  if (sqld?.has(url)) return await openClient({ url });
  const authToken = config.platformDatabaseToken;
  return await openRemote({ url, ...(authToken && { authToken }) });
}

/** Makes that database if it is to be on the libSQL server and is not there yet. */
export async function ensureRemotePlatform(url: string, { sqld }: Remotes): Promise<void> {
  if (sqld?.has(url)) await sqld.ensure(databaseName(placeOf(url).namespace));
}

/**
 * Brings the platform database behind `client` to this release's schema. Processes that start at the
 * same time may all do it: one of them wins, and the others find it done when they look again.
 * @throws {MigrationError} when its history is not ours, such as a guild's or a newer release's.
 */
export async function readyPlatform(client: Client, nowMs: number): Promise<PlatformDatabase> {
  const migrations = parseMigrations(platformMigrations);
  for (let tries = 1; ; tries++) {
    const { error } = await migrate(client, migrations, { nowMs });
    if (error === undefined) return new PlatformDatabase(client);
    // Somebody else may be in the middle of the same: their lock, or half of what we were to do.
    if (!(error instanceof DatabaseError) || tries >= limits.remote.triesMax) {
      await client.close();
      throw error;
    }
    await delay(limits.remote.migratingMs * tries);
  }
}
