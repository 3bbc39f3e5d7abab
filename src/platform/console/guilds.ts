import { and, asc, eq, sql } from "drizzle-orm";
import type { Fault } from "../../database/faults.ts";
import {
  asColumn,
  asNumber,
  asText,
  columnsOf,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { allowArea, type OperatorContext } from "../context.ts";
import { storedFaults } from "../fleet/faults.ts";
import { type Performance, performanceOf } from "../fleet/performance.ts";
import { resumeGuild, suspendGuild } from "../guilds/service.ts";
import { type Usage, usageOf } from "../plans/service.ts";
import {
  apiKeys,
  apiKeyUsage,
  backups,
  databaseFaults,
  type GuildStatus,
  guilds,
  memberships,
  users,
} from "../schema.ts";
import type { Guild } from "../store.ts";

/** One guild in the operators' list. */
export type GuildLine = Readonly<RowOf<typeof GUILD>>;

export interface GuildQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A part of the name, the address or the realm, or the whole id. */
  readonly search?: string | undefined;
  readonly status?: GuildStatus | undefined;
}

const GUILD = {
  ...columnsOf(guilds, "id", "slug", "name", "realm", "region", "status", "plan", "host"),
  schemaVersion: guilds.schemaVersion,
  members: asNumber(
    sql`(select count(*) from ${memberships} where ${memberships.guildId} = ${guilds.id})`,
  ),
  /** Codes of its database's faults, separated by blanks. Empty without faults. */
  faults: asText(sql`(select coalesce(group_concat(${databaseFaults.code}, ' '), '')
    from ${databaseFaults} where ${databaseFaults.guildId} = ${guilds.id}
      and ${databaseFaults.generation} = ${guilds.generation})`),
};

interface GuildPage {
  readonly after: string | number;
  /** Empty for every status. */
  readonly status: string;
  /** Empty for all guilds. */
  readonly search: string;
  readonly limit: number;
}

const guildsPage = prepare(({ after, status, search, limit }: Values<GuildPage>) =>
  build
    .select(GUILD)
    .from(guilds)
    .where(
      and(
        sql`${guilds.slug} > ${after}`,
        sql`(${status} = '' or ${guilds.status} = ${status})`,
        sql`(${search} = '' or ${guilds.id} = ${search} or instr(${guilds.slug}, ${search}) > 0
          or instr(lower(${guilds.name}), ${search}) > 0
          or instr(lower(${guilds.realm}), ${search}) > 0)`,
      ),
    )
    .orderBy(asc(guilds.slug))
    .limit(limit),
);

const countsOf = prepare(
  ({ id, since }: Values<{ readonly id: GuildId; readonly since: number }>) =>
    rowsOf(
      {
        /** The time of its newest good backup, if there is one. */
        backedUpAt: asColumn(
          backups.takenAt,
          sql`(select max(${backups.takenAt}) from ${backups}
            where ${backups.guildId} = ${id} and ${backups.status} = 'good')`,
        ),
        keyRequests: asNumber(sql`(select coalesce(sum(${apiKeyUsage.requests}), 0)
          from ${apiKeyUsage} join ${apiKeys} on ${apiKeys.id} = ${apiKeyUsage.keyId}
          where ${apiKeys.guildId} = ${id} and ${apiKeyUsage.day} > ${since})`),
      },
      (columns) => sql`select ${columns}`,
    ),
);

const membersOf = prepare(
  ({ id, limit }: Values<{ readonly id: GuildId; readonly limit: number }>) =>
    build
      .select({
        userId: users.id,
        ...columnsOf(users, "name", "email"),
        role: memberships.role,
      })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(eq(memberships.guildId, id))
      .orderBy(asc(memberships.createdAt), asc(memberships.userId))
      .limit(limit),
);

/** Every guild of the platform, by address. */
export async function findGuilds(
  ctx: OperatorContext,
  { limit, cursor, search = "", status }: GuildQuery,
): Promise<Page<GuildLine>> {
  allowArea(ctx, "guilds");
  const [after] = cursor === undefined ? [""] : decodeCursor(cursor, 1);
  const rows = await guildsPage.all(ctx.services.platform.db, {
    after: after!,
    status: status ?? "",
    search: search.trim().toLowerCase(),
    limit: limit + 1,
  });
  return toPage(rows, limit, (last) => [last.slug]);
}

/** A guild as operators see it, without the contents of its database. */
export interface GuildFile extends Counts {
  readonly guild: Guild;
  readonly usage: Usage;
  readonly lastError: string | null;
  /** Current faults of its database. */
  readonly faults: readonly Fault[];
  /** Recent performance of its database, hour by hour. */
  readonly performance: readonly Performance[];
  readonly members: readonly Awaited<ReturnType<typeof membersOf.all>>[number][];
}

type Counts = Readonly<Awaited<ReturnType<typeof countsOf.all>>[number]>;

/** Everything about one guild. @throws {NotFound} `operator/no-such-guild` */
export async function guildFile(ctx: OperatorContext, id: GuildId): Promise<GuildFile> {
  allowArea(ctx, "guilds");
  const { platform, provisioner } = ctx.services;
  const guild = await existing(ctx, id);
  const nowMs = ctx.services.now().getTime();
  const [usage, lastError, faults, performance, counts, members] = await Promise.all([
    usageOf(platform, guild),
    provisioner.operations.lastError(id),
    storedFaults(platform, id),
    performanceOf(platform, id, nowMs - limits.performance.shownMs),
    countsOf.first(platform.db, { id, since: Math.floor(nowMs / DAY_MS) - limits.statistics.days }),
    membersOf.all(platform.db, { id, limit: limits.operators.membersShown }),
  ]);
  return { guild, usage, lastError: lastError ?? null, faults, performance, ...counts!, members };
}

/** Closes a guild to its members, who see the reason. @throws {Conflict} `guild/status-changed` */
export async function suspend(ctx: OperatorContext, id: GuildId, reason: string): Promise<void> {
  allowArea(ctx, "guilds");
  await existing(ctx, id);
  await suspendGuild(ctx, id, reason);
}

/** Opens it again. @throws {Conflict} `guild/status-changed` */
export async function resume(ctx: OperatorContext, id: GuildId): Promise<void> {
  allowArea(ctx, "guilds");
  await existing(ctx, id);
  await resumeGuild(ctx, id);
}

async function existing(ctx: OperatorContext, id: GuildId): Promise<Guild> {
  const guild = await ctx.services.platform.guild(id);
  if (guild) return guild;
  throw new NotFound("operator/no-such-guild", "No guild has this ID. Choose one from the list.");
}
