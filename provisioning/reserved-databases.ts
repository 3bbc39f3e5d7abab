import { and, eq, lte, sql } from "drizzle-orm";
import type { Statement } from "../src/database/client.ts";
import { asBoolean, columnsOf, existsIn } from "../src/database/query.ts";
import { insertInto } from "../src/database/statements.ts";
import { type Writable, write } from "../src/database/write.ts";
import type { GuildId } from "../src/kernel/ids.ts";
import { limits } from "../src/limits.ts";
import { guilds, spareDatabases } from "../src/platform/schema.ts";
import type { PlatformStore } from "../src/platform/store.ts";
import {
  type DatabaseHost,
  type DatabaseName,
  databaseName,
  newDatabaseName,
} from "./hosts/host.ts";

interface Deps {
  readonly platform: PlatformStore;
  readonly host: DatabaseHost;
}

/**
 * Records the name of a database that is about to be created for a guild. If the process dies before it
 * repoints the guild, the sweep finds the name and removes the database.
 */
export async function reserveDatabase(
  { platform, host }: Deps,
  guildId: GuildId,
): Promise<DatabaseName> {
  const name = newDatabaseName();
  const removeAfter = platform.now().getTime() + limits.fleet.draftMsMax;
  await write(platform.db, [reservedRow(name, host.kind, guildId, "draft", removeAfter)]);
  return name;
}

/** Records the name of a temporary database, such as a copy for a rehearsal. */
export async function reserveTemporary(deps: Deps, guildId: GuildId): Promise<DatabaseName> {
  const name = newDatabaseName();
  await keepTemporary(deps, guildId, name);
  return name;
}

/** Protects such a database from the sweep for a while longer. */
export async function keepTemporary(
  { platform, host }: Deps,
  guildId: GuildId,
  name: DatabaseName,
): Promise<void> {
  const removeAfter = platform.now().getTime() + limits.fleet.temporaryMs;
  await write(platform.db, [reservedRow(name, host.kind, guildId, "draft", removeAfter)]);
}

/** Records a replaced database, which is removed after connections to it have closed. */
export function replacedRow(deps: Deps, name: string, guildId: GuildId): Statement {
  const removeAfter = deps.platform.now().getTime() + limits.fleet.replacedMs;
  return reservedRow(name, deps.host.kind, guildId, "replaced", removeAfter);
}

/** Removes the record: the database now belongs to its guild, or is gone. */
export function releaseRow(name: string): Statement {
  return { sql: "DELETE FROM spare_databases WHERE name = ?", args: [name] };
}

/** Removes a recorded database at once. */
export async function removeReserved({ platform, host }: Deps, name: DatabaseName): Promise<void> {
  await host.destroy(name);
  await write(platform.db, [releaseRow(name)]);
}

/** The recorded databases of a guild. */
export async function reservedOf(deps: Deps, guildId: GuildId): Promise<readonly DatabaseName[]> {
  const rows = await deps.platform.db.orm
    .select(columnsOf(spareDatabases, "name"))
    .from(spareDatabases)
    .where(and(eq(spareDatabases.guildId, guildId), eq(spareDatabases.host, deps.host.kind)));
  return rows.map(({ name }) => databaseName(name));
}

/** Removes this host's recorded databases that are due, and returns their names. */
export async function sweepReserved(deps: Deps): Promise<readonly DatabaseName[]> {
  const { name, host, removeAfter } = spareDatabases;
  const isOwner = sql`${guilds.databaseName} = ${name}`;
  const rows = await deps.platform.db.orm
    .select({ name, isOwned: asBoolean(existsIn(guilds, isOwner)) })
    .from(spareDatabases)
    .where(and(eq(host, deps.host.kind), lte(removeAfter, deps.platform.settledNow().getTime())))
    .orderBy(name);
  const removed: DatabaseName[] = [];
  for (const { name, isOwned } of rows) {
    // A guild's current database is never removed, whatever the record says.
    if (isOwned) await write(deps.platform.db, [releaseRow(name)]);
    else {
      await removeReserved(deps, databaseName(name));
      removed.push(databaseName(name));
    }
  }
  return removed;
}

function reservedRow(
  name: string,
  host: string,
  guildId: GuildId,
  why: "draft" | "replaced",
  removeAfter: number,
): Statement & Writable {
  const row = { name, host, guildId, why, removeAfter };
  return insertInto(spareDatabases, row, { on: [spareDatabases.name], set: { why, removeAfter } });
}
