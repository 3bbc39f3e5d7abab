import { and, count, desc, eq, isNull, type SQLWrapper, sql } from "drizzle-orm";
import {
  asColumn,
  asNumber,
  asText,
  columnsOf,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { type FightRow, fightRows } from "./queries.ts";
import { encounterPlayers, encounters } from "./schema.ts";

/** The guild's progress with one boss on one difficulty. Several logs of one pull count once. */
export type BossRow = Readonly<RowOf<typeof BOSS>>;

/** One player's figures in one kill. */
export type RecordRow = Readonly<RowOf<typeof RECORD>>;

const ofKill = (value: SQLWrapper) =>
  sql`min(case when ${encounters.outcome} = 'kill' then ${value} end)`;

const BOSS = {
  gameId: encounters.gameId,
  name: asText(sql`max(${encounters.name})`),
  difficulty: encounters.difficulty,
  pulls: count(),
  kills: asNumber(sql`sum(${encounters.outcome} = 'kill')`),
  /** The boss's lowest remaining health, 0 after a kill. */
  bestPercent: asColumn(
    encounters.bossPercent,
    sql`min(case when ${encounters.outcome} = 'kill' then 0 else ${encounters.bossPercent} end)`,
  ),
  fastestMs: asColumn(encounters.durationMs, ofKill(sql`nullif(${encounters.durationMs}, 0)`)),
  firstKillAt: asColumn(encounters.startAt, ofKill(encounters.startAt)),
  lastAt: asNumber(sql`max(${encounters.startAt})`),
};

const RECORD = {
  ...columnsOf(encounterPlayers, "guid", "name", "class", "spec"),
  encounterId: encounters.id,
  ...columnsOf(encounters, "startAt", "durationMs"),
  ...columnsOf(encounterPlayers, "damage", "healing"),
};

/** Pulls that count: bosses only, and one fight for each pull. */
const isPull = () => and(eq(encounters.kind, "encounter"), isNull(encounters.sameAs));

const pulledBosses = prepare(() =>
  build
    .select(BOSS)
    .from(encounters)
    .where(isPull())
    .groupBy(encounters.gameId, encounters.difficulty)
    .orderBy(desc(sql`max(${encounters.startAt})`)),
);

interface OfBoss {
  readonly gameId: number;
  readonly difficulty: number;
  readonly limit: number;
}

/** The last row of the page before. Null for the first page. */
interface AfterPull {
  readonly at: string | number | null;
  readonly id: string | number | null;
}

// The index begins with the boss, so its pulls are read in order without sorting.
const pullsOfBoss = prepare((value: Values<OfBoss & AfterPull>) =>
  fightRows()
    .where(
      and(
        eq(encounters.gameId, value.gameId),
        eq(encounters.difficulty, value.difficulty),
        isPull(),
        sql`(${value.at} is null
          or (${encounters.startAt}, ${encounters.id}) < (${value.at}, ${value.id}))`,
      ),
    )
    .orderBy(desc(encounters.startAt), desc(encounters.id))
    .limit(value.limit),
);

const recordsOfBoss = prepare(
  (value: Values<OfBoss & { readonly by: string; readonly kills: number }>) =>
    rowsOf(
      RECORD,
      (columns) => sql`select ${columns} from (
          select ${encounters.id}, ${encounters.startAt}, ${encounters.durationMs} from ${encounters}
          where ${encounters.gameId} = ${value.gameId} and ${encounters.difficulty} = ${value.difficulty}
            and ${isPull()} and ${encounters.outcome} = 'kill' and ${encounters.durationMs} > 0
          order by ${encounters.startAt} desc limit ${value.kills}) as ${encounters}
        join ${encounterPlayers} on ${encounterPlayers.encounterId} = ${encounters.id}
        order by case ${value.by} when 'healing' then ${encounterPlayers.healing}
          else ${encounterPlayers.damage} end * 1.0 / ${encounters.durationMs} desc
        limit ${value.limit}`,
    ),
);

/** Every boss that the guild has pulled, newest first. */
export async function bosses(ctx: GuildContext): Promise<readonly BossRow[]> {
  allow(ctx, "progress.view");
  return await pulledBosses.all(ctx.db);
}

/** All pulls of one boss on one difficulty, newest first. Only callers who may read logs get their titles. */
export async function pulls(
  ctx: GuildContext,
  query: {
    readonly gameId: number;
    readonly difficulty: number;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<FightRow>> {
  allow(ctx, "progress.view");
  const { gameId, difficulty, limit, cursor } = query;
  const [at, id] = cursor ? decodeCursor(cursor, 2) : [null, null];
  const page = { gameId, difficulty, at: at!, id: id!, limit: limit + 1 };
  const rows = await pullsOfBoss.all(ctx.db, page);
  const shown = may(ctx, "logs.view") ? rows : rows.map((row) => ({ ...row, reportTitle: "" }));
  return toPage(shown, limit, (last) => [last.startAt, last.id]);
}

/** The guild's best figures per second in its latest kills of this boss. */
export async function records(
  ctx: GuildContext,
  query: {
    readonly gameId: number;
    readonly difficulty: number;
    readonly by: "damage" | "healing";
    readonly limit: number;
  },
): Promise<readonly RecordRow[]> {
  allow(ctx, "progress.view");
  return await recordsOfBoss.all(ctx.db, { ...query, kills: limits.logs.recordKillsMax });
}
