import { platformMigrations } from "../platform-migrations/index.ts";
import type { Config } from "../src/config.ts";
import { type Client, PlatformDatabase } from "../src/database/client.ts";
import { DatabaseError } from "../src/database/errors.ts";
import { openRemote, placeOf } from "../src/database/remote.ts";
import { delay } from "../src/kernel/concurrency.ts";
import { limits } from "../src/limits.ts";
import { databaseName } from "./hosts/host.ts";
import type { Server } from "./hosts/server.ts";
import { type Migration, type MigrationReport, migrate, parseMigrations } from "./migrations.ts";
import { platformBehind } from "./platform-errors.ts";
import { convertPlaces, countOldPlaces } from "./platform-places.ts";
import type { Remotes } from "./remotes.ts";

/** The schema of the platform's own database in this release. */
export function platformSchema(): readonly Migration[] {
  return parseMigrations(platformMigrations);
}

/**
 * Opens a platform database that is not a file: on the guilds' libSQL server, or at another libSQL address
 * with its own token.
 */
export async function openRemotePlatform(
  config: Pick<Config, "platformDatabaseToken">,
  url: string,
  remotes: Remotes,
): Promise<Client> {
  if (serverOf(url, remotes)) return await remotes.openClient({ url });
  const authToken = config.platformDatabaseToken;
  return await openRemote({ url, ...(authToken && { authToken }) });
}

/** Creates the database if it belongs on a configured server and does not exist yet. */
export async function ensureRemotePlatform(url: string, remotes: Remotes): Promise<void> {
  await serverOf(url, remotes)?.ensure?.(databaseName(placeOf(url).namespace));
}

/**
 * Tells whether the database exists. Only a configured server can be asked; others are assumed to have it.
 */
export async function isRemotePlatformThere(url: string, remotes: Remotes): Promise<boolean> {
  const server = serverOf(url, remotes);
  if (!server) return true;
  return (await server.host.locate(databaseName(placeOf(url).namespace))) !== undefined;
}

/** The configured server that can hold the platform's database at this address. */
function serverOf(url: string, { servers }: Remotes): Server | undefined {
  return servers.find((one) => one.ensure !== undefined && one.has(url));
}

/** The file beside a platform's database that holds the number of its writes. */
export function witnessOf(platform: string): string {
  return `${platform}.newest`;
}

/** The work that is due before this release can use a platform database. */
export interface PlatformState {
  /** True when none of our migrations was ever applied, so it holds no platform. */
  readonly isEmpty: boolean;
  /** The names of pending migrations. */
  readonly pending: readonly string[];
  /** The number of guilds registered with an absolute path, as in older releases. */
  readonly oldPlaces: number;
}

/**
 * Checks the database behind `client` without changing it.
 *
 * @throws {MigrationError} when its history is not ours, such as a guild's or a newer release's.
 */
export async function platformStateOf(client: Client): Promise<PlatformState> {
  const migrations = platformSchema();
  const { from, applied, error } = await migrate(client, migrations, { nowMs: 0, dryRun: true });
  if (error) throw error;
  return {
    isEmpty: from === 0,
    pending: applied,
    oldPlaces: from === 0 ? 0 : await countOldPlaces(client),
  };
}

/**
 * Migrates the platform database behind `client` to this release's schema, and converts its registry to
 * places that do not depend on the machine. Processes may do this at the same time: one of them succeeds,
 * and the others then find it done.
 *
 * @throws {MigrationError} when its history is not ours, such as a guild's or a newer release's.
 */
export async function migratePlatform(client: Client, nowMs: number): Promise<MigrationReport> {
  const migrations = platformSchema();
  for (let tries = 1; ; tries++) {
    const report = await migrate(client, migrations, { nowMs });
    if (report.error === undefined) {
      await convertPlaces(client);
      return report;
    }
    // Another process may be migrating now: it holds the lock, or has done a part of the work.
    if (!(report.error instanceof DatabaseError) || tries >= limits.remote.triesMax) {
      throw report.error;
    }
    await delay(limits.remote.migratingMs * tries);
  }
}

/**
 * For runtimes without a disk: creates a platform in an empty database. Does not migrate an existing one,
 * because it could not be copied first. Closes the client on failure.
 *
 * @throws {Unavailable} `platform/behind`
 */
export async function readyPlatform(client: Client, nowMs: number): Promise<PlatformDatabase> {
  try {
    const { isEmpty, pending } = await platformStateOf(client);
    if (isEmpty) await migratePlatform(client, nowMs);
    else if (pending.length > 0) throw platformBehind("this database", { pending, oldPlaces: 0 });
    return new PlatformDatabase(client);
  } catch (error) {
    await client.close();
    throw error;
  }
}
