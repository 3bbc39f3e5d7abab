import type { Fight, PlayerFigures } from "./parser/types.ts";
import type { encounterPlayers, encounters } from "./schema.ts";

export type EncounterRow = typeof encounters.$inferInsert;
type PlayerRow = typeof encounterPlayers.$inferInsert;
/** A row whose document is already JSON text. */
export type Written<Row> = Omit<Row, "details"> & { readonly details: string };

/** The rows of one fight. The parser thread creates them, so that the server only binds texts. */
export interface FightRows {
  readonly encounter: Written<Omit<EncounterRow, "id" | "reportId" | "sameAs">>;
  readonly players: readonly Written<Omit<PlayerRow, "encounterId">>[];
  /** Whether it replaces the figures that are stored already. */
  readonly isCorrection: boolean;
}

/** `leftOut` comes first in the document, so that it can be read without the rest (`queries.ts`). */
export function fightRows(fight: Fight, isCorrection = false): FightRows {
  const {
    leftOut,
    uncreditedAbsorbs,
    deaths,
    enemies,
    players,
    id,
    difficulty,
    startMs,
    endMs,
    ...facts
  } = fight;
  return {
    encounter: {
      ...facts,
      gameId: id ?? 0,
      difficulty: difficulty ?? 0,
      startAt: startMs,
      endAt: endMs,
      details: JSON.stringify({ leftOut, uncreditedAbsorbs, deaths, enemies }),
    },
    players: players.map(playerRow),
    isCorrection,
  };
}

function playerRow(player: PlayerFigures): FightRows["players"][number] {
  const {
    spells,
    targets,
    takenFrom,
    interrupted,
    dispelled,
    consumables,
    buffs,
    damageBySecond,
    healingBySecond,
    takenBySecond,
    ...row
  } = player;
  const document = {
    ...{ spells, targets, takenFrom, interrupted, dispelled, consumables, buffs },
    ...{ damageBySecond, healingBySecond, takenBySecond },
  };
  return { ...row, details: JSON.stringify(document) };
}
