import type { Database } from "../../database/client.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { nextTurn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../../platform/store.ts";
import { allow, type GuildContext, may } from "../context.ts";

/** One recorded change. `before` and `after` are JSON texts. */
export interface AuditRow {
  /** The log that contains it: the guild's own, or the platform's, which records members and keys. */
  readonly log: "guild" | "platform";
  readonly seq: number;
  readonly at: number;
  readonly actorType: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly action: string;
  readonly subject: string;
  /** The account that the change concerns; empty when it concerns none. */
  readonly subjectName: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly requestId: string;
  /** IP address and program, for readers who manage members; otherwise empty. */
  readonly address: string;
  readonly agent: string;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Unix milliseconds, inclusive. */
  readonly since?: number | undefined;
  /** Unix milliseconds, exclusive. */
  readonly until?: number | undefined;
}

export type AuditQuery = AuditFilter & {
  readonly limit: number;
  readonly cursor?: string | undefined;
};

const FILTER = `
  at <= ?1 AND (at < ?1 OR seq < ?2) AND (?3 = '' OR instr(lower(actorName), lower(?3)) > 0)
  AND (?4 = '' OR instr(action, ?4) > 0) AND at >= ?5 AND at < ?6
  ORDER BY at DESC, seq DESC LIMIT ?7`;

const OF_GUILD = `
  SELECT 'guild' AS log, seq, at, actor_type AS actorType, actor_id AS actorId,
    actor_name AS actorName, action, subject, '' AS subjectName, before, after,
    request_id AS requestId, address, agent
  FROM audit_log WHERE ${FILTER}`;

const OF_PLATFORM = `
  SELECT * FROM (
    SELECT 'platform' AS log, a.seq, a.at, a.actor_type AS actorType, a.actor_id AS actorId,
      coalesce(u.name, k.name, iif(a.actor_type = 'operator', a.actor_id, '')) AS actorName,
      a.action, a.subject, coalesce(s.name, '') AS subjectName, a.before, a.after,
      '' AS requestId, a.address, a.agent
    FROM audit_log a
    LEFT JOIN users u ON a.actor_type = 'user' AND u.id = a.actor_id
    LEFT JOIN api_keys k ON a.actor_type = 'key' AND k.id = a.actor_id
    LEFT JOIN users s ON s.id = a.subject
    WHERE a.guild_id = ?8)
  WHERE ${FILTER}`;

// Among changes at the same time, the guild's own come first.
const LOGS = ["platform", "guild"] as const;

/** Changes of the guild and of its membership, newest first. */
export async function auditLog(
  ctx: GuildContext,
  platform: PlatformStore,
  query: AuditQuery,
): Promise<Page<AuditRow>> {
  allow(ctx, "audit.view");
  const [guildRows, platformRows] = await Promise.all([
    read(ctx.db, OF_GUILD, query, "guild"),
    read(platform.db, OF_PLATFORM, query, "platform", ctx.guild.id),
  ]);
  const rows = [...guildRows, ...platformRows].sort(newestFirst).slice(0, query.limit + 1);
  const maySeePlaces = may(ctx, "members.manage");
  return toPage(
    maySeePlaces ? rows : rows.map((row) => ({ ...row, address: "", agent: "" })),
    query.limit,
    (last) => [last.at, last.log, last.seq],
  );
}

function read(
  db: Database,
  sql: string,
  query: AuditQuery,
  log: AuditRow["log"],
  ...more: readonly string[]
): Promise<AuditRow[]> {
  const { at, seq } = startOf(query.cursor, log);
  const { actor = "", action = "", since = 0, until = Number.MAX_SAFE_INTEGER } = query;
  return db.all<AuditRow>(sql, at, seq, actor, action, since, until, query.limit + 1, ...more);
}

/** Where a log continues after the last shown row, which may be a row of the other log. */
function startOf(cursor: string | undefined, log: AuditRow["log"]): { at: number; seq: number } {
  const end = Number.MAX_SAFE_INTEGER;
  if (cursor === undefined) return { at: end, seq: end };
  const [at, lastLog, lastSeq] = decodeCursor(cursor, 3) as [number, AuditRow["log"], number];
  const order = LOGS.indexOf(log) - LOGS.indexOf(lastLog);
  return { at, seq: order === 0 ? lastSeq : order < 0 ? end : 0 };
}

function newestFirst(a: AuditRow, b: AuditRow): number {
  return b.at - a.at || LOGS.indexOf(b.log) - LOGS.indexOf(a.log) || b.seq - a.seq;
}

/** The newest rows for a file, at most `limits.audit.fileRowsMax`. Reads some hundred at a time. */
export async function auditFile(
  ctx: GuildContext,
  platform: PlatformStore,
  filter: AuditFilter,
): Promise<readonly AuditRow[]> {
  const { fileRowsMax, fileRowsAtOnce } = limits.audit;
  const rows: AuditRow[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(fileRowsAtOnce, fileRowsMax - rows.length);
    const page = await auditLog(ctx, platform, { ...filter, cursor, limit });
    rows.push(...page.items);
    cursor = page.next ?? undefined;
    await nextTurn();
  } while (cursor !== undefined && rows.length < fileRowsMax);
  return rows;
}

/** The rows as cells, one by one, after a header row. */
export function* auditCells(items: Iterable<AuditRow>): Generator<readonly string[]> {
  yield `at log seq actor_type actor_id actor action subject subject_name before after request_id
     address agent`.split(/\s+/);
  for (const row of items) {
    yield [
      new Date(row.at).toISOString(),
      row.log,
      String(row.seq),
      row.actorType,
      row.actorId,
      row.actorName,
      row.action,
      row.subject,
      row.subjectName,
      row.before ?? "",
      row.after ?? "",
      row.requestId,
      row.address,
      row.agent,
    ];
  }
}
