import { sql } from "drizzle-orm";
import { asText, columnsOf, prepare, rowsOf, type Values } from "../../database/query.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { encounterPlayers } from "./schema.ts";

/** A part of a fight in whole seconds since the pull, without the second `to`. */
export interface FightWindow {
  readonly from: number;
  readonly to: number;
}

/** What a player did in a part of a fight. */
interface Sums {
  readonly guid: string;
  readonly name: string;
  readonly damage: number;
  readonly healing: number;
  readonly damageTaken: number;
}

/** Figures by second, summed over the chosen players, and the sums of every player. */
export interface FightCurves {
  /** The second of the first figure. */
  readonly from: number;
  readonly damage: readonly number[];
  readonly healing: readonly number[];
  readonly taken: readonly number[];
  readonly players: readonly Sums[];
}

const curvesOfPlayers = prepare(
  ({ fightId, after, limit }: Values<{ fightId: string; after: string; limit: number }>) =>
    rowsOf(
      {
        ...columnsOf(encounterPlayers, "guid", "name"),
        damage: secondsOf("damageBySecond"),
        healing: secondsOf("healingBySecond"),
        taken: secondsOf("takenBySecond"),
      },
      (columns) => sql`select ${columns} from ${encounterPlayers}
        where ${encounterPlayers.encounterId} = ${fightId} and ${encounterPlayers.guid} > ${after}
        order by ${encounterPlayers.guid} limit ${limit}`,
    ),
);

function secondsOf(name: string) {
  return asText(sql`coalesce(${encounterPlayers.details}->${sql.raw(`'${name}'`)}, '[]')`);
}

/**
 * The part of a fight between two seconds, cut to the fight. Undefined for the whole fight: without limits,
 * and when nothing is left out.
 */
export function windowOf(
  durationMs: number,
  from: number | undefined,
  to: number | undefined,
): FightWindow | undefined {
  const length = Math.floor(durationMs / 1_000) + 1;
  const first = Math.max(0, Math.min(from ?? 0, length - 1));
  const end = Math.max(first + 1, Math.min(to ?? length, length));
  return first === 0 && end === length ? undefined : { from: first, to: end };
}

/** Seconds of `90` or `1:30`; undefined for any other text. */
export function secondsIn(text: string | undefined): number | undefined {
  const [, minutes = "0", seconds] = /^(?:(\d{1,4}):)?(\d{1,5})$/.exec(text?.trim() ?? "") ?? [];
  return seconds === undefined ? undefined : Number(minutes) * 60 + Number(seconds);
}

/** The figures of a fight by second, or of a part of it. With `player`, the curves are of that player. */
export async function curvesOf(
  ctx: GuildContext,
  fightId: string,
  chosen: { readonly window: FightWindow | undefined; readonly player: string | undefined },
): Promise<FightCurves> {
  allow(ctx, "logs.view");
  const { window, player } = chosen;
  const turn = new Turn();
  // A part has a figure for each of its seconds.
  const empty = () => new Array<number>(window ? window.to - window.from : 0).fill(0);
  const curves = { damage: empty(), healing: empty(), taken: empty() };
  const players: Sums[] = [];
  const limit = limits.logs.readAtOnce;
  for (let after = ""; ; ) {
    const rows = await curvesOfPlayers.all(ctx.db, { fightId, after, limit });
    for (const { guid, name, ...texts } of rows) {
      const isShown = player === undefined || player === guid;
      const damage = addPart(isShown ? curves.damage : [], texts.damage, window);
      const healing = addPart(isShown ? curves.healing : [], texts.healing, window);
      const damageTaken = addPart(isShown ? curves.taken : [], texts.taken, window);
      players.push({ guid, name, damage, healing, damageTaken });
      await turn.pause();
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    after = last.guid;
  }
  return { from: window?.from ?? 0, ...curves, players };
}

/** Adds the part of a curve to another, and returns its sum. */
function addPart(curve: number[], bySecond: string, window: FightWindow | undefined): number {
  const all = JSON.parse(bySecond) as number[];
  let sum = 0;
  const part = window === undefined ? all : all.slice(window.from, window.to);
  for (const [second, amount] of part.entries()) {
    curve[second] = (curve[second] ?? 0) + amount;
    sum += amount;
  }
  return sum;
}
