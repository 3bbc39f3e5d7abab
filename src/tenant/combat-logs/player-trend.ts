import { sql } from "drizzle-orm";
import { columnsOf, prepare, type RowOf, rowsOf, type Values } from "../../database/query.ts";
import { isoWeek, localDateOf, type Span, weekOf } from "../../kernel/calendar.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { type KillFigures, killsLike, standingOf } from "./comparison.ts";
import { perSecond } from "./per-second.ts";
import { encounterPlayers, encounters } from "./schema.ts";

/** A player's figures in the boss pulls of one week. */
export interface TrendWeek {
  /** The ISO 8601 week by the guild's clock: `2026-W03`. */
  readonly week: string;
  /** Its first instant, in Unix milliseconds. */
  readonly startsAt: number;
  readonly pulls: number;
  readonly kills: number;
  /** The length of all pulls together. */
  readonly durationMs: number;
  readonly damagePerSecond: number;
  readonly healingPerSecond: number;
  readonly deaths: number;
  /** The kills that `percentiles` is the mean of. */
  readonly comparedKills: number;
  /** Null without a kill that can be compared. */
  readonly percentiles: { readonly damage: number; readonly healing: number } | null;
}

/** A player as in their latest fight, and their weeks, the latest first. */
export interface PlayerTrend extends Page<TrendWeek> {
  readonly player: RowOf<typeof PLAYER>;
}

interface Week {
  readonly span: Span;
  readonly pulls: Pull[];
}

type Pull = RowOf<typeof PULL>;

const PLAYER = columnsOf(encounterPlayers, "guid", "name", "class", "spec");

const PULL = {
  ...columnsOf(encounters, "gameId", "difficulty", "startAt", "durationMs", "outcome"),
  ...columnsOf(encounterPlayers, "class", "spec", "damage", "healing", "deaths"),
};

const MONDAY = { weekday: 1, hour: 0 };

const latestOfPlayer = prepare(({ guid }: Values<{ guid: string }>) =>
  rowsOf(
    PLAYER,
    (columns) => sql`select ${columns} from ${encounterPlayers}
      join ${encounters} on ${encounters.id} = ${encounterPlayers.encounterId}
      where ${encounterPlayers.guid} = ${guid}
      order by ${encounters.startAt} desc, ${encounters.id} limit 1`,
  ),
);

const pullsOfPlayer = prepare(
  ({ guid, before, limit }: Values<{ guid: string; before: number; limit: number }>) =>
    rowsOf(
      PULL,
      (columns) => sql`select ${columns} from ${encounterPlayers}
        join ${encounters} on ${encounters.id} = ${encounterPlayers.encounterId}
        where ${encounterPlayers.guid} = ${guid} and ${encounters.startAt} < ${before}
          and ${encounters.kind} = 'encounter' and ${encounters.sameAs} is null
          and ${encounters.durationMs} > 0
        order by ${encounters.startAt} desc, ${encounters.id} limit ${limit}`,
    ),
);

/**
 * A player's boss pulls by week. Pulls of unknown length are left out. A kill is compared with the guild's
 * latest kills of the same boss with the same spec.
 *
 * @throws {NotFound} `logs/player-not-found`
 */
export async function trendOf(
  ctx: GuildContext,
  guid: string,
  cursor: string | undefined,
): Promise<PlayerTrend> {
  allow(ctx, "logs.view");
  const player = await latestOfPlayer.first(ctx.db, { guid });
  if (player === undefined) {
    throw new NotFound("logs/player-not-found", "This player does not appear in the logs.");
  }
  const [at] = cursor ? decodeCursor(cursor, 1) : [Number.MAX_SAFE_INTEGER];
  const before = typeof at === "number" ? at : 0;
  const limit = limits.logs.trendPullsMax + 1;
  const pulls = await pullsOfPlayer.all(ctx.db, { guid, before, limit });
  const { items, ...rest } = pageOfWeeks(weeksOf(pulls, ctx.guild.timeZone), pulls.length);
  return { player, ...rest, items: await figuresOf(ctx, items) };
}

/** Pulls, the latest first, by the weeks of a clock. */
function weeksOf(pulls: readonly Pull[], timeZone: string): readonly Week[] {
  const weeks: Week[] = [];
  for (const pull of pulls) {
    const last = weeks.at(-1);
    if (last !== undefined && pull.startAt >= last.span.from) last.pulls.push(pull);
    else weeks.push({ span: weekOf(pull.startAt, MONDAY, timeZone), pulls: [pull] });
  }
  return weeks;
}

/** The weeks of one page. If more pulls exist than were read, the last week is left to the next page. */
function pageOfWeeks(weeks: readonly Week[], pullsRead: number): Page<Week> {
  const isCut = pullsRead > limits.logs.trendPullsMax && weeks.length > 1;
  const whole = isCut ? weeks.length - 1 : weeks.length;
  const limit = Math.min(whole, limits.logs.trendPageWeeks);
  return toPage(weeks, limit, ({ span }) => [span.from]);
}

async function figuresOf(ctx: GuildContext, weeks: readonly Week[]): Promise<readonly TrendWeek[]> {
  const groups = new Map<string, readonly KillFigures[]>();
  const turn = new Turn();
  const figures: TrendWeek[] = [];
  for (const { span, pulls } of weeks) {
    const standings: { damage: number; healing: number }[] = [];
    for (const pull of pulls) {
      const kills = await killsFor(ctx, groups, pull);
      if (kills.length > 0) standings.push(percentilesOf(pull, kills));
      await turn.pause();
    }
    figures.push({
      week: isoWeek(localDateOf(span.from, ctx.guild.timeZone)),
      startsAt: span.from,
      ...sumsOf(pulls),
      comparedKills: standings.length,
      percentiles:
        standings.length === 0
          ? null
          : { damage: meanOf(standings, "damage"), healing: meanOf(standings, "healing") },
    });
  }
  return figures;
}

function sumsOf(pulls: readonly Pull[]) {
  const sum = (of: "durationMs" | "damage" | "healing" | "deaths") =>
    pulls.reduce((all, pull) => all + pull[of], 0);
  const durationMs = sum("durationMs");
  return {
    pulls: pulls.length,
    kills: pulls.filter(({ outcome }) => outcome === "kill").length,
    durationMs,
    damagePerSecond: Math.round(perSecond(sum("damage"), durationMs)),
    healingPerSecond: Math.round(perSecond(sum("healing"), durationMs)),
    deaths: sum("deaths"),
  };
}

/** The guild's kills to compare a pull with. None for a wipe, without a spec, and beyond the limit. */
async function killsFor(
  ctx: GuildContext,
  groups: Map<string, readonly KillFigures[]>,
  { gameId, difficulty, outcome, class: className, spec }: Pull,
): Promise<readonly KillFigures[]> {
  if (outcome !== "kill" || className === null || spec === null) return [];
  const key = JSON.stringify([gameId, difficulty, className, spec]);
  const known = groups.get(key);
  if (known !== undefined) return known;
  if (groups.size >= limits.logs.trendGroupsMax) return [];
  const kills = await killsLike(ctx, { gameId, difficulty, className, spec });
  groups.set(key, kills);
  return kills;
}

function percentilesOf(pull: Pull, kills: readonly KillFigures[]) {
  const percentile = (of: "damage" | "healing") =>
    standingOf(
      perSecond(pull[of], pull.durationMs),
      kills.map((kill) => perSecond(kill[of], kill.durationMs)),
    ).percentile;
  return { damage: percentile("damage"), healing: percentile("healing") };
}

function meanOf<Name extends string>(
  rows: readonly Readonly<Record<Name, number>>[],
  name: Name,
): number {
  return Math.round(rows.reduce((sum, row) => sum + row[name], 0) / rows.length);
}
