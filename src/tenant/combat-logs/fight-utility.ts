import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { columnsOf, prepare, rowsOf, type Values } from "../../database/query.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { buffJson, consumableJson, stoppedSpellJson } from "./api.ts";
import type { Utility } from "./parser/types.ts";
import { encounterPlayers } from "./schema.ts";

/** What one player did besides damage and healing. */
export interface PlayerUtility extends Utility {
  readonly guid: string;
  readonly name: string;
  readonly class: string | null;
  readonly spec: string | null;
}

export interface FightUtility {
  readonly players: readonly PlayerUtility[];
  /** False for a fight that an older version parsed, or that was imported. */
  readonly isKnown: boolean;
}

const utilityOfPlayers = prepare(
  ({ fightId, after, limit }: Values<{ fightId: string; after: string; limit: number }>) =>
    rowsOf(
      {
        ...columnsOf(encounterPlayers, "guid", "name", "class", "spec"),
        interrupted: partOf("interrupted"),
        dispelled: partOf("dispelled"),
        consumables: partOf("consumables"),
        buffs: partOf("buffs"),
      },
      (columns) => sql`select ${columns} from ${encounterPlayers}
        where ${encounterPlayers.encounterId} = ${fightId} and ${encounterPlayers.guid} > ${after}
        order by ${encounterPlayers.guid} limit ${limit}`,
    ),
);

/** A member of a player's document as text; null in documents of older versions. */
function partOf(name: keyof Utility) {
  return sql<string | null>`${encounterPlayers.details}->${sql.raw(`'${name}'`)}`;
}

const lists = {
  stopped: z.array(stoppedSpellJson),
  consumables: z.array(consumableJson),
  buffs: z.array(buffJson),
};

/** Interrupts and dispels by spell, consumables and buffs of each player of a fight. */
export async function utilityOf(ctx: GuildContext, fightId: string): Promise<FightUtility> {
  allow(ctx, "logs.view");
  const turn = new Turn();
  const players: PlayerUtility[] = [];
  let isKnown = false;
  const limit = limits.logs.readAtOnce;
  for (let after = ""; ; ) {
    const rows = await utilityOfPlayers.all(ctx.db, { fightId, after, limit });
    for (const { interrupted, dispelled, consumables, buffs, ...player } of rows) {
      isKnown ||= buffs !== null;
      players.push({
        ...player,
        interrupted: lists.stopped.parse(JSON.parse(interrupted ?? "[]")),
        dispelled: lists.stopped.parse(JSON.parse(dispelled ?? "[]")),
        consumables: lists.consumables.parse(JSON.parse(consumables ?? "[]")),
        buffs: lists.buffs.parse(JSON.parse(buffs ?? "[]")),
      });
      await turn.pause();
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return { players, isKnown };
    after = last.guid;
  }
}

/** One buff on the players of a fight. */
export interface RaidBuff {
  readonly spellId: number;
  readonly spellName: string;
  /** The players who had it at some time. */
  readonly players: number;
  /** The share of the fight in which a player had it, averaged over those players. */
  readonly uptime: number;
}

/** The buffs of several players, those on the most players first. */
export function raidBuffs(
  players: readonly PlayerUtility[],
  durationMs: number,
): readonly RaidBuff[] {
  const sums = new Map<number, { spellName: string; players: number; uptimeMs: number }>();
  for (const { spellId, spellName, uptimeMs } of players.flatMap(({ buffs }) => buffs)) {
    const known = sums.get(spellId) ?? { spellName, players: 0, uptimeMs: 0 };
    known.players++;
    known.uptimeMs += uptimeMs;
    sums.set(spellId, known);
  }
  const buffs = Array.from(sums, ([spellId, { spellName, players: count, uptimeMs }]) => ({
    ...{ spellId, spellName, players: count },
    uptime: durationMs === 0 ? 0 : Math.min(1, uptimeMs / count / durationMs),
  }));
  return buffs
    .toSorted((a, b) => b.players - a.players || b.uptime - a.uptime)
    .slice(0, limits.logs.raidBuffsShownMax);
}
