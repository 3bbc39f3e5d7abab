import { type SQL, sql } from "drizzle-orm";
import { asNumber, asText, prepare, rowsOf, type Values } from "../../database/query.ts";
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

/** Where to begin and which changes. Empty texts mean all actors and all actions. */
interface Asked {
  readonly at: number;
  readonly seq: number;
  readonly actor: string;
  readonly action: string;
  readonly since: number;
  readonly until: number;
  readonly rows: number;
}

const ROW = {
  log: sql<AuditRow["log"]>`log`,
  seq: asNumber(sql`seq`),
  at: asNumber(sql`at`),
  actorType: asText(sql`actorType`),
  actorId: asText(sql`actorId`),
  actorName: asText(sql`actorName`),
  action: asText(sql`action`),
  subject: asText(sql`subject`),
  subjectName: asText(sql`subjectName`),
  before: sql<string | null>`before`,
  after: sql<string | null>`after`,
  requestId: asText(sql`requestId`),
  address: asText(sql`address`),
  agent: asText(sql`agent`),
};

const filtered = (source: SQL, asked: Values<Asked>) =>
  rowsOf(
    ROW,
    (columns) => sql`select ${columns} from (${source}) where
      at <= ${asked.at} and (at < ${asked.at} or seq < ${asked.seq})
      and (${asked.actor} = '' or instr(lower(actorName), lower(${asked.actor})) > 0)
      and (${asked.action} = '' or instr(action, ${asked.action}) > 0)
      and at >= ${asked.since} and at < ${asked.until}
      order by at desc, seq desc limit ${asked.rows}`,
  );

const ofGuild = prepare((asked: Values<Asked>) =>
  filtered(
    sql`select 'guild' as log, seq, at, actor_type as actorType, actor_id as actorId,
      actor_name as actorName, action, subject, '' as subjectName, before, after,
      request_id as requestId, address, agent from audit_log`,
    asked,
  ),
);

const ofPlatform = prepare((asked: Values<Asked & { readonly guildId: string }>) =>
  filtered(
    sql`select 'platform' as log, a.seq, a.at, a.actor_type as actorType, a.actor_id as actorId,
      coalesce(u.name, k.name, iif(a.actor_type = 'operator', a.actor_id, '')) as actorName,
      a.action, a.subject, coalesce(s.name, '') as subjectName, a.before, a.after,
      '' as requestId, a.address, a.agent
    from audit_log a
    left join users u on a.actor_type = 'user' and u.id = a.actor_id
    left join api_keys k on a.actor_type = 'key' and k.id = a.actor_id
    left join users s on s.id = a.subject
    where a.guild_id = ${asked.guildId}`,
    asked,
  ),
);

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
    ofGuild.all(ctx.db, askedOf(query, "guild")),
    ofPlatform.all(platform.db, { ...askedOf(query, "platform"), guildId: ctx.guild.id }),
  ]);
  const rows = [...guildRows, ...platformRows].sort(newestFirst).slice(0, query.limit + 1);
  const maySeePlaces = may(ctx, "members.manage");
  return toPage(
    maySeePlaces ? rows : rows.map((row) => ({ ...row, address: "", agent: "" })),
    query.limit,
    (last) => [last.at, last.log, last.seq],
  );
}

function askedOf(query: AuditQuery, log: AuditRow["log"]): Asked {
  const { actor = "", action = "", since = 0, until = Number.MAX_SAFE_INTEGER } = query;
  return { ...startOf(query.cursor, log), actor, action, since, until, rows: query.limit + 1 };
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
