import { and, asc, desc, eq, not, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import {
  asBoolean,
  asColumn,
  asNumber,
  asText,
  columnOr,
  columnsOf,
  existsIn,
  isTrue,
  listOf,
  optional,
  prepare,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { UserId } from "../../kernel/ids.ts";
import { decimalsOf, isReversed } from "../dkp/queries.ts";
import { existingRaidId, raidNameOf } from "../raids/queries.ts";
import { classOfMain } from "../roster/queries.ts";
import { persons } from "../roster/schema.ts";
import { councilResponses, councils, councilVotes, lootAwards, wishes } from "./schema.ts";

const LOOT = {
  ...columnsOf(lootAwards, "id", "itemName", "itemKey", "itemId", "fate", "personId", "spec"),
  ...columnsOf(lootAwards, "poolId", "price", "txId", "source", "auctionId", "raidId"),
  ...columnsOf(lootAwards, "boss", "note", "at"),
  personName: persons.name,
  class: classOfMain(persons.id),
  decimals: decimalsOf(lootAwards.poolId),
  raidName: raidNameOf(lootAwards.raidId),
  isReverted: asBoolean(isUndone()),
  slot: columnOr(lootAwards.slot, "NULL"),
  itemLevel: columnOr(lootAwards.itemLevel, "NULL"),
};

/** A condition: the award was taken back, or its payment was reversed in the ledger. */
export function isUndone() {
  return sql`(${lootAwards.revertedAt} is not null or ${isReversed(lootAwards.txId)})`;
}

/** An award. `price` is in minor units of the pool. */
export type LootRow = Awaited<ReturnType<typeof lootById.all>>[number];

const lootRows = () =>
  build.select(LOOT).from(lootAwards).leftJoin(persons, eq(persons.id, lootAwards.personId));

export const lootById = prepare(({ id }: Values<{ id: string }>) =>
  lootRows().where(eq(lootAwards.id, id)),
);

/** The award that was made with an idempotency key. */
export const lootByKey = prepare(({ key }: Values<{ key: string }>) =>
  lootRows().where(eq(lootAwards.idempotencyKey, key)),
);

/** The copies of an auction with their winners, the most expensive first. */
export const lootOfAuction = prepare(({ auctionId }: Values<{ auctionId: string }>) =>
  build
    .select({
      ...columnsOf(lootAwards, "id", "personId"),
      personName: persons.name,
      ...columnsOf(lootAwards, "price", "fate", "txId"),
      isReverted: asBoolean(isUndone()),
    })
    .from(lootAwards)
    .leftJoin(persons, eq(persons.id, lootAwards.personId))
    .where(eq(lootAwards.auctionId, auctionId))
    .orderBy(desc(lootAwards.price), asc(lootAwards.id)),
);

/** The last row of the page before. Null for the first page. */
interface After {
  readonly at: string | number | null;
  readonly id: string | number | null;
  readonly limit: number;
}

/** Filters of a page of loot. An empty text does not filter. */
interface LootFilters {
  readonly person: string;
  readonly raid: string;
  /** A folded name of an item. */
  readonly item: string;
  /** A folded part of a name. */
  readonly part: string;
}

export const lootPage = prepare((value: Values<After & LootFilters>) =>
  lootRows()
    .where(
      and(
        sql`(${lootAwards.at}, ${lootAwards.id})
          < (coalesce(${value.at}, 9e15), coalesce(${value.id}, ''))`,
        sql`(${value.person} = '' or ${lootAwards.personId} = ${value.person})`,
        sql`(${value.raid} = '' or ${lootAwards.raidId} = ${value.raid})`,
        sql`(${value.item} = '' or ${lootAwards.itemKey} = ${value.item})`,
        sql`(${value.part} = '' or instr(${lootAwards.itemKey}, ${value.part}) > 0)`,
      ),
    )
    .orderBy(desc(lootAwards.at), desc(lootAwards.id))
    .limit(value.limit),
);

/** Awarded items whose key contains a part, by name. The index of items has all it reads. */
export const itemsNamed = prepare(({ part, limit }: Values<{ part: string; limit: number }>) =>
  build
    .select({
      key: lootAwards.itemKey,
      name: asText(sql`max(${lootAwards.itemName})`),
    })
    .from(lootAwards)
    .where(sql`instr(${lootAwards.itemKey}, ${part}) > 0`)
    .groupBy(lootAwards.itemKey)
    .orderBy(asc(lootAwards.itemKey))
    .limit(limit),
);

/** How many items each person got, the most first, with their share of all items in percent. */
export const sharesOfLoot = prepare(({ limit }: Values<{ limit: number }>) =>
  build
    .select({
      personId: persons.id,
      name: persons.name,
      items: asNumber(sql`count(*)`),
      percent: asNumber(sql`round(100.0 * count(*) / sum(count(*)) over (), 1)`),
    })
    .from(lootAwards)
    .innerJoin(persons, eq(persons.id, lootAwards.personId))
    .where(and(not(isTrue(persons.isExample)), not(isUndone())))
    .groupBy(persons.id)
    .orderBy(sql`count(*) desc`, asc(persons.nameKey))
    .limit(limit),
);

/** Wishes of active people by rank, of one item or of one person. An empty text does not filter. */
export const wishesBy = prepare((value: Values<{ item: string; person: string; limit: number }>) =>
  build
    .select({
      ...columnsOf(wishes, "personId", "itemKey", "itemName", "rank", "note"),
      itemId: columnOr(wishes.itemId, "NULL"),
      personName: persons.name,
      class: classOfMain(persons.id),
      hasIt: asBoolean(
        existsIn(
          lootAwards,
          and(
            eq(lootAwards.personId, wishes.personId),
            eq(lootAwards.itemKey, wishes.itemKey),
            not(isUndone()),
          ),
        ),
      ),
    })
    .from(wishes)
    .innerJoin(persons, eq(persons.id, wishes.personId))
    .where(
      and(
        eq(persons.status, "active"),
        sql`(${value.item} = '' or ${wishes.itemKey} = ${value.item})`,
        sql`(${value.person} = '' or ${wishes.personId} = ${value.person})`,
      ),
    )
    .orderBy(asc(wishes.rank), asc(persons.nameKey), asc(wishes.itemKey))
    .limit(value.limit),
);

const COUNCIL = {
  ...columnsOf(councils, "id", "itemName", "boss", "note", "status", "lootId"),
  ...columnsOf(councils, "openedAt", "decidedAt"),
  raidId: existingRaidId(councils.raidId),
  winnerName: persons.name,
  pool: columnOr(councils.poolId, "NULL"),
  slot: columnOr(councils.slot, "NULL"),
  itemLevel: columnOr(councils.itemLevel, "NULL"),
  /** The award was taken back, so the council may decide again. */
  isTakenBack: asBoolean(sql`${lootAwards.id} is not null and ${isUndone()}`),
};

export type CouncilRow = Awaited<ReturnType<typeof councilById.all>>[number];

const councilRows = () =>
  build
    .select(COUNCIL)
    .from(councils)
    .leftJoin(lootAwards, eq(lootAwards.id, councils.lootId))
    .leftJoin(persons, eq(persons.id, lootAwards.personId));

export const councilById = prepare(({ id }: Values<{ id: string }>) =>
  councilRows().where(eq(councils.id, id)),
);

export const councilsPage = prepare(({ at, id, limit }: Values<After>) =>
  councilRows()
    .where(
      sql`(${councils.openedAt}, ${councils.id}) < (coalesce(${at}, 9e15), coalesce(${id}, ''))`,
    )
    .orderBy(desc(councils.openedAt), desc(councils.id))
    .limit(limit),
);

const voters = alias(persons, "voters");
const votes = sql`${councilVotes.councilId} = ${councils.id} and ${councilVotes.personId} = ${persons.id}`;

const CANDIDATE = {
  personId: persons.id,
  ...columnsOf(persons, "name", "userId"),
  class: classOfMain(persons.id),
  response: optional(councilResponses.response),
  note: asText(sql`coalesce(${councilResponses.note}, '')`),
  /** Awards that were not reverted. */
  items: asNumber(sql`(select count(*) from ${lootAwards}
    where ${lootAwards.personId} = ${persons.id} and not ${isUndone()})`),
  wish: asColumn(
    wishes.rank,
    sql`(select ${wishes.rank} from ${wishes}
      where ${wishes.personId} = ${persons.id} and ${wishes.itemKey} = ${councils.itemKey})`,
  ),
  voters: listOf(
    { name: voters.name },
    (row) => sql`(select json_group_array(${row}) from ${councilVotes}
      join ${persons} as ${voters} on ${voters.id} = ${councilVotes.voterId} where ${votes})`,
  ),
};

/** Everyone who answered in a council or got a vote: by votes, then by answer, then by name. */
export const candidatesOf = prepare(({ id }: Values<{ id: string }>) =>
  rowsOf(
    CANDIDATE,
    (columns) => sql`
      select ${columns} from ${councils}
      join (select ${councilResponses.personId} as id from ${councilResponses}
              where ${councilResponses.councilId} = ${id}
            union select ${councilVotes.personId} as id from ${councilVotes}
              where ${councilVotes.councilId} = ${id}) as candidate
      join ${persons} on ${persons.id} = candidate.id
      left join ${councilResponses} on ${councilResponses.councilId} = ${councils.id}
        and ${councilResponses.personId} = ${persons.id}
      where ${councils.id} = ${id}
      order by (select count(*) from ${councilVotes} where ${votes}) desc,
        case ${councilResponses.response} when 'best' then 0 when 'upgrade' then 1
          when 'minor' then 2 when 'off' then 3 else 4 end, ${persons.nameKey}`,
  ),
);

/** The person that a user voted for in a council. */
export const voteOfUser = prepare(({ id, userId }: Values<{ id: string; userId: UserId }>) =>
  build
    .select({ personId: councilVotes.personId })
    .from(councilVotes)
    .innerJoin(persons, eq(persons.id, councilVotes.voterId))
    .where(and(eq(councilVotes.councilId, id), eq(persons.userId, userId))),
);
