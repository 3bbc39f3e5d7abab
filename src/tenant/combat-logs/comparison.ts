import { sql } from "drizzle-orm";
import { columnsOf, prepare, type RowOf, rowsOf, type Values } from "../../database/query.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import type { FightRow, PlayerRow } from "./queries.ts";
import { encounterPlayers, encounters } from "./schema.ts";

/** One figure per second beside those of the guild's kills of the same boss with the same spec. */
export interface Standing {
  readonly own: number;
  readonly best: number;
  readonly median: number;
  /** How many percent of the kills had less; kills with the same figure count half. */
  readonly percentile: number;
}

/** A player's figures beside those of the guild. `kills` counts figures of one player in one kill. */
export interface Comparison {
  readonly kills: number;
  readonly damage: Standing;
  readonly healing: Standing;
}

/** A boss at one difficulty, and a class with its spec. */
interface Group {
  readonly gameId: number;
  readonly difficulty: number;
  readonly className: string;
  readonly spec: string;
}

/** One player's figures in one kill. */
export type KillFigures = RowOf<typeof KILL>;

const KILL = {
  ...columnsOf(encounterPlayers, "damage", "healing"),
  ...columnsOf(encounters, "durationMs"),
};

const killsOfSpec = prepare((value: Values<Group & { readonly limit: number }>) =>
  rowsOf(
    KILL,
    (columns) => sql`select ${columns} from ${encounters}
        join ${encounterPlayers} on ${encounterPlayers.encounterId} = ${encounters.id}
        where ${encounters.gameId} = ${value.gameId} and ${encounters.difficulty} = ${value.difficulty}
          and ${encounters.kind} = 'encounter' and ${encounters.outcome} = 'kill'
          and ${encounters.sameAs} is null and ${encounters.durationMs} > 0
          and ${encounterPlayers.class} = ${value.className} and ${encounterPlayers.spec} = ${value.spec}
        order by ${encounters.startAt} desc limit ${value.limit}`,
  ),
);

/**
 * Compares a player with the guild's latest kills of the same boss by players of the same spec. Undefined
 * without a spec or without a kill.
 */
export async function comparisonOf(
  ctx: GuildContext,
  fight: FightRow,
  player: PlayerRow,
): Promise<Comparison | undefined> {
  allow(ctx, "logs.view");
  const { class: className, spec } = player;
  if (fight.kind !== "encounter" || className === null || spec === null) return undefined;
  const { gameId, difficulty } = fight;
  const rows = await killsLike(ctx, { gameId, difficulty, className, spec });
  if (rows.length === 0) return undefined;
  const standing = (of: "damage" | "healing") =>
    standingOf(
      (1_000 * player[of]) / Math.max(1, fight.durationMs),
      rows.map((row) => (1_000 * row[of]) / row.durationMs),
    );
  return { kills: rows.length, damage: standing("damage"), healing: standing("healing") };
}

/** The figures of the guild's latest kills of a boss by players of a spec. */
export async function killsLike(ctx: GuildContext, group: Group): Promise<readonly KillFigures[]> {
  allow(ctx, "logs.view");
  return await killsOfSpec.all(ctx.db, { ...group, limit: limits.logs.recordKillsMax });
}

/** Where a figure stands among others, of which there is at least one. */
export function standingOf(own: number, others: readonly number[]): Standing {
  const sorted = others.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const below = sorted.filter((one) => one < own).length;
  const equal = sorted.filter((one) => one === own).length;
  const percentile = Math.round((100 * (below + equal / 2)) / sorted.length);
  return { own, best: sorted.at(-1)!, median, percentile };
}
