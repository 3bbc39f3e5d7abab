import type { TenantDatabase } from "../src/database/client.ts";
import { columnsOf } from "../src/database/query.ts";
import type { Writable } from "../src/database/write.ts";
import { limits } from "../src/limits.ts";
import type { Guild } from "../src/platform/store.ts";
import { meta } from "../src/tenant/schema.ts";

/** Removes a guild from the platform. Its address is held, so that no other guild gets its links. */
export function removalOf(guild: Guild, nowMs: number): readonly Writable[] {
  const heldUntil = nowMs + limits.guild.slugHeldMs;
  const byGuild = (table: string): Writable => ({
    sql: `DELETE FROM ${table} WHERE guild_id = ?`,
    args: [guild.id],
  });
  return [
    byGuild("invitations"),
    byGuild("memberships"),
    byGuild("live_tickets"),
    {
      sql: `DELETE FROM api_key_usage WHERE key_id IN (SELECT id FROM api_keys WHERE guild_id = ?)`,
      args: [guild.id],
    },
    byGuild("api_keys"),
    byGuild("former_members"),
    byGuild("jobs"),
    byGuild("job_runs"),
    byGuild("spare_databases"),
    byGuild("rollout_guilds"),
    byGuild("guild_moves"),
    byGuild("guild_figures"),
    byGuild("guild_changes"),
    byGuild("api_usage"),
    byGuild("declared_guilds"),
    byGuild("guild_domains"),
    byGuild("sessions"),
    byGuild("discord_guilds"),
    byGuild("provisioning_steps"),
    { sql: "DELETE FROM guilds WHERE id = ?", args: [guild.id] },
    {
      sql: `INSERT INTO slug_history (slug, guild_id, held_until) VALUES (?, ?, ?)
            ON CONFLICT (slug) DO UPDATE SET guild_id = excluded.guild_id,
              held_until = excluded.held_until`,
      args: [guild.slug, guild.id, heldUntil],
    },
  ];
}

/** The row with which a new database says whose it is. */
export function stamp(
  guild: Guild,
  schema: { version: number; hash: string },
  nowMs: number,
): Writable {
  return {
    sql: `INSERT INTO _meta (id, guild_id, generation, schema_version, schema_hash, created_at)
          VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    args: [guild.id, guild.generation, schema.version, schema.hash, nowMs],
  };
}

/** Opens the new database with a separate connection and checks its owner. Always closes it. */
export async function verify(
  db: TenantDatabase,
  guild: Guild,
  schema: { version: number; hash: string },
): Promise<void> {
  try {
    const found = await db.orm
      .select(columnsOf(meta, "guildId", "generation", "schemaHash"))
      .from(meta)
      .get();
    const isRight =
      found?.guildId === guild.id &&
      found.generation === guild.generation &&
      found.schemaHash === schema.hash;
    if (!isRight) throw new Error("The new database does not carry the guild's stamp.");
  } finally {
    await db.close();
  }
}
