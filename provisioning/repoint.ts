import { eq, sql } from "drizzle-orm";
import type { Client, DatabaseLocation, OpenClient } from "../src/database/client.ts";
import { build } from "../src/database/statements.ts";
import { removeTransientRows } from "../src/database/transient-rows.ts";
import { type Guard, guard, type Writable, write } from "../src/database/write.ts";
import { Conflict } from "../src/kernel/errors.ts";
import type { GuildId } from "../src/kernel/ids.ts";
import { guilds } from "../src/platform/schema.ts";
import type { Guild, PlatformStore } from "../src/platform/store.ts";
import { fault } from "./fault.ts";
import {
  atHostOf,
  type DatabaseName,
  databaseName,
  type Hosts,
  storedPlace,
} from "./hosts/host.ts";
import { type Migration, migrate, schemaOf, upToDestructive, versionOf } from "./migrations.ts";
import { forgetMove } from "./moves/write-barrier.ts";
import { releaseRow, removeReserved, replacedRow, reserveDatabase } from "./reserved-databases.ts";
import { refuseStranger } from "./rollouts/guild.ts";

export interface RepointDeps extends Hosts {
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
  readonly tenants: { drain(guildId: GuildId): Promise<void> };
}

interface RepointOptions {
  /**
   * Migrates an older copy to this schema before it serves, up to the first migration that removes data,
   * unless an operator has allowed a rollout of this schema. Without it, the copy serves unchanged.
   */
  readonly migrations?: readonly Migration[];
  /** Changes the copy before it serves. Repeated on a new copy after a crash. */
  readonly prepare?: (client: Client) => Promise<void>;
  /** Statements for the write that changes the guild's database. */
  readonly alongside?: readonly (Writable | Guard)[];
  /** The guild in the copy's stamp, if it is another guild. */
  readonly madeBy?: GuildId;
}

/**
 * Creates a new database from a copy and repoints the guild to it. After a crash at any point, the old or
 * the new database serves, and the other is removed: at once, or by the sweep.
 *
 * @throws {DatabaseError} `corrupt` for a damaged copy and for a copy of another guild.
 *
 * @throws {Conflict} `guild/status-changed` when the guild's database changed during the work.
 */
export function repointToCopy(
  deps: RepointDeps,
  guild: Guild,
  copy: ReadableStream<Uint8Array>,
  options: RepointOptions = {},
): Promise<Guild> {
  const { host } = atHostOf(deps, guild);
  return repointTo(deps, guild, (name) => host.restore(name, copy), options);
}

/**
 * The same with a database that `make` creates with the given name, for example from an earlier state that
 * the host keeps.
 */
export async function repointTo(
  given: RepointDeps,
  guild: Guild,
  make: (name: DatabaseName) => Promise<DatabaseLocation>,
  options: RepointOptions = {},
): Promise<Guild> {
  const deps = atHostOf(given, guild);
  const { platform, host, tenants } = deps;
  const name = await reserveDatabase(deps, guild.id);
  fault("swap.reserved");
  try {
    const location = await make(name);
    fault("swap.restored");
    const schema = await restamp(deps, location, guild, options);
    fault("swap.stamped");
    await point(deps, guild, { name, location, schema }, options.alongside ?? []);
  } catch (error) {
    // If the answer to the repointing was lost, the new database may already be the guild's.
    const now = await platform.guild(guild.id);
    if (now?.databaseName !== name) await removeReserved(deps, name);
    throw error;
  }
  fault("swap.pointed");
  await tenants.drain(guild.id);
  fault("swap.drained");
  // With other hosts, another process may still be writing to it. The sweep removes it later.
  if (host.kind === "file") await removeReserved(deps, databaseName(guild.databaseName));
  return (await platform.guild(guild.id))!;
}

interface NewDatabase {
  readonly name: DatabaseName;
  readonly location: DatabaseLocation;
  readonly schema: { readonly version: number; readonly hash: string };
}

async function point(
  deps: RepointDeps,
  guild: Guild,
  { name, location, schema }: NewDatabase,
  alongside: readonly (Writable | Guard)[],
): Promise<void> {
  const { platform } = deps;
  await write(platform.db, [
    guard(
      sql`exists (select 1 from guilds where id = ${guild.id} and generation = ${guild.generation}
        and database_name = ${guild.databaseName})`,
      () =>
        new Conflict(
          "guild/status-changed",
          "The status of this guild has changed. Check it and try again.",
        ),
    ),
    build
      .update(guilds)
      .set({
        databaseName: name,
        databaseUrl: storedPlace(guild.host, name, location),
        generation: guild.generation + 1,
        schemaVersion: schema.version,
        schemaHash: schema.hash,
        updatedAt: platform.now().getTime(),
      })
      .where(eq(guilds.id, guild.id)),
    releaseRow(name),
    replacedRow(deps, guild.databaseName, guild.id),
    ...alongside,
  ]);
}

/** Writes the new generation into the stamp, so that handles to the old database are refused. */
async function restamp(
  { openClient, platform }: RepointDeps,
  location: DatabaseLocation,
  guild: Guild,
  options: RepointOptions,
): Promise<{ version: number; hash: string }> {
  const client = await openClient(location);
  try {
    const { rows } = await client.execute({ sql: "SELECT generation FROM _meta", args: [] });
    const generation = Number(rows[0]?.[0]);
    await refuseStranger(client, { id: options.madeBy ?? guild.id, generation });
    await forgetMove(client);
    // Copies of earlier releases contain stored answers. They may report work that is not in this copy.
    await removeTransientRows(client);
    if (options.migrations) await migrateCopy(platform, client, options.migrations);
    await options.prepare?.(client);
    await client.execute({
      sql: "UPDATE _meta SET guild_id = ?, generation = ?",
      args: [guild.id, guild.generation + 1],
    });
    const stamped = await client.execute({
      sql: "SELECT schema_version, schema_hash FROM _meta",
      args: [],
    });
    const [version, hash] = stamped.rows[0] ?? [];
    return { version: Number(version), hash: String(hash) };
  } finally {
    await client.close();
  }
}

/** An operator's consent for all guilds also applies here, because the original copy is kept. */
async function migrateCopy(
  platform: PlatformStore,
  client: Client,
  migrations: readonly Migration[],
): Promise<void> {
  const { hash } = schemaOf(migrations);
  const allowed = await platform.db.first(
    `SELECT 1 FROM rollouts WHERE target_hash = ? AND status NOT IN ('superseded', 'reverted')
       AND json_extract(options, '$.allowDestructive')`,
    hash,
  );
  const allowDestructive = allowed !== undefined;
  const wanted = allowDestructive
    ? migrations
    : upToDestructive(migrations, await versionOf(client, migrations));
  const nowMs = platform.now().getTime();
  const report = await migrate(client, wanted, { nowMs, allowDestructive });
  if (report.error) throw report.error;
}
