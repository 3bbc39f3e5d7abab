import { and, eq, inArray, ne } from "drizzle-orm";
import type { TenantDatabase } from "../../database/client.ts";
import { columnsOf, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Writable, write } from "../../database/write.ts";
import { logReports } from "./schema.ts";

/** What is needed to read a report's log. */
export type ReportToParse = Readonly<RowOf<typeof TO_PARSE>>;

const TO_PARSE = columnsOf(logReports, "timeZone", "year", "createdAt");

const parsingReport = prepare(({ id }: Values<{ readonly id: string }>) =>
  build
    .select(TO_PARSE)
    .from(logReports)
    .where(and(eq(logReports.id, id), eq(logReports.state, "parsing"))),
);

const readyWithHash = prepare(
  ({ id, sha256 }: Values<{ readonly id: string; readonly sha256: string }>) =>
    build
      .select(columnsOf(logReports, "id"))
      .from(logReports)
      .where(
        and(eq(logReports.sha256, sha256), ne(logReports.id, id), eq(logReports.state, "ready")),
      )
      .limit(1),
);

/** The report, if it is being parsed. */
const isParsing = (reportId: string) =>
  and(eq(logReports.id, reportId), eq(logReports.state, "parsing"));

/**
 * Moves a report to `parsing`, even after an interrupted parse: existing fights are found again and kept.
 * Returns undefined for a report that must not be read.
 */
export async function beginParsing(
  db: TenantDatabase,
  reportId: string,
  nowMs: number,
): Promise<ReportToParse | undefined> {
  await write(db, [
    build
      .update(logReports)
      .set({ state: "parsing", parsedBytes: 0, updatedAt: nowMs })
      .where(and(eq(logReports.id, reportId), inArray(logReports.state, ["waiting", "parsing"]))),
  ]);
  return await parsingReport.first(db, { id: reportId });
}

/** The report that already has the same bytes. */
export async function twinOf(
  db: TenantDatabase,
  reportId: string,
  sha256: string,
): Promise<string | undefined> {
  return (await readyWithHash.first(db, { id: reportId, sha256 }))?.id;
}

export function markDuplicate(
  reportId: string,
  twinId: string,
  sha256: string,
  nowMs: number,
): Writable {
  return build
    .update(logReports)
    .set({ state: "duplicate", duplicateOf: twinId, sha256, updatedAt: nowMs })
    .where(isParsing(reportId));
}

/** Marks a report as unreadable. Fights that were already found stay. */
export async function failReport(
  db: TenantDatabase,
  reportId: string,
  code: string,
  nowMs: number,
): Promise<void> {
  await write(db, [
    build
      .update(logReports)
      .set({ state: "failed", error: code, updatedAt: nowMs })
      .where(isParsing(reportId)),
  ]);
}
