import type { Statement, TenantDatabase } from "../../database/client.ts";
import { write } from "../../database/write.ts";

/** What is needed to read a report's log. */
export interface ReportToParse {
  readonly timeZone: string;
  readonly year: number | null;
  readonly createdAt: number;
}

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
    {
      sql: `UPDATE log_reports SET state = 'parsing', parsed_bytes = 0, updated_at = ?
            WHERE id = ? AND state IN ('waiting', 'parsing')`,
      args: [nowMs, reportId],
    },
  ]);
  return await db.first<ReportToParse>(
    `SELECT time_zone AS timeZone, year, created_at AS createdAt FROM log_reports
     WHERE id = ? AND state = 'parsing'`,
    reportId,
  );
}

/** The report that already has the same bytes. */
export async function twinOf(
  db: TenantDatabase,
  reportId: string,
  sha256: string,
): Promise<string | undefined> {
  const twin = await db.first<{ id: string }>(
    "SELECT id FROM log_reports WHERE sha256 = ? AND id <> ? AND state = 'ready' LIMIT 1",
    sha256,
    reportId,
  );
  return twin?.id;
}

export function markDuplicate(
  reportId: string,
  twinId: string,
  sha256: string,
  nowMs: number,
): Statement {
  return {
    sql: `UPDATE log_reports SET state = 'duplicate', duplicate_of = ?, sha256 = ?, updated_at = ?
          WHERE id = ? AND state = 'parsing'`,
    args: [twinId, sha256, nowMs, reportId],
  };
}

/** Marks a report as unreadable. Fights that were already found stay. */
export async function failReport(
  db: TenantDatabase,
  reportId: string,
  code: string,
  nowMs: number,
): Promise<void> {
  await write(db, [
    {
      sql: `UPDATE log_reports SET state = 'failed', error = ?, updated_at = ?
            WHERE id = ? AND state = 'parsing'`,
      args: [code, nowMs, reportId],
    },
  ]);
}
