import type { Client, OpenClient, ResultRows, Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { Guild } from "../../src/platform/store.ts";
import { LEDGER, type Migration, type MigrationReport, migrate } from "../migrations.ts";

/** What is needed to migrate a guild's database. */
export type MigratedGuild = Pick<Guild, "id" | "generation" | "schemaVersion" | "location">;

interface Deps {
  readonly migrations: readonly Migration[];
  readonly now: Clock;
  /** True only for a rollout that an operator allowed, after it has made a copy. */
  readonly allowDestructive?: boolean;
}

/** Migrates one guild's database with a new client. Reports errors, never throws. */
export async function migrateGuild(
  deps: Deps & { readonly openClient: OpenClient },
  guild: MigratedGuild,
): Promise<MigrationReport> {
  try {
    const client = await deps.openClient(guild.location);
    try {
      return await migrateOpenGuild(deps, guild, client);
    } finally {
      await client.close();
    }
  } catch (error) {
    return failed(guild, error);
  }
}

/** Migrates one guild's database with an open client. Reports errors, never throws. */
export async function migrateOpenGuild(
  { migrations, now, allowDestructive = false }: Deps,
  guild: MigratedGuild,
  client: Client,
): Promise<MigrationReport> {
  try {
    // One round trip to a server: reads the stamp and the ledger together.
    const [stamp, ledger] = await client.batch([STAMP, LEDGER], "read");
    checkStamp(stamp!, guild);
    const history = { ledger: ledger!.rows, hasMeta: true, isStamped: true };
    return await migrate(client, migrations, {
      nowMs: now().getTime(),
      history,
      allowDestructive,
    });
  } catch (error) {
    return failed(guild, error);
  }
}

function failed({ schemaVersion: from }: MigratedGuild, thrown: unknown): MigrationReport {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { from, to: from, applied: [], error };
}

/**
 * A swapped database must not be changed before an operator has inspected it.
 *
 * @throws {DatabaseError} `corrupt`
 */
export async function refuseStranger(
  client: Client,
  guild: Pick<Guild, "id" | "generation">,
): Promise<void> {
  checkStamp(await client.execute(STAMP), guild);
}

const STAMP: Statement = { sql: "SELECT guild_id, generation FROM _meta", args: [] };

function checkStamp({ rows }: ResultRows, guild: Pick<Guild, "id" | "generation">): void {
  const [id, generation] = rows[0] ?? [];
  if (id === guild.id && generation === guild.generation) return;
  throw new DatabaseError(
    "corrupt",
    "The database carries another guild's stamp, or none. Restore the right one.",
  );
}
