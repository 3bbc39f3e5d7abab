import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  ne,
  not,
  notInArray,
  type SQL,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { TenantDatabase } from "../../database/client.ts";
import {
  asNumber,
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Forbidden } from "../../kernel/errors.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import type { LogFiles } from "../../services.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { encounters, keystones, logReports, movedFights } from "./schema.ts";
import { PARSER_VERSION } from "./store.ts";

/** One uploaded log. Times in Unix milliseconds. */
export interface Report extends Readonly<Omit<RowOf<typeof REPORT>, "unknownEvents">> {
  readonly unknownEvents: Readonly<Record<string, number>>;
}

/** The migration that made the table of moved fights. */
const MOVED_SINCE = 10;

const firsts = alias(encounters, "firsts");

/** How many pulls a report has. A pull that one log has twice counts once. */
function countPulls(condition?: SQL): SQL<number> {
  return asNumber(
    sql`(select count(*) from ${encounters} where ${and(
      eq(encounters.reportId, logReports.id),
      eq(encounters.kind, "encounter"),
      condition,
      sql`not exists (select 1 from ${encounters} as ${firsts}
      where ${firsts.id} = ${encounters.sameAs} and ${firsts.reportId} = ${logReports.id})`,
    )})`,
  );
}

const REPORT = {
  ...columnsOf(logReports, "id", "title", "fileName", "source", "state", "uploaderId"),
  ...columnsOf(logReports, "uploaderName", "timeZone", "year", "sizeBytes"),
  /** During an upload, the bytes received so far; afterwards all of them. */
  receivedBytes: asNumber(
    sql`case when ${logReports.state} = 'receiving' then 0 else ${logReports.sizeBytes} end`,
  ),
  ...columnsOf(logReports, "parsedBytes", "storedBytes", "duplicateOf", "error", "parserVersion"),
  ...columnsOf(logReports, "lines", "parsed", "unknown", "bad", "logVersion", "unknownEvents"),
  ...columnsOf(logReports, "startAt", "endAt", "createdAt", "updatedAt"),
  encounters: countPulls(),
  kills: countPulls(eq(encounters.outcome, "kill")),
};

const reportById = prepare(({ id }: Values<{ readonly id: string }>) =>
  build.select(REPORT).from(logReports).where(eq(logReports.id, id)),
);

/** The last row of the page before. Null for the first page. */
interface After {
  readonly at: string | number | null;
  readonly id: string | number | null;
  readonly limit: number;
}

const newestReports = prepare(({ at, id, limit }: Values<After>) =>
  build
    .select(REPORT)
    .from(logReports)
    .where(sql`(${at} is null or (${logReports.createdAt}, ${logReports.id}) < (${at}, ${id}))`)
    .orderBy(desc(logReports.createdAt), desc(logReports.id))
    .limit(limit),
);

const firstFights = prepare(
  ({ reportId, limit }: Values<{ readonly reportId: string; readonly limit: number }>) =>
    build
      .select(columnsOf(encounters, "id"))
      .from(encounters)
      .where(eq(encounters.reportId, reportId))
      .orderBy(asc(encounters.startByte))
      .limit(limit),
);

const usageOfLogs = prepare(() =>
  build
    .select({
      reports: count(),
      storedBytes: asNumber(sql`coalesce(sum(${logReports.storedBytes}), 0)`),
    })
    .from(logReports)
    .where(notInArray(logReports.state, ["canceled", "duplicate"])),
);

export async function readReport(ctx: GuildContext, id: string): Promise<Report | undefined> {
  const row = await reportById.first(ctx.db, { id });
  return row && toReport(ctx, row);
}

/** The guild's logs, newest first. */
export async function reports(
  ctx: GuildContext,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Report>> {
  allow(ctx, "logs.view");
  const [at, id] = query.cursor ? decodeCursor(query.cursor, 2) : [null, null];
  const rows = await newestReports.all(ctx.db, { at: at!, id: id!, limit: query.limit + 1 });
  const found = rows.map((row) => toReport(ctx, row));
  return toPage(found, query.limit, (last) => [last.createdAt, last.id]);
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
      existsIn(logReports, and(eq(logReports.id, report.id), ne(logReports.state, "parsing"))),
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
    const left = await firstFights.all(db, { reportId, limit: 2 * limits.logs.removedAtOnce });
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
    build.delete(encounters).where(eq(encounters.reportId, reportId)),
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
      existsIn(
        logReports,
        and(
          eq(logReports.id, report.id),
          gt(logReports.storedBytes, 0),
          inArray(logReports.state, ["ready", "failed"]),
        ),
      ),
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
    build
      .update(logReports)
      .set({ state: "waiting", sha256: null })
      .where(eq(logReports.id, report.id)),
    record(ctx, "log.reparse", report.id, { after: { parserVersion: PARSER_VERSION } }),
  ]);
  await deps.jobs.enqueue(ctx.guild.id, "logs.parse", report.id);
  deps.wakeJobs();
}

/** The number of the guild's logs, and their packed size on disk. */
export async function usage(ctx: GuildContext): Promise<{ reports: number; storedBytes: number }> {
  allow(ctx, "logs.view");
  return (await usageOfLogs.first(ctx.db))!;
}

/** The statements that remove a report. The caller checks the permission. */
export function removalOf(reportId: string): readonly Writable[] {
  return [
    ...lastFights(reportId),
    build.delete(keystones).where(eq(keystones.reportId, reportId)),
    build.delete(logReports).where(eq(logReports.id, reportId)),
  ];
}

/** The fights of a report, or only `ids`, as a list for SQL. */
function lostFights(reportId: string, ids?: readonly string[]): SQL {
  if (ids === undefined)
    return sql`(select ${encounters.id} from ${encounters} where ${encounters.reportId} = ${reportId})`;
  const list = ids.map((id) => sql`${id}`);
  return sql`(${sql.join(list, sql`, `)})`;
}

/**
 * Updates the fights that refer to a removed fight as their duplicate: the first of them that stays
 * replaces it.
 */
export function replaceTwins(lost: SQL): Writable {
  const successors = build
    .select({ lost: encounters.sameAs, successor: sql`min(${encounters.id})`.as("successor") })
    .from(encounters)
    .where(and(inArray(encounters.sameAs, lost), notInArray(encounters.id, lost)))
    .groupBy(encounters.sameAs)
    .as("successors");
  return build
    .update(encounters)
    .set({ sameAs: sql`nullif(${successors.successor}, ${encounters.id})` })
    .from(successors)
    .where(and(eq(encounters.sameAs, successors.lost), notInArray(encounters.id, lost)));
}

function toReport(ctx: GuildContext, row: RowOf<typeof REPORT>): Report {
  const report = { ...row, unknownEvents: row.unknownEvents ?? {} };
  if (ctx.actor.type !== "visitor") return report;
  // Names of accounts and of files on people's disks are for members.
  return { ...report, uploaderId: null, uploaderName: "", fileName: "" };
}

/**
 * Refuses to read a log again if fights of it are in another guild: they would be in both.
 *
 * @throws {Conflict} `logs/fights-moved`
 */
function refuseMoved(reportId: string): Guard {
  return guard(
    not(existsIn(movedFights, eq(movedFights.reportId, reportId))),
    () =>
      new Conflict(
        "logs/fights-moved",
        "Fights of this log were moved to another guild. Ask the operator to take the transfer back.",
      ),
  );
}
