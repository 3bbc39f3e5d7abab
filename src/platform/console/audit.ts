import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { allowArea, type OperatorContext } from "../context.ts";

/** One row of the platform's audit log. `before` and `after` are JSON texts. */
export interface PlatformAuditRow {
  readonly seq: number;
  readonly at: number;
  readonly actorType: string;
  readonly actorId: string;
  /** The account's current name, else the name in the row. */
  readonly actorName: string;
  readonly action: string;
  readonly subject: string;
  readonly guildId: GuildId | null;
  readonly guildSlug: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly address: string;
  readonly agent: string;
}

export interface PlatformAuditQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A part of the actor's name or address, or its id. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** A guild's address or id. */
  readonly guild?: string | undefined;
  readonly subject?: string | undefined;
  /** Unix milliseconds. Excludes older rows. */
  readonly since?: number | undefined;
}

const ROWS = `
  SELECT a.seq, a.at, a.actor_type AS actorType, a.actor_id AS actorId,
    CASE a.actor_type WHEN 'impersonation' THEN 'operator ' || u.name || ' as ' || v.name
      ELSE coalesce(u.name, a.actor_id) END AS actorName, a.action, a.subject, a.guild_id AS guildId,
    g.slug AS guildSlug, a.before, a.after, a.address, a.agent
  FROM audit_log a
    LEFT JOIN users u ON u.id = CASE a.actor_type WHEN 'user' THEN a.actor_id
      WHEN 'impersonation' THEN substr(a.actor_id, 1, 36) END
    LEFT JOIN users v ON a.actor_type = 'impersonation' AND v.id = substr(a.actor_id, 41)
    LEFT JOIN guilds g ON g.id = a.guild_id
  WHERE a.seq < ?1
    AND (?2 = '' OR instr(a.actor_id, ?2) > 0 OR instr(lower(u.name), ?2) > 0 OR u.email = ?2)
    AND (?3 = '' OR instr(a.action, ?3) > 0)
    AND (?4 = '' OR g.slug = ?4 OR a.guild_id = ?4)
    AND (?5 = '' OR a.subject = ?5) AND a.at >= ?6
  ORDER BY a.seq DESC LIMIT ?7`;

/** The platform's audit log, newest first. */
export async function platformAudit(
  ctx: OperatorContext,
  query: PlatformAuditQuery,
): Promise<Page<PlatformAuditRow>> {
  allowArea(ctx, "audit");
  const { cursor, limit } = query;
  const [before] = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(cursor, 1);
  const rows = await ctx.services.platform.db.all<PlatformAuditRow>(
    ROWS,
    before!,
    (query.actor ?? "").trim().toLowerCase(),
    (query.action ?? "").trim(),
    (query.guild ?? "").trim().toLowerCase(),
    (query.subject ?? "").trim(),
    query.since ?? 0,
    limit + 1,
  );
  return toPage(rows, limit, (last) => [last.seq]);
}
