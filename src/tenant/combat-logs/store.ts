import { eq, type SQL, sql } from "drizzle-orm";
import type { TenantDatabase } from "../../database/client.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { newId } from "../../kernel/ids.ts";
import type { EncounterRow, FightRows, Written } from "./fight-rows.ts";
import type { LogSummary } from "./parser/types.ts";
import { encounterPlayers, encounters } from "./schema.ts";

/** Increased whenever the parser's figures change: older reports can then be parsed again. */
export const PARSER_VERSION = 5;

/** Two logs of one pull begin within this time: the loggers' clocks and latencies differ. */
export const SAME_PULL_MS = 10_000;

/** The report is not being parsed any more, for example because it was canceled. It takes no more fights. */
export class NotParsing extends Error {}

/**
 * Stores one fight with everything that belongs to it, or nothing. Storing the same fight again changes
 * nothing, unless it is a correction.
 *
 * @throws {NotParsing} when the report was canceled or deleted during the parse.
 */
export async function storeFight(
  db: TenantDatabase,
  reportId: string,
  { encounter, players, isCorrection }: FightRows,
  progress: { readonly parsedBytes: number; readonly nowMs: number },
): Promise<void> {
  const known = await db.first<{ id: string }>(
    "SELECT id FROM encounters WHERE report_id = ? AND start_byte = ?",
    reportId,
    encounter.startByte,
  );
  const id = known?.id ?? newId<string>();
  // One statement per player with a constant text: one list for all players would be read once per player.
  const playerRows = () =>
    players.map(({ details, ...row }) =>
      db.orm.insert(encounterPlayers).values({ ...row, encounterId: id, details: sql`${details}` }),
    );
  const added = () => [encounterRow(db, { ...encounter, id, reportId }), ...playerRows()];
  const corrected = () => [correctionOf(db, id, encounter), playersGone(db, id), ...playerRows()];
  const changes = known === undefined ? added() : isCorrection ? corrected() : [];
  await write(db, [
    isParsing(reportId),
    ...changes,
    {
      sql: `UPDATE log_reports SET parsed_bytes = max(parsed_bytes, ?), updated_at = ? WHERE id = ?`,
      args: [progress.parsedBytes, progress.nowMs, reportId],
    },
  ]);
}

/** Only the figures change. The fight keeps its id and its twin. */
function correctionOf(
  db: TenantDatabase,
  id: string,
  { details, unattributedDamage, playerCount }: FightRows["encounter"],
): Writable {
  return db.orm
    .update(encounters)
    .set({ unattributedDamage, playerCount, details: sql`${details}` })
    .where(eq(encounters.id, id));
}

function playersGone(db: TenantDatabase, id: string): Writable {
  return db.orm.delete(encounterPlayers).where(eq(encounterPlayers.encounterId, id));
}

/** @throws {NotParsing} */
export async function storeProgress(
  db: TenantDatabase,
  reportId: string,
  parsedBytes: number,
  nowMs: number,
): Promise<void> {
  await write(db, [
    isParsing(reportId),
    {
      sql: "UPDATE log_reports SET parsed_bytes = ?, updated_at = ? WHERE id = ?",
      args: [parsedBytes, nowMs, reportId],
    },
  ]);
}

/**
 * Ends a report with the facts about the whole log and its keystones.
 *
 * @throws {NotParsing}
 */
export async function storeSummary(
  db: TenantDatabase,
  reportId: string,
  log: LogSummary,
  facts: { readonly sha256: string | null; readonly storedBytes: number; readonly nowMs: number },
): Promise<void> {
  const keystones = log.keystones.map((one, number) => ({ ...one, number }));
  await write(db, [
    isParsing(reportId),
    { sql: "DELETE FROM keystones WHERE report_id = ?", args: [reportId] },
    {
      sql: `INSERT INTO keystones (report_id, number, name, map_id, level, affixes, start_at, end_at,
              success, game_ms)
            SELECT ?1, value->>'number', value->>'name', value->>'mapId', value->>'level',
              value->'affixes', value->>'startMs', value->>'endMs', value->>'success',
              value->>'gameMs' FROM json_each(?2)`,
      args: [reportId, JSON.stringify(keystones)],
    },
    {
      sql: `UPDATE log_reports SET state = 'ready', sha256 = ?, parser_version = ?, parsed_bytes = ?,
              stored_bytes = ?, lines = ?, parsed = ?, unknown = ?, bad = ?, log_version = ?,
              advanced = ?, unknown_events = ?, start_at = ?, end_at = ?, updated_at = ?, error = NULL
            WHERE id = ?`,
      args: [
        facts.sha256,
        PARSER_VERSION,
        log.bytes,
        facts.storedBytes,
        log.lines,
        log.parsed,
        log.unknown,
        log.bad,
        log.logVersion,
        log.advanced,
        JSON.stringify(log.unknownEvents),
        log.startMs,
        log.endMs,
        facts.nowMs,
        reportId,
      ],
    },
  ]);
}

/** Stores the packed size of the log on disk, in bytes. */
export async function storeSize(
  db: TenantDatabase,
  reportId: string,
  storedBytes: number,
): Promise<void> {
  await write(db, [
    { sql: "UPDATE log_reports SET stored_bytes = ? WHERE id = ?", args: [storedBytes, reportId] },
  ]);
}

function isParsing(reportId: string): Guard {
  return guard(
    sql`exists (select 1 from log_reports where id = ${reportId} and state = 'parsing')`,
    () => new NotParsing("The report is no longer being parsed."),
  );
}

function encounterRow(
  db: TenantDatabase,
  { details, ...row }: Written<Omit<EncounterRow, "sameAs">>,
): Writable {
  // Only encounters can match between logs, because trash has no common name.
  const twin = row.kind === "encounter" ? twinOf(row) : null;
  return db.orm.insert(encounters).values({ ...row, sameAs: twin, details: sql`${details}` });
}

/**
 * The fight with the same pull, if the guild has one: in another log, or, with `endAt`, in this one, when
 * several loggers wrote it or it is in it twice. Two pulls of one log never overlap.
 */
export function twinOf(row: {
  readonly gameId: number;
  readonly difficulty: number;
  readonly reportId: string;
  readonly startAt: number;
  readonly endAt?: number;
}): SQL {
  const endAt = row.endAt ?? Number.MIN_SAFE_INTEGER;
  return sql`(select coalesce(same_as, id) from encounters where game_id = ${row.gameId}
    and difficulty = ${row.difficulty} and kind = 'encounter'
    and (report_id <> ${row.reportId} or (start_at < ${endAt} and end_at > ${row.startAt}))
    and start_at between ${row.startAt - SAME_PULL_MS} and ${row.startAt + SAME_PULL_MS}
    order by abs(start_at - ${row.startAt}), id limit 1)`;
}
