import { and, between, eq, gt, lt, ne, or, type SQL, sql } from "drizzle-orm";
import type { TenantDatabase } from "../../database/client.ts";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertAll } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { newId } from "../../kernel/ids.ts";
import type { EncounterRow, FightRows, Written } from "./fight-rows.ts";
import type { LogSummary } from "./parser/types.ts";
import { encounterPlayers, encounters, keystones, logReports } from "./schema.ts";

/** Increased whenever the parser's figures change: older reports can then be parsed again. */
export const PARSER_VERSION = 5;

/** Two logs of one pull begin within this time: the loggers' clocks and latencies differ. */
export const SAME_PULL_MS = 10_000;

const fightAt = prepare(
  ({ reportId, startByte }: Values<{ readonly reportId: string; readonly startByte: number }>) =>
    build
      .select(columnsOf(encounters, "id"))
      .from(encounters)
      .where(and(eq(encounters.reportId, reportId), eq(encounters.startByte, startByte))),
);

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
  const known = await fightAt.first(db, { reportId, startByte: encounter.startByte });
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
    build
      .update(logReports)
      .set({
        parsedBytes: sql`max(${logReports.parsedBytes}, ${progress.parsedBytes})`,
        updatedAt: progress.nowMs,
      })
      .where(eq(logReports.id, reportId)),
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
    build
      .update(logReports)
      .set({ parsedBytes, updatedAt: nowMs })
      .where(eq(logReports.id, reportId)),
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
  const runs = log.keystones.map(({ startMs, endMs, ...run }, number) => ({
    ...{ reportId, number, startAt: startMs, endAt: endMs },
    ...run,
  }));
  await write(db, [
    isParsing(reportId),
    build.delete(keystones).where(eq(keystones.reportId, reportId)),
    ...(runs.length === 0 ? [] : [insertAll(keystones, runs)]),
    build
      .update(logReports)
      .set({
        ...{ state: "ready", sha256: facts.sha256, parserVersion: PARSER_VERSION, error: null },
        ...{ parsedBytes: log.bytes, storedBytes: facts.storedBytes, lines: log.lines },
        ...{ parsed: log.parsed, unknown: log.unknown, bad: log.bad, logVersion: log.logVersion },
        ...{ advanced: log.advanced, unknownEvents: log.unknownEvents },
        ...{ startAt: log.startMs, endAt: log.endMs, updatedAt: facts.nowMs },
      })
      .where(eq(logReports.id, reportId)),
  ]);
}

/** Stores the packed size of the log on disk, in bytes. */
export async function storeSize(
  db: TenantDatabase,
  reportId: string,
  storedBytes: number,
): Promise<void> {
  await write(db, [
    build.update(logReports).set({ storedBytes }).where(eq(logReports.id, reportId)),
  ]);
}

function isParsing(reportId: string): Guard {
  return guard(
    existsIn(logReports, and(eq(logReports.id, reportId), eq(logReports.state, "parsing"))),
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
 * The stored fight of the same pull, as an expression. Null if there is none. Several people may log one
 * pull, so other logs are searched. With `endAt`, the same log is searched too, because it may have the pull
 * twice. Different pulls of one log never overlap.
 */
export function twinOf(row: {
  readonly gameId: number;
  readonly difficulty: number;
  readonly reportId: string;
  readonly startAt: number;
  readonly endAt?: number;
}): SQL {
  const endAt = row.endAt ?? Number.MIN_SAFE_INTEGER;
  const { id, sameAs, startAt, reportId } = encounters;
  const overlaps = and(lt(startAt, endAt), gt(encounters.endAt, row.startAt));
  const isTwin = and(
    eq(encounters.gameId, row.gameId),
    eq(encounters.difficulty, row.difficulty),
    eq(encounters.kind, "encounter"),
    or(ne(reportId, row.reportId), overlaps),
    between(startAt, row.startAt - SAME_PULL_MS, row.startAt + SAME_PULL_MS),
  );
  return sql`(select coalesce(${sameAs}, ${id}) from ${encounters} where ${isTwin}
    order by abs(${startAt} - ${row.startAt}), ${id} limit 1)`;
}
