import { type SQL, sql } from "drizzle-orm";
import type { Statement, TenantDatabase } from "../../database/client.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { newId } from "../../kernel/ids.ts";
import type { Fight, LogSummary, PlayerFigures } from "./parser/types.ts";

/** Raised whenever the parser gives other figures: what was stored before can be read again. */
export const PARSER_VERSION = 1;

/** Two logs of one pull begin within this: the loggers' clocks differ, and so do their ping times. */
const SAME_PULL_MS = 10_000;

/** The row is still being parsed, by whoever holds its job. A canceled report takes no more fights. */
export class NotParsing extends Error {}

/**
 * Stores one fight with all that belongs to it, or nothing. The same fight again changes nothing.
 * @throws {NotParsing} when the report was canceled or deleted meanwhile.
 */
export async function storeFight(
  db: TenantDatabase,
  reportId: string,
  fight: Fight,
  progress: { readonly parsedBytes: number; readonly nowMs: number },
): Promise<void> {
  const id = newId<string>();
  const isThere = await db.first(
    "SELECT 1 FROM encounters WHERE report_id = ? AND start_byte = ?",
    reportId,
    fight.startByte,
  );
  await write(db, [
    isParsing(reportId),
    ...(isThere ? [] : [encounterRow(id, reportId, fight), playerRows(id, fight.players)]),
    {
      sql: `UPDATE log_reports SET parsed_bytes = max(parsed_bytes, ?), updated_at = ? WHERE id = ?`,
      args: [progress.parsedBytes, progress.nowMs, reportId],
    },
  ]);
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

/** Ends a report: what the whole log says of itself, and its keystones. @throws {NotParsing} */
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

/** How many bytes the log takes on disk, once it is packed. */
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

function encounterRow(id: string, reportId: string, fight: Fight): Writable {
  const gameId = fight.id ?? 0;
  const difficulty = fight.difficulty ?? 0;
  const details = JSON.stringify({ deaths: fight.deaths, enemies: fight.enemies });
  // Trash has no name that two logs would agree on, so only encounters can be the same.
  const twin: SQL =
    fight.kind === "encounter"
      ? sql`(select coalesce(same_as, id) from encounters where game_id = ${gameId}
          and difficulty = ${difficulty} and kind = 'encounter' and report_id <> ${reportId}
          and start_at between ${fight.startMs - SAME_PULL_MS} and ${fight.startMs + SAME_PULL_MS}
          order by abs(start_at - ${fight.startMs}), id limit 1)`
      : sql`null`;
  return sql`insert into encounters (id, report_id, kind, game_id, name, difficulty, size, start_at,
      end_at, duration_ms, game_ms, outcome, boss_percent, unattributed_damage, death_count,
      player_count, keystone, start_byte, end_byte, same_as, details)
    values (${id}, ${reportId}, ${fight.kind}, ${gameId}, ${fight.name}, ${difficulty},
      ${fight.size}, ${fight.startMs}, ${fight.endMs}, ${fight.durationMs}, ${fight.gameMs},
      ${fight.outcome}, ${fight.bossPercent}, ${fight.unattributedDamage}, ${fight.deaths.length},
      ${fight.players.length}, ${fight.keystone}, ${fight.startByte}, ${fight.endByte}, ${twin},
      ${details})`;
}

// The documents stand in a list of their own: each `->>` reads the whole object it is asked of again.
const PLAYERS = `
  INSERT INTO encounter_players (encounter_id, guid, name, class, spec, item_level, damage,
    damage_own, damage_pets, overkill, absorbed_by_target, friendly_fire, support_damage, healing,
    overhealing, absorbs_granted, damage_taken, deaths, active_ms, casts, interrupts, dispels,
    details)
  SELECT ?1, p.value->>'guid', p.value->>'name', p.value->>'class', p.value->>'spec',
    p.value->>'itemLevel', p.value->>'damage', p.value->>'damageOwn', p.value->>'damagePets',
    p.value->>'overkill', p.value->>'absorbedByTarget', p.value->>'friendlyFire',
    p.value->>'supportDamage', p.value->>'healing', p.value->>'overhealing',
    p.value->>'absorbsGranted', p.value->>'damageTaken', p.value->>'deaths', p.value->>'activeMs',
    p.value->>'casts', p.value->>'interrupts', p.value->>'dispels', d.value
  FROM json_each(?2) p JOIN json_each(?3) d ON d.key = p.key`;

/** All players in one statement: a raid is forty rows, and each would be a trip of its own. */
function playerRows(encounterId: string, players: readonly PlayerFigures[]): Statement {
  const rows: unknown[] = [];
  const details: string[] = [];
  for (const player of players) {
    const { spells, targets, takenFrom, damageBySecond, healingBySecond, takenBySecond, ...row } =
      player;
    rows.push(row);
    const document = { spells, targets, takenFrom, damageBySecond, healingBySecond, takenBySecond };
    details.push(JSON.stringify(document));
  }
  return { sql: PLAYERS, args: [encounterId, JSON.stringify(rows), JSON.stringify(details)] };
}
