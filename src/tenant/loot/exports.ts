import { and, asc, eq, isNotNull, not, sql } from "drizzle-orm";
import { asNumber, columnOr, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { nextTurn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { allow, forMembers, type GuildContext } from "../context.ts";
import { raidNameOf } from "../raids/queries.ts";
import { type Player, playersOf } from "../roster/players.ts";
import { persons } from "../roster/schema.ts";
import { isUndone } from "./queries.ts";
import { lootAwards, wishes } from "./schema.ts";

const AWARD = {
  ...columnsOf(lootAwards, "id", "at", "itemName", "itemKey", "itemId", "fate", "personId"),
  ...columnsOf(lootAwards, "spec", "boss", "note"),
  itemLevel: columnOr(lootAwards.itemLevel, "NULL"),
  raidName: raidNameOf(lootAwards.raidId),
};

const awardsAfter = prepare((value: Values<{ at: number; id: string; limit: number }>) =>
  build
    .select(AWARD)
    .from(lootAwards)
    .where(
      and(sql`(${lootAwards.at}, ${lootAwards.id}) > (${value.at}, ${value.id})`, not(isUndone())),
    )
    .orderBy(asc(lootAwards.at), asc(lootAwards.id))
    .limit(value.limit),
);

const idsOfItems = prepare(() =>
  build
    .select({ itemKey: lootAwards.itemKey, itemId: asNumber(sql`max(${lootAwards.itemId})`) })
    .from(lootAwards)
    .where(isNotNull(lootAwards.itemId))
    .groupBy(lootAwards.itemKey),
);

/** An award as files for other tools have it. `itemId` is also the id that another award of the item has. */
export type FiledAward = Omit<
  Awaited<ReturnType<typeof awardsAfter.all>>[number],
  "itemKey" | "personId"
> & {
  /** Undefined for items that no person received. */
  readonly player: Player | undefined;
};

/**
 * All awards that stand, the earliest first, in pages of `limits.loot.csvRowsAtOnce`. Others have their turn
 * after each page. Awards to example people are left out.
 */
export async function* filedAwards(ctx: GuildContext): AsyncGenerator<readonly FiledAward[]> {
  allow(ctx, "loot.view");
  const [players, known] = await Promise.all([playersOf(ctx), itemIdsOf(ctx)]);
  const limit = limits.loot.csvRowsAtOnce;
  for (let after = { at: -1, id: "" }; ; ) {
    const rows = await awardsAfter.all(ctx.db, { ...after, limit });
    yield rows.flatMap(({ itemKey, personId, ...rest }) => {
      const player = playerOf(players, personId);
      if (player?.isExample) return [];
      const note = forMembers(ctx, rest.note);
      return [{ ...rest, note, itemId: rest.itemId ?? known.get(itemKey) ?? null, player }];
    });
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = { at: last.at, id: last.id };
    await nextTurn();
  }
}

const wishesAfter = prepare((value: Values<{ personId: string; itemKey: string; limit: number }>) =>
  build
    .select({
      ...columnsOf(wishes, "personId", "itemKey", "itemName", "rank", "note", "at"),
      itemId: columnOr(wishes.itemId, "NULL"),
    })
    .from(wishes)
    .innerJoin(persons, eq(persons.id, wishes.personId))
    .where(
      and(
        eq(persons.status, "active"),
        sql`(${wishes.personId}, ${wishes.itemKey}) > (${value.personId}, ${value.itemKey})`,
      ),
    )
    .orderBy(asc(wishes.personId), asc(wishes.itemKey))
    .limit(value.limit),
);

/** A wish as files for other tools have it. */
export interface FiledWish {
  readonly personId: PersonId;
  readonly player: Player;
  readonly itemName: string;
  readonly itemId: number | null;
  readonly rank: number;
  readonly note: string;
  readonly at: number;
  /** An officer gave it: imports write "Prio" before the note. */
  readonly isPrio: boolean;
  readonly isOffSpec: boolean;
}

/** The wishes of active people, in pages as `filedAwards` has them. */
export async function* filedWishes(ctx: GuildContext): AsyncGenerator<readonly FiledWish[]> {
  allow(ctx, "auctions.view");
  const [players, known] = await Promise.all([playersOf(ctx), itemIdsOf(ctx)]);
  const limit = limits.loot.csvRowsAtOnce;
  for (let after = { personId: "", itemKey: "" }; ; ) {
    const rows = await wishesAfter.all(ctx.db, { ...after, limit });
    yield rows.flatMap(({ itemKey, note, ...rest }) => {
      const player = playerOf(players, rest.personId);
      if (player === undefined || player.isExample) return [];
      const itemId = rest.itemId ?? known.get(itemKey) ?? itemIdIn(itemKey);
      return [{ ...rest, itemId, player, ...wordsOf(note) }];
    });
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = { personId: last.personId, itemKey: last.itemKey };
    await nextTurn();
  }
}

/** The game's ids of items by their folded names, as the awards of the guild tell them. */
export async function itemIdsOf(ctx: GuildContext): Promise<ReadonlyMap<string, number>> {
  const ids = await idsOfItems.all(ctx.db);
  return new Map(ids.map(({ itemKey, itemId }) => [itemKey, itemId]));
}

/** The id in the name that imports give an item whose name they do not know. */
function itemIdIn(itemKey: string): number | null {
  const id = /^item (\d{1,9})$/.exec(itemKey)?.[1];
  return id === undefined ? null : Number(id);
}

/** The words before a note, as imports write them: `Prio · OS · the note`. */
function wordsOf(note: string) {
  let rest = note;
  const takes = (word: string) => {
    const isFirst = rest === word || rest.startsWith(`${word} · `);
    if (isFirst) rest = rest.slice(word.length + 3);
    return isFirst;
  };
  const isPrio = takes("Prio");
  const isOffSpec = takes("OS");
  return { isPrio, isOffSpec, note: rest };
}

function playerOf(players: ReadonlyMap<PersonId, Player>, id: PersonId | null) {
  return id === null ? undefined : players.get(id);
}
