import { sql } from "drizzle-orm";
import type { OpenClient } from "../src/database/client.ts";
import { guard, write } from "../src/database/write.ts";
import { Conflict } from "../src/kernel/errors.ts";
import type { GuildId } from "../src/kernel/ids.ts";
import type { Guild, PlatformStore } from "../src/platform/store.ts";
import { fault } from "./fault.ts";
import { type DatabaseHost, type DatabaseName, newDatabaseName } from "./hosts/host.ts";
import { refuseStranger } from "./rollouts/guild.ts";

export interface SwapDeps {
  readonly platform: PlatformStore;
  readonly host: DatabaseHost;
  readonly openClient: OpenClient;
  readonly tenants: { drain(guildId: GuildId): Promise<void> };
}

/**
 * Makes a new database from a copy of the guild's own and points the guild at it. Whatever dies on
 * the way, the old one or the new one serves. Gives back the name of the old one, which stays.
 * @throws {DatabaseError} `corrupt` for a damaged copy and for one of another guild.
 * @throws {Conflict} `guild/status-changed` when the guild's database changed in the meantime.
 */
export async function swapDatabase(
  deps: SwapDeps,
  guild: Guild,
  copy: ReadableStream<Uint8Array>,
): Promise<{ readonly old: DatabaseName; readonly guild: Guild }> {
  const { platform, host, openClient, tenants } = deps;
  const name = newDatabaseName();
  const location = await host.restore(name, copy);
  fault("swap.restored");
  const generation = guild.generation + 1;
  let schema: { readonly version: number; readonly hash: string };
  try {
    schema = await restamp(openClient, location, guild, generation);
  } catch (error) {
    await host.destroy(name);
    throw error;
  }
  fault("swap.stamped");
  await write(platform.db, [
    guard(
      sql`exists (select 1 from guilds where id = ${guild.id} and generation = ${guild.generation}
        and database_name = ${guild.databaseName})`,
      () => new Conflict("guild/status-changed", "This guild's database was replaced meanwhile."),
    ),
    {
      sql: `UPDATE guilds SET database_name = ?, database_url = ?, generation = ?,
              schema_version = ?, schema_hash = ?, updated_at = ? WHERE id = ?`,
      args: [
        name,
        location.url,
        generation,
        schema.version,
        schema.hash,
        platform.now().getTime(),
        guild.id,
      ],
    },
  ]);
  fault("swap.pointed");
  await tenants.drain(guild.id);
  return { old: guild.databaseName as DatabaseName, guild: (await platform.guild(guild.id))! };
}

/** A handle that still points at the old database carries the old generation, and is refused. */
async function restamp(
  openClient: OpenClient,
  location: Awaited<ReturnType<DatabaseHost["restore"]>>,
  guild: Guild,
  generation: number,
): Promise<{ version: number; hash: string }> {
  const client = await openClient(location);
  try {
    const { rows } = await client.execute({
      sql: "SELECT generation, schema_version, schema_hash FROM _meta",
      args: [],
    });
    const [found, version, hash] = rows[0] ?? [];
    await refuseStranger(client, { id: guild.id, generation: Number(found) });
    await client.execute({ sql: "UPDATE _meta SET generation = ?", args: [generation] });
    return { version: Number(version), hash: String(hash) };
  } finally {
    await client.close();
  }
}
