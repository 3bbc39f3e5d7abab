import { and, asc, eq, gt } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import { playerDetailsJson } from "./api.ts";
import { fight } from "./queries.ts";
import { encounterPlayers, type PlayerDetails } from "./schema.ts";

const playersOfFight = prepare(
  ({ fightId, after, limit }: Values<{ fightId: string; after: string; limit: number }>) =>
    build
      .select(columnsOf(encounterPlayers, "guid", "details"))
      .from(encounterPlayers)
      .where(and(eq(encounterPlayers.encounterId, fightId), gt(encounterPlayers.guid, after)))
      .orderBy(asc(encounterPlayers.guid))
      .limit(limit),
);

/**
 * A fight with all that is stored of it: players with spells, targets and seconds, deaths and enemies.
 *
 * @throws {NotFound} `logs/fight-not-found`
 */
export async function exportedFight(ctx: GuildContext, id: string) {
  const found = await fight(ctx, id);
  const details = new Map<string, PlayerDetails>();
  const turn = new Turn();
  const limit = limits.logs.exportedAtOnce;
  for (let after = ""; ; ) {
    const rows = await playersOfFight.all(ctx.db, { fightId: id, after, limit });
    for (const row of rows) {
      details.set(row.guid, playerDetailsJson.parse(row.details));
      await turn.pause();
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    after = last.guid;
  }
  return {
    ...found,
    players: found.players.map((one) => ({ ...one, details: details.get(one.guid)! })),
  };
}

export const SPELL_COLUMNS = [
  "player",
  "guid",
  "spellId",
  "spell",
  "pet",
  "damage",
  "healing",
  "overhealing",
  "hits",
  "crits",
  "casts",
] as const;

type SpellLine = Readonly<Record<(typeof SPELL_COLUMNS)[number], string | number>>;

/** Each spell of each player as a line of a file. */
export async function spellLines(ctx: GuildContext, id: string): Promise<readonly SpellLine[]> {
  const { players } = await exportedFight(ctx, id);
  return players.flatMap(({ guid, name, details }) =>
    details.spells.map(({ spellId, spellName, petName, ...figures }) => ({
      ...{ player: name, guid, spellId, spell: spellName, pet: petName ?? "" },
      ...figures,
    })),
  );
}
