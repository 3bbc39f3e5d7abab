import { z } from "@hono/zod-openapi";
import { and, eq, inArray, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { AuctionId, BidId, PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { type Pool, poolOf, pools } from "../dkp/pools.ts";
import {
  hasNoRows,
  type PersonPart,
  type PersonRows,
  type RawRow,
  rowsPart,
  snapshotOf,
} from "../person-parts.ts";
import { announceAuction } from "./announcements.ts";
import { availableSql, heldBids } from "./holds.ts";
import { auctionRow } from "./queries.ts";
import { isSecret, ranked } from "./rules.ts";
import { auctionPasses, auctions, bids, holds } from "./schema.ts";

const bidRows: PersonRows = { kind: "bids", table: bids, person: "personId", key: ["id"] };
const storedBids = z.object({ moved: z.array(z.string()), dropped: z.array(z.string()) });

const auctionsOfBids = prepare(({ ids }: Values<{ ids: string }>) =>
  build
    .selectDistinct(columnsOf(auctions, "id", "mode", "status", "itemName"))
    .from(auctions)
    .innerJoin(bids, eq(bids.auctionId, auctions.id))
    .where(sql`${bids.id} in (select value from json_each(${ids}))`)
    .orderBy(auctions.id),
);

/**
 * The bids of a person, with the points that they hold. Of two bids in an open auction, the one that
 * ranks higher counts. Bids in secret auctions move too, but nothing says that there are any.
 */
const bidPart: PersonPart = {
  name: "bids",
  join: async (ctx, pair) => {
    const { fromId, intoId } = pair;
    const found = await snapshotOf(ctx, bidRows, [fromId, intoId]);
    const mine = found.rows.filter(({ personId }) => personId === fromId);
    const touched = await auctionsOfBids.all(ctx.db, { ids: idsOf(mine) });
    const open = new Map(
      touched.filter(({ status }) => status === "open").map((one) => [one.id as string, one]),
    );
    const visible = mine.filter(({ auctionId }) => {
      const auction = open.get(String(auctionId));
      return auction === undefined || !isSecret(auction.mode);
    });
    const pairs = twins(found.rows.filter(({ auctionId }) => open.has(String(auctionId))));
    const dropped = pairs.map(({ lower }) => String(lower["id"]));
    return {
      moves: visible.length > 0 ? [{ kind: "bids", count: visible.length }] : [],
      overlaps: pairs.flatMap(({ higher }) => {
        const { mode, itemName } = open.get(String(higher["auctionId"]))!;
        const keeps = higher["personId"] === fromId ? ("from" as const) : ("into" as const);
        return isSecret(mode) ? [] : [{ kind: "bids" as const, about: itemName, keeps }];
      }),
      stored: { moved: mine.map(({ id }) => id), dropped },
      before: [found.unchanged],
      statements: [
        ...dropped.map((id) =>
          build
            .update(bids)
            .set({ state: "replaced" })
            .where(eq(bids.id, id as BidId)),
        ),
        build.update(bids).set({ personId: intoId }).where(eq(bids.personId, fromId)),
        ...(await heldAgain(ctx, [...open.keys()])),
      ],
    };
  },
  undo: async (ctx, pair, stored) => {
    const { moved, dropped } = storedBids.parse(stored);
    const ids = JSON.stringify(moved);
    const touched = await auctionsOfBids.all(ctx.db, {
      ids: JSON.stringify([...moved, ...dropped]),
    });
    const open = touched.filter(({ status }) => status === "open").map(({ id }) => id);
    return [
      build
        .update(bids)
        .set({ personId: pair.fromId })
        .where(
          and(
            eq(bids.personId, pair.intoId),
            sql`${bids.id} in (select value from json_each(${ids}))`,
          ),
        ),
      ...dropped.map((id) => bidAgain(id as BidId)),
      ...(await heldAgain(ctx, open)),
    ];
  },
  isEmpty: (personId) => hasNoRows(bidRows, personId),
  holds: async (ctx, { fromId, intoId }) => {
    const all = await pools(ctx);
    return all.flatMap((pool) => [...canPay(pool, fromId), ...canPay(pool, intoId)]);
  },
};

const passPart = rowsPart("passes", {
  kind: "passes",
  table: auctionPasses,
  person: "personId",
  key: ["auctionId"],
  about: sql`(select ${auctions.itemName} from ${auctions}
    where ${eq(auctions.id, auctionPasses.auctionId)})`,
  keep: (from, into) => (Number(from["at"]) > Number(into["at"]) ? "from" : "into"),
});

export const bidParts: readonly PersonPart[] = [bidPart, passPart];

/** A bid that a join had replaced counts again, or has lost where the auction is over. */
function bidAgain(id: BidId): Writable {
  const isOpen = existsIn(
    auctions,
    and(eq(auctions.id, bids.auctionId), eq(auctions.status, "open")),
  );
  const hasNewer = sql`exists (select 1 from ${bids} as other where other.auction_id = ${bids.auctionId}
    and other.person_id = ${bids.personId} and other.state = 'live')`;
  return build
    .update(bids)
    .set({ state: sql`case when ${isOpen} then 'live' else 'lost' end` })
    .where(and(eq(bids.id, id), eq(bids.state, "replaced"), sql`not ${hasNewer}`));
}

/** Holds the points of the live bids of some auctions again. */
async function heldAgain(
  ctx: GuildContext,
  auctionIds: readonly string[],
): Promise<readonly (Writable | Guard)[]> {
  const statements: (Writable | Guard)[] = [];
  for (const id of auctionIds) {
    const auction = await auctionRow(ctx, id);
    const pool = await poolOf(ctx, auction.poolId);
    statements.push(
      build.delete(holds).where(eq(holds.auctionId, id as AuctionId)),
      ...heldBids(auction, pool),
      ...announceAuction(auction, ctx.now().getTime()),
    );
  }
  return statements;
}

/** A person may not hold more points than they can spend. */
function canPay(pool: Pool, personId: PersonId): readonly Guard[] {
  if (pool.floor === null || pool.kind === "epgp") return [];
  const own = and(eq(holds.personId, personId), inArray(holds.poolId, [pool.id]));
  return [
    guard(
      sql`not ${existsIn(holds, own)} or ${availableSql(pool.id, personId, "")} >= ${pool.floor}`,
      () =>
        new Conflict(
          "persons/bids-need-points",
          "The open bids of one person would need more points than they have. " +
            "Wait until the auctions end, or cancel one of them.",
        ),
    ),
  ];
}

/** Live bids of both persons in one auction, the one that ranks higher first. */
function twins(
  rows: readonly RawRow[],
): readonly { readonly higher: RawRow; readonly lower: RawRow }[] {
  const live = Map.groupBy(
    rows.filter(({ state }) => state === "live"),
    ({ auctionId }) => auctionId,
  );
  return [...live.values()].flatMap((both) => {
    if (both.length < 2) return [];
    const byId = new Map(both.map((row) => [row["id"], row]));
    const [first, second] = ranked(both.map(toBid));
    return [{ higher: byId.get(first!.id)!, lower: byId.get(second!.id)! }];
  });
}

function toBid(row: RawRow) {
  return {
    id: row["id"] as BidId,
    seq: Number(row["seq"]),
    personId: row["personId"] as PersonId,
    value: Number(row["value"]),
    spec: row["spec"] === "off" ? ("off" as const) : ("main" as const),
  };
}

function idsOf(rows: readonly RawRow[]): string {
  return JSON.stringify(rows.map(({ id }) => id));
}
