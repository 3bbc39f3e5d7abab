import { and, eq, sql } from "drizzle-orm";
import { columnOr, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import type { CouncilId, LedgerTxId, LootId, PersonId, PoolId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { lootFileKey, lootFileKeyIn } from "./file-keys.ts";
import { foldItem } from "./items.ts";
import {
  councilResponses,
  councils,
  councilVotes,
  type LootFate,
  lootAwards,
  type Response,
  type Spec,
  wishes,
} from "./schema.ts";

// Items and wishes of the past, as imports write them. The statements belong to a write of the caller,
// which records why.

export interface PastLoot {
  readonly id: LootId;
  readonly key: string;
  readonly itemName: string;
  readonly itemId: number | null;
  readonly fate: LootFate;
  readonly personId: PersonId | null;
  readonly spec: Spec;
  readonly poolId: PoolId;
  readonly price: number;
  readonly txId: LedgerTxId | null;
  readonly raidId: string | null;
  readonly boss: string;
  readonly note: string;
  readonly at: number;
  readonly revertedAt: number | null;
  readonly auctionId: string | null;
}

export function pastLoot(item: PastLoot): Writable {
  const { key, spec, ...rest } = item;
  return insertInto(lootAwards, {
    ...rest,
    itemKey: foldItem(item.itemName),
    spec: item.fate === "person" ? spec : null,
    source: "import",
    idempotencyKey: key,
  });
}

/** Marks an item as taken back, or as received again. */
export function lootTakenBack(id: string, at: number | null): Writable {
  return build.update(lootAwards).set({ revertedAt: at }).where(sql`${lootAwards.id} = ${id}`);
}

/** Removes an item that an import added. */
export function withoutLoot(id: string): Writable {
  return build.delete(lootAwards).where(sql`${lootAwards.id} = ${id}`);
}

export function pastWish(wish: {
  readonly personId: PersonId;
  readonly itemName: string;
  readonly itemId: number | null;
  readonly rank: number;
  readonly note: string;
  readonly at: number;
}): Writable {
  const { itemId, ...rest } = wish;
  return insertInto(
    wishes,
    { ...rest, itemKey: foldItem(wish.itemName), ...(itemId !== null && { itemId }) },
    { on: [wishes.personId, wishes.itemKey] },
  );
}

/** Removes a wish that an import added. */
export function withoutWish(personId: string, itemName: string): Writable {
  return build
    .delete(wishes)
    .where(
      and(sql`${wishes.personId} = ${personId}`, sql`${wishes.itemKey} = ${foldItem(itemName)}`),
    );
}

/** The wishes of these people. */
export const wishesOf = prepare(({ people }: Values<{ people: string }>) =>
  build
    .select({
      ...columnsOf(wishes, "personId", "itemName", "itemKey", "rank"),
      itemId: columnOr(wishes.itemId, "NULL"),
    })
    .from(wishes)
    .where(sql`${wishes.personId} in (select value from json_each(${people}))`),
);

const awardsOfSeconds = prepare(({ seconds }: Values<{ seconds: string }>) =>
  build
    .select(columnsOf(lootAwards, "id", "at"))
    .from(lootAwards)
    .innerJoin(
      sql`json_each(${seconds}) as second`,
      sql`${lootAwards.at}
      between second.value * 1000 and second.value * 1000 + 999`,
    ),
);

/** The ids of the guild's awards by the keys that its files give them. Keys of others are left out. */
export async function awardIdsByFileKey(
  ctx: GuildContext,
  keys: readonly string[],
): Promise<ReadonlyMap<string, LootId>> {
  const seconds = new Set(keys.flatMap((key) => lootFileKeyIn(key)?.seconds ?? []));
  if (seconds.size === 0) return new Map();
  const found = await awardsOfSeconds.all(ctx.db, { seconds: JSON.stringify([...seconds]) });
  const wanted = new Set(keys);
  return new Map(
    found.flatMap((award) => {
      const key = lootFileKey(award);
      return wanted.has(key) ? [[key, award.id] as const] : [];
    }),
  );
}

/** Items of these people that other acts than an import recorded, up to `limit`. */
export const lootOfOthers = prepare(
  (value: Values<{ people: string; made: string; limit: number }>) =>
    build
      .select(columnsOf(lootAwards, "id", "itemName"))
      .from(lootAwards)
      .where(
        and(
          sql`${lootAwards.personId} in (select value from json_each(${value.people}))`,
          sql`${lootAwards.id} not in (select value from json_each(${value.made}))`,
        ),
      )
      .limit(value.limit),
);

/** Councils that decided one of these items. */
export const councilsOf = prepare(({ loot }: Values<{ loot: string }>) =>
  build
    .select(columnsOf(councils, "id", "itemName"))
    .from(councils)
    .where(sql`${councils.lootId} in (select value from json_each(${loot}))`),
);

/** The statements of a council that is over. */
export function pastCouncil(council: PastCouncil): readonly Writable[] {
  const { responses, votes, ...rest } = council;
  const councilId = council.id;
  return [
    insertInto(councils, { ...rest, itemKey: foldItem(council.itemName) }),
    ...responses.map((one) => insertInto(councilResponses, { ...one, councilId })),
    ...votes.map((one) => insertInto(councilVotes, { ...one, councilId })),
  ];
}

export interface PastCouncil {
  readonly id: CouncilId;
  readonly itemName: string;
  readonly boss: string;
  readonly note: string;
  readonly raidId: string | null;
  readonly poolId: PoolId;
  readonly status: "decided" | "void";
  readonly lootId: LootId | null;
  readonly openedAt: number;
  readonly decidedAt: number | null;
  readonly responses: readonly {
    readonly personId: PersonId;
    readonly response: Response;
    readonly note: string;
    readonly at: number;
  }[];
  readonly votes: readonly {
    readonly voterId: PersonId;
    readonly personId: PersonId;
    readonly at: number;
  }[];
}

/** Removes a council that an import added. */
export function withoutCouncil(id: string): readonly Writable[] {
  return [
    build.delete(councilVotes).where(sql`${councilVotes.councilId} = ${id}`),
    build.delete(councilResponses).where(sql`${councilResponses.councilId} = ${id}`),
    build.delete(councils).where(sql`${councils.id} = ${id}`),
  ];
}

/** Councils in which these people answered or voted, besides the ones of a list. */
export const councilsOfOthers = prepare(
  (value: Values<{ people: string; made: string; limit: number }>) =>
    build
      .selectDistinct(columnsOf(councils, "id", "itemName"))
      .from(councils)
      .leftJoin(councilResponses, eq(councilResponses.councilId, councils.id))
      .leftJoin(councilVotes, eq(councilVotes.councilId, councils.id))
      .where(
        and(
          sql`${councils.id} not in (select value from json_each(${value.made}))`,
          sql`(${councilResponses.personId} in (select value from json_each(${value.people}))
            or ${councilVotes.personId} in (select value from json_each(${value.people}))
            or ${councilVotes.voterId} in (select value from json_each(${value.people})))`,
        ),
      )
      .limit(value.limit),
);
