import { inArray, type SQL, sql } from "drizzle-orm";
import type { TenantDatabase } from "../../database/client.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Forbidden } from "../../kernel/errors.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import type { LogFiles } from "../../services.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { encounters, type ReportState } from "./schema.ts";
import { PARSER_VERSION } from "./store.ts";

/** One uploaded log. Times in Unix milliseconds. */
export interface Report {
  readonly id: string;
  readonly title: string;
  readonly fileName: string;
  readonly source: "upload" | "live" | "import";
  readonly state: ReportState;
  readonly uploaderId: string | null;
  readonly uploaderName: string;
  readonly timeZone: string;
  readonly year: number | null;
  readonly sizeBytes: number;
  /** During an upload, the bytes received so far; afterwards all of them. */
  readonly receivedBytes: number;
  /** The bytes of the unpacked log that were read so far. */
  readonly parsedBytes: number;
  readonly storedBytes: number;
  readonly duplicateOf: string | null;
  readonly error: string | null;
  readonly parserVersion: number | null;
  readonly lines: number | null;
  readonly parsed: number | null;
  readonly unknown: number | null;
  readonly bad: number | null;
  readonly logVersion: number | null;
  readonly unknownEvents: Readonly<Record<string, number>>;
  readonly startAt: number | null;
  readonly endAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly encounters: number;
  readonly kills: number;
}

/** The migration that made the table of moved fights. */
const MOVED_SINCE = 10;

interface ReportRow extends Omit<Report, "unknownEvents"> {
  readonly unknownEvents: string | null;
}

// A pull that one log has twice counts once.
const COLUMNS = `
  r.id, r.title, r.file_name AS fileName, r.source, r.state, r.uploader_id AS uploaderId,
  r.uploader_name AS uploaderName, r.time_zone AS timeZone, r.year, r.size_bytes AS sizeBytes,
  CASE WHEN r.state = 'receiving' THEN 0 ELSE r.size_bytes END AS receivedBytes,
  r.parsed_bytes AS parsedBytes, r.stored_bytes AS storedBytes, r.duplicate_of AS duplicateOf,
  r.error, r.parser_version AS parserVersion, r.lines, r.parsed, r.unknown, r.bad,
  r.log_version AS logVersion, r.unknown_events AS unknownEvents, r.start_at AS startAt,
  r.end_at AS endAt, r.created_at AS createdAt, r.updated_at AS updatedAt,
  (SELECT count(*) FROM encounters e WHERE e.report_id = r.id AND e.kind = 'encounter'
    AND NOT EXISTS (SELECT 1 FROM encounters o WHERE o.id = e.same_as AND o.report_id = r.id))
    AS encounters,
  (SELECT count(*) FROM encounters e WHERE e.report_id = r.id AND e.kind = 'encounter'
    AND e.outcome = 'kill'
    AND NOT EXISTS (SELECT 1 FROM encounters o WHERE o.id = e.same_as AND o.report_id = r.id)) AS kills`;
const ONE = `SELECT ${COLUMNS} FROM log_reports r WHERE r.id = ?`;
const NEWEST = `SELECT ${COLUMNS} FROM log_reports r
  WHERE (?1 IS NULL OR (r.created_at, r.id) < (?1, ?2)) ORDER BY r.created_at DESC, r.id DESC LIMIT ?3`;

export async function readReport(ctx: GuildContext, id: string): Promise<Report | undefined> {
  const row = await ctx.db.first<ReportRow>(ONE, id);
  return row && toReport(row);
}

/** The guild's logs, newest first. */
export async function reports(
  ctx: GuildContext,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Report>> {
  allow(ctx, "logs.view");
  const [at, id] = (query.cursor ? decodeCursor(query.cursor, 2) : [null, null]) as [
    number | null,
    string | null,
  ];
  const rows = await ctx.db.all<ReportRow>(NEWEST, at, id, query.limit + 1);
  return toPage(rows.map(toReport), query.limit, (last) => [last.createdAt, last.id]);
}

/** Whether the caller may delete this report: officers any, other members their own that failed. */
export function mayRemove(ctx: GuildContext, { state, uploaderId }: Report): boolean {
  if (may(ctx, "logs.manage")) return true;
  const isMine = uploaderId !== null && uploaderId === describe(ctx.actor).id;
  return may(ctx, "logs.upload") && isMine && state === "failed";
}

/**
 * Removes a report and everything derived from it. Fights that were duplicates of its fights count again.
 *
 * @throws {Forbidden} `logs/not-yours`
 *
 * @throws {Conflict} `logs/still-parsing`
 */
export async function removeReport(
  ctx: GuildContext,
  files: LogFiles | undefined,
  report: Report,
): Promise<void> {
  allow(ctx, "logs.upload");
  if (!mayRemove(ctx, report)) {
    throw new Forbidden(
      "logs/not-yours",
      "Only officers can delete this report. You can delete your own uploads that failed.",
    );
  }
  const guards = [
    guard(
      sql`exists (select 1 from log_reports where id = ${report.id} and state <> 'parsing')`,
      () => new Conflict("logs/still-parsing", "This log is being parsed. Cancel that first."),
    ),
  ];
  await write(ctx.db, guards);
  await removeFights(ctx.db, report.id);
  await write(ctx.db, [
    ...guards,
    ...removalOf(report.id),
    record(ctx, "log.delete", report.id, { before: { title: report.title } }),
  ]);
  await files?.remove(ctx.guild.databaseName, report.id);
}

/**
 * Removes all but the last few fights of a report, a few in each write: thousands of fights in one write
 * would delay other writers. The caller's own write removes the rest. After a crash, deleting the report
 * again or its expiry removes what is left.
 */
export async function removeFights(db: TenantDatabase, reportId: string): Promise<void> {
  const turn = new Turn();
  for (;;) {
    const left = await db.all<{ id: string }>(
      "SELECT id FROM encounters WHERE report_id = ? ORDER BY start_byte LIMIT ?",
      reportId,
      2 * limits.logs.removedAtOnce,
    );
    if (left.length <= limits.logs.removedAtOnce) return;
    const ids = left.slice(0, limits.logs.removedAtOnce).map(({ id }) => id);
    await write(db, [
      replaceTwins(lostFights(reportId, ids)),
      db.orm.delete(encounters).where(inArray(encounters.id, ids)),
    ]);
    await turn.pause();
  }
}

/** Removes the fights that `removeFights` left. */
export async function removeLastFights(db: TenantDatabase, reportId: string): Promise<void> {
  await write(db, lastFights(reportId));
}

/** The statements that remove the fights that `removeFights` left. */
function lastFights(reportId: string): readonly Writable[] {
  return [
    replaceTwins(lostFights(reportId)),
    { sql: "DELETE FROM encounters WHERE report_id = ?", args: [reportId] },
  ];
}

/** Reads a stored log again with the current parser. */
export async function reparse(
  ctx: GuildContext,
  deps: { readonly jobs: Jobs; readonly wakeJobs: () => void },
  report: Report,
): Promise<void> {
  allow(ctx, "logs.manage");
  const guards = [
    guard(
      sql`exists (select 1 from log_reports where id = ${report.id} and stored_bytes > 0
        and state in ('ready', 'failed'))`,
      () =>
        new Conflict(
          "logs/not-stored",
          "The log file is no longer stored, so it cannot be parsed again.",
        ),
    ),
    // A guild that waits for its migration has never moved a fight.
    ...(ctx.guild.schemaVersion > MOVED_SINCE ? [refuseMoved(report.id)] : []),
  ];
  await write(ctx.db, guards);
  await removeFights(ctx.db, report.id);
  await write(ctx.db, [
    ...guards,
    ...lastFights(report.id),
    {
      sql: "UPDATE log_reports SET state = 'waiting', sha256 = NULL WHERE id = ?",
      args: [report.id],
    },
    record(ctx, "log.reparse", report.id, { after: { parserVersion: PARSER_VERSION } }),
  ]);
  await deps.jobs.enqueue(ctx.guild.id, "logs.parse", report.id);
  deps.wakeJobs();
}

/** The number of the guild's logs, and their packed size on disk. */
export async function usage(ctx: GuildContext): Promise<{ reports: number; storedBytes: number }> {
  allow(ctx, "logs.view");
  return (await ctx.db.first<{ reports: number; storedBytes: number }>(
    `SELECT count(*) AS reports, coalesce(sum(stored_bytes), 0) AS storedBytes FROM log_reports
     WHERE state NOT IN ('canceled', 'duplicate')`,
  ))!;
}

/** The statements that remove a report. The caller checks the permission. */
export function removalOf(reportId: string) {
  return [
    ...lastFights(reportId),
    { sql: "DELETE FROM keystones WHERE report_id = ?", args: [reportId] },
    { sql: "DELETE FROM log_reports WHERE id = ?", args: [reportId] },
  ];
}

/** The fights of a report, or only `ids`, as a list for SQL. */
function lostFights(reportId: string, ids?: readonly string[]): SQL {
  if (ids === undefined) return sql`(select id from encounters where report_id = ${reportId})`;
  const list = ids.map((id) => sql`${id}`);
  return sql`(${sql.join(list, sql`, `)})`;
}

/**
 * Updates the fights that refer to a removed fight as their duplicate: the first of them that stays
 * replaces it.
 */
export function replaceTwins(lost: SQL): SQL {
  return sql`update encounters set same_as = nullif(successors.id, encounters.id)
    from (select same_as as lost, min(id) as id from encounters
      where same_as in ${lost} and id not in ${lost} group by same_as) as successors
    where encounters.same_as = successors.lost and encounters.id not in ${lost}`;
}

function toReport(row: ReportRow): Report {
  return { ...row, unknownEvents: row.unknownEvents ? JSON.parse(row.unknownEvents) : {} };
}

/**
 * Refuses to read a log again if fights of it are in another guild: they would be in both.
 *
 * @throws {Conflict} `logs/fights-moved`
 */
function refuseMoved(reportId: string): Guard {
  return guard(
    sql`not exists (select 1 from moved_fights where report_id = ${reportId})`,
    () =>
      new Conflict(
        "logs/fights-moved",
        "Fights of this log were moved to another guild. Ask the operator to take the transfer back.",
      ),
  );
}
