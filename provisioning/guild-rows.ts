import { type Column, eq, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { TenantDatabase } from "../src/database/client.ts";
import { columnsOf } from "../src/database/query.ts";
import { build, insertInto } from "../src/database/statements.ts";
import type { Writable } from "../src/database/write.ts";
import { limits } from "../src/limits.ts";
import * as t from "../src/platform/schema.ts";
import type { Guild } from "../src/platform/store.ts";
import { meta } from "../src/tenant/schema.ts";

/** Removes a guild from the platform. Its address is held, so that no other guild gets its links. */
export function removalOf(guild: Guild, nowMs: number): readonly Writable[] {
  const heldUntil = nowMs + limits.guild.slugHeldMs;
  const ofGuild = (table: TableOfGuilds): Writable =>
    build.delete(table).where(eq(table.guildId, guild.id));
  const keys = sql`select ${t.apiKeys.id} from ${t.apiKeys} where ${t.apiKeys.guildId} = ${guild.id}`;
  const held = { slug: guild.slug, guildId: guild.id, heldUntil };
  return [
    ...[t.invitations, t.memberships, t.liveTickets].map(ofGuild),
    build.delete(t.apiKeyUsage).where(sql`${t.apiKeyUsage.keyId} in (${keys})`),
    ...ROWS_OF_GUILDS.map(ofGuild),
    build.delete(t.guilds).where(eq(t.guilds.id, guild.id)),
    insertInto(t.slugHistory, held, {
      on: [t.slugHistory.slug],
      set: { guildId: guild.id, heldUntil },
    }),
  ];
}

type TableOfGuilds = SQLiteTable & { readonly guildId: Column };

/** Tables with rows of guilds, which go with them. */
const ROWS_OF_GUILDS: readonly TableOfGuilds[] = [
  t.apiKeys,
  t.formerMembers,
  t.jobs,
  t.jobRuns,
  t.spareDatabases,
  t.rolloutGuilds,
  t.guildMoves,
  t.guildFigures,
  t.guildChanges,
  t.apiUsage,
  t.declaredGuilds,
  t.guildDomains,
  t.sessions,
  t.discordGuilds,
  t.operationSteps,
];

/** The row with which a new database says whose it is. */
export function stamp(
  guild: Guild,
  schema: { version: number; hash: string },
  nowMs: number,
): Writable {
  const row = {
    id: 1,
    guildId: guild.id,
    generation: guild.generation,
    schemaVersion: schema.version,
    schemaHash: schema.hash,
    createdAt: nowMs,
  };
  return insertInto(meta, row, { on: [meta.id] });
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
