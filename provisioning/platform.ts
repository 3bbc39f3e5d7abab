import { platformMigrations } from "../platform-migrations/index.ts";
import type { Config } from "../src/config.ts";
import { type Client, PlatformDatabase } from "../src/database/client.ts";
import { DatabaseError } from "../src/database/errors.ts";
import { openRemote, placeOf } from "../src/database/remote.ts";
import { delay } from "../src/kernel/concurrency.ts";
import { limits } from "../src/limits.ts";
import { databaseName } from "./hosts/host.ts";
import { type Migration, type MigrationReport, migrate, parseMigrations } from "./migrations.ts";
import { platformBehind } from "./platform-errors.ts";
import { convertPlaces, countOldPlaces } from "./platform-places.ts";
import type { Remotes } from "./remotes.ts";

/** The schema of the platform's own database, as this release brings it. */
export function platformSchema(): readonly Migration[] {
  return parseMigrations(platformMigrations);
}

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

/** Is that database there? Only the libSQL server of the configuration can be asked. */
export async function isRemotePlatformThere(url: string, { sqld }: Remotes): Promise<boolean> {
  if (!sqld?.has(url)) return true;
  return (await sqld.locate(databaseName(placeOf(url).namespace))) !== undefined;
}

/** What has to be done before this release can work on a platform database. */
export interface PlatformState {
  /** No migration of ours was ever applied to it: it holds no platform. */
  readonly isEmpty: boolean;
  /** The names of migrations that it lacks. */
  readonly pending: readonly string[];
  /** Guilds whose databases the registry finds by a path of a machine, as older releases did. */
  readonly oldPlaces: number;
}

/**
 * Looks at the database behind `client`, and changes nothing.
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
 * Brings the platform database behind `client` to this release's schema, and its registry to places
 * that do not depend on the machine. Processes that start at the same time may all do it: one of them
 * wins, and the others find it done when they look again.
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
    // Somebody else may be in the middle of the same: their lock, or half of what we were to do.
    if (!(report.error instanceof DatabaseError) || tries >= limits.remote.triesMax) {
      throw report.error;
    }
    await delay(limits.remote.migratingMs * tries);
  }
}

/**
 * For runtimes without a disk: makes a platform in an empty database, and migrates none that is there,
 * because it could not be copied first. Closes the client when it fails.
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
