import type { Client, OpenClient } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { Guild } from "../../src/platform/store.ts";
import { type Migration, type MigrationReport, migrate } from "../migrations.ts";

/** Migrates one guild's database over a client of its own. Reports, never throws. */
export async function migrateGuild(
  deps: {
    readonly openClient: OpenClient;
    readonly migrations: readonly Migration[];
    readonly now: Clock;
  },
  guild: Guild,
): Promise<MigrationReport> {
  const from = guild.schemaVersion;
  try {
    const client = await deps.openClient(guild.location);
    try {
      await refuseStranger(client, guild);
      return await migrate(client, deps.migrations, { nowMs: deps.now().getTime() });
    } finally {
      await client.close();
    }
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { from, to: from, applied: [], error };
  }
}

/**
 * A database that was swapped must not be changed before somebody has looked at it.
 * @throws {DatabaseError} `corrupt`
 */
export async function refuseStranger(
  client: Client,
  guild: Pick<Guild, "id" | "generation">,
): Promise<void> {
  const { rows } = await client.execute({
    sql: "SELECT guild_id, generation FROM _meta",
    args: [],
  });
  const [id, generation] = rows[0] ?? [];
  if (id === guild.id && generation === guild.generation) return;
  throw new DatabaseError(
    "corrupt",
    "The database carries another guild's stamp, or none. Restore the right one.",
  );
}
