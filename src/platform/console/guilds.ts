import type { Fault } from "../../database/faults.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import type { Role } from "../../kernel/permissions.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { allowArea, type OperatorContext } from "../context.ts";
import { storedFaults } from "../fleet/faults.ts";
import { type Performance, performanceOf } from "../fleet/performance.ts";
import { resumeGuild, suspendGuild } from "../guilds/service.ts";
import { type Usage, usageOf } from "../plans/service.ts";
import type { GuildStatus, Region } from "../schema.ts";
import type { Guild } from "../store.ts";

/** One guild in the operators' list. */
export interface GuildLine {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly realm: string;
  readonly region: Region;
  readonly status: GuildStatus;
  readonly plan: string;
  readonly host: string;
  readonly schemaVersion: number;
  readonly members: number;
  /** Codes of its database's faults, separated by blanks. Empty without faults. */
  readonly faults: string;
}

export interface GuildQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A part of the name, the address or the realm, or the whole id. */
  readonly search?: string | undefined;
  readonly status?: GuildStatus | undefined;
}

const GUILDS = `
  SELECT g.id, g.slug, g.name, g.realm, g.region, g.status, g.plan, g.host,
    g.schema_version AS schemaVersion,
    (SELECT count(*) FROM memberships m WHERE m.guild_id = g.id) AS members,
    (SELECT coalesce(group_concat(f.code, ' '), '') FROM database_faults f
      WHERE f.guild_id = g.id AND f.generation = g.generation) AS faults
  FROM guilds g
  WHERE g.slug > ?1 AND (?2 = '' OR g.status = ?2) AND (?3 = '' OR g.id = ?3
    OR instr(g.slug, ?3) > 0 OR instr(lower(g.name), ?3) > 0 OR instr(lower(g.realm), ?3) > 0)
  ORDER BY g.slug LIMIT ?4`;

/** Every guild of the platform, by address. */
export async function findGuilds(
  ctx: OperatorContext,
  { limit, cursor, search = "", status }: GuildQuery,
): Promise<Page<GuildLine>> {
  allowArea(ctx, "guilds");
  const [after] = cursor === undefined ? [""] : decodeCursor(cursor, 1);
  const rows = await ctx.services.platform.db.all<GuildLine>(
    GUILDS,
    after!,
    status ?? "",
    search.trim().toLowerCase(),
    limit + 1,
  );
  return toPage(rows, limit, (last) => [last.slug]);
}

/** A guild as operators see it, without the contents of its database. */
export interface GuildFile {
  readonly guild: Guild;
  readonly usage: Usage;
  readonly lastError: string | null;
  /** Current faults of its database. */
  readonly faults: readonly Fault[];
  /** Recent performance of its database, hour by hour. */
  readonly performance: readonly Performance[];
  /** The time of its newest good backup, if there is one. */
  readonly backedUpAt: number | null;
  readonly keyRequests: number;
  readonly members: readonly {
    readonly userId: UserId;
    readonly name: string;
    readonly email: string;
    readonly role: Role;
  }[];
}

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
    platform.db.first<Pick<GuildFile, "backedUpAt" | "keyRequests">>(
      `SELECT (SELECT max(taken_at) FROM backups WHERE guild_id = ?1 AND status = 'good')
           AS backedUpAt,
         (SELECT coalesce(sum(u.requests), 0) FROM api_key_usage u
            JOIN api_keys k ON k.id = u.key_id WHERE k.guild_id = ?1 AND u.day > ?2) AS keyRequests`,
      id,
      Math.floor(nowMs / DAY_MS) - limits.statistics.days,
    ),
    platform.db.all<GuildFile["members"][number]>(
      `SELECT u.id AS userId, u.name, u.email, m.role
       FROM memberships m JOIN users u ON u.id = m.user_id
       WHERE m.guild_id = ? ORDER BY m.created_at, m.user_id LIMIT ?`,
      id,
      limits.operators.membersShown,
    ),
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
