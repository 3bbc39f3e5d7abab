import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";

/** One change, as it was written down. `before` and `after` are JSON texts. */
export interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly actorType: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly action: string;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly requestId: string;
}

export interface AuditQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Unix milliseconds: nothing older. */
  readonly since?: number | undefined;
}

/** The guild's own record of changes, newest first. */
export async function auditLog(ctx: GuildContext, query: AuditQuery): Promise<Page<AuditRow>> {
  allow(ctx, "audit.view");
  const [before] =
    query.cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(query.cursor, 1);
  const rows = await ctx.db.all<AuditRow>(
    `SELECT seq, at, actor_type AS actorType, actor_id AS actorId, actor_name AS actorName, action,
       subject, before, after, request_id AS requestId
     FROM audit_log WHERE seq < ?1 AND (?2 = '' OR instr(lower(actor_name), lower(?2)) > 0)
       AND (?3 = '' OR instr(action, ?3) > 0) AND at >= ?4
     ORDER BY seq DESC LIMIT ?5`,
    before!,
    query.actor ?? "",
    query.action ?? "",
    query.since ?? 0,
    query.limit + 1,
  );
  return toPage(rows, query.limit, (last) => [last.seq]);
}

/** The log as rows of a file, newest first, at most `limits.audit.csvRowsMax`. */
export async function auditRows(
  ctx: GuildContext,
  query: Omit<AuditQuery, "limit" | "cursor">,
): Promise<readonly (readonly string[])[]> {
  const { items } = await auditLog(ctx, { ...query, limit: limits.audit.csvRowsMax });
  return [
    ["at", "actor_type", "actor_id", "actor", "action", "subject", "before", "after", "request_id"],
    ...items.map((row) => [
      new Date(row.at).toISOString(),
      row.actorType,
      row.actorId,
      row.actorName,
      row.action,
      row.subject,
      row.before ?? "",
      row.after ?? "",
      row.requestId,
    ]),
  ];
}
