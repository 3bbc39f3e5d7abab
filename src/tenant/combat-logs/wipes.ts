import { type SQL, sql } from "drizzle-orm";
import {
  asNumber,
  asText,
  columnsOf,
  listOf,
  prepare,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { encounters } from "./schema.ts";

/** A death without the hits before it. */
interface DeathFact {
  readonly guid: string;
  readonly name: string;
  readonly atMs: number;
  /** The source and spell of the killing blow; null when the log has none. */
  readonly killedBy: { readonly sourceName: string; readonly spellName: string } | null;
}

/** The killing blow of the most players. */
interface WipeCause {
  readonly sourceName: string;
  readonly spellName: string;
  readonly deaths: number;
  /** The deaths among which it was counted. */
  readonly of: number;
}

/** Why a pull was lost, as far as its deaths say. */
export interface Loss {
  readonly firstDeaths: readonly DeathFact[];
  /** Null without a killing blow in the log, as when a raid resets a boss. */
  readonly cause: WipeCause | null;
  /** The time from the pull until half of the players were dead; null if they never were. */
  readonly collapseMs: number | null;
}

/** A lost pull. Times in Unix milliseconds. */
export interface Wipe extends Loss {
  readonly id: string;
  readonly name: string;
  readonly difficulty: number;
  readonly startAt: number;
  readonly durationMs: number;
  readonly bossPercent: number | null;
  readonly playerCount: number;
  readonly deathCount: number;
}

const FIRST_DEATHS = 3;

/**
 * Finds the first deaths and the killing blow of the most players until half of them were dead. Deaths
 * after that say little: the raid gives up.
 */
export function lossOf(
  deaths: readonly DeathFact[],
  pull: { readonly startAt: number; readonly playerCount: number },
): Loss {
  const sorted = deaths.toSorted((a, b) => a.atMs - b.atMs);
  const dead = new Set<string>();
  const last = sorted.find(({ guid }) => dead.add(guid).size * 2 >= pull.playerCount);
  const early = last === undefined ? sorted : sorted.filter(({ atMs }) => atMs <= last.atMs);
  const facts = ({ guid, name, atMs, killedBy }: DeathFact) => ({ guid, name, atMs, killedBy });
  return {
    firstDeaths: sorted.slice(0, FIRST_DEATHS).map(facts),
    cause: causeOf(early),
    collapseMs: last === undefined ? null : Math.max(0, last.atMs - pull.startAt),
  };
}

function causeOf(deaths: readonly DeathFact[]): WipeCause | null {
  const counts = new Map<string, { sourceName: string; spellName: string; deaths: number }>();
  for (const { killedBy } of deaths) {
    if (killedBy === null) continue;
    const { sourceName, spellName } = killedBy;
    const key = JSON.stringify([sourceName, spellName]);
    const known = counts.get(key) ?? { sourceName, spellName, deaths: 0 };
    known.deaths++;
    counts.set(key, known);
  }
  // Of two with as many deaths, the sort keeps the one that killed first.
  const [most] = [...counts.values()].toSorted((a, b) => b.deaths - a.deaths);
  return most === undefined ? null : { ...most, of: deaths.length };
}

const WIPE = {
  ...columnsOf(encounters, "id", "name", "difficulty", "startAt", "durationMs"),
  ...columnsOf(encounters, "bossPercent", "playerCount", "deathCount", "startByte"),
  // Without the hits before each death, which are most of the document.
  deaths: listOf(
    {
      guid: asText(sql`death.value->>'guid'`),
      name: asText(sql`death.value->>'name'`),
      atMs: asNumber(sql`death.value->>'atMs'`),
      sourceName: sql<string | null>`death.value->>'$.killedBy.sourceName'`,
      spellName: sql<string | null>`death.value->>'$.killedBy.spellName'`,
    },
    (row) => sql`(select json_group_array(${row})
      from json_each(${encounters.details}, '$.deaths') as death)`,
  ),
};
const LOST = sql`${encounters.kind} = 'encounter' and ${encounters.outcome} = 'wipe'`;

const wipesOfReport = prepare(
  ({ reportId, after, limit }: Values<{ reportId: string; after: number; limit: number }>) =>
    rowsOf(
      WIPE,
      (columns) => sql`select ${columns} from ${encounters}
        where ${encounters.reportId} = ${reportId} and ${encounters.startByte} > ${after} and ${LOST}
          and not exists (select 1 from ${encounters} as twin
            where twin.id = ${encounters.sameAs} and twin.report_id = ${reportId})
        order by ${encounters.startByte} limit ${limit}`,
    ),
);

interface OfBoss {
  readonly gameId: number;
  readonly difficulty: number;
  readonly beforeAt: number;
  readonly beforeId: string;
  readonly limit: number;
}

const wipesOfBoss = prepare(({ gameId, difficulty, beforeAt, beforeId, limit }: Values<OfBoss>) =>
  rowsOf(WIPE, (columns) => {
    const place: SQL = sql`(${encounters.startAt}, ${encounters.id}) < (${beforeAt}, ${beforeId})`;
    return sql`select ${columns} from ${encounters}
        where ${encounters.gameId} = ${gameId} and ${encounters.difficulty} = ${difficulty}
          and ${LOST} and ${encounters.sameAs} is null and ${place}
        order by ${encounters.startAt} desc, ${encounters.id} desc limit ${limit}`;
  }),
);

/** A page of the lost pulls of one log, in order. A pull that the log has twice is in it once. */
export async function wipesIn(
  ctx: GuildContext,
  reportId: string,
  cursor: string | undefined,
): Promise<Page<Wipe>> {
  allow(ctx, "logs.view");
  const [after] = cursor ? decodeCursor(cursor, 1) : [-1];
  const limit = limits.logs.wipesPageRows;
  const values = { reportId, after: Number(after), limit: limit + 1 };
  const rows = await wipesOfReport.all(ctx.db, values);
  return wipesOf(toPage(rows, limit, (last) => [last.startByte]));
}

/** A page of the lost pulls of one boss on one difficulty, newest first. */
export async function wipesAgainst(
  ctx: GuildContext,
  boss: { readonly gameId: number; readonly difficulty: number },
  cursor: string | undefined,
): Promise<Page<Wipe>> {
  allow(ctx, "progress.view");
  const [at, id] = cursor ? decodeCursor(cursor, 2) : [Number.MAX_SAFE_INTEGER, ""];
  const limit = limits.logs.wipesPageRows;
  const place = { beforeAt: Number(at), beforeId: String(id) };
  const rows = await wipesOfBoss.all(ctx.db, { ...boss, ...place, limit: limit + 1 });
  return wipesOf(toPage(rows, limit, (last) => [last.startAt, last.id]));
}

type WipeRow = ReturnType<typeof wipesOfReport.decode>[number];

function wipesOf(page: Page<WipeRow>): Page<Wipe> {
  return { ...page, items: page.items.map(wipeOf) };
}

function wipeOf({ deaths, startByte: _, ...pull }: WipeRow): Wipe {
  const facts = deaths.map(({ guid, name, atMs, sourceName, spellName }) => ({
    ...{ guid, name, atMs },
    killedBy: sourceName === null || spellName === null ? null : { sourceName, spellName },
  }));
  return { ...pull, ...lossOf(facts, pull) };
}
