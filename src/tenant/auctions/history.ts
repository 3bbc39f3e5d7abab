import { and, eq, notInArray, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { type AuctionId, type BidId, newId, type PersonId, type PoolId } from "../../kernel/ids.ts";
import { auctions, bids } from "./schema.ts";

// Auctions of the past, as imports write them. The statements belong to a write of the caller, which
// records why. They hold no points, and no job ends them.

export interface PastAuction {
  readonly id: AuctionId;
  /** Begins with `import:`. Only such an auction can be removed with its bids. */
  readonly key: `import:${string}`;
  readonly poolId: PoolId;
  readonly itemName: string;
  readonly itemId: number | null;
  readonly status: "settled" | "void";
  readonly voidReason: string | null;
  readonly minimum: number;
  readonly classes: readonly string[] | null;
  readonly opensAt: number;
  readonly closesAt: number;
  readonly bids: readonly {
    readonly personId: PersonId;
    readonly value: number;
    readonly at: number;
    readonly isWinner: boolean;
    readonly rolls: readonly number[] | null;
  }[];
}

/** The statements of an auction that is over. Its bids keep their order. */
export function pastAuction(auction: PastAuction): readonly Writable[] {
  const { id, key, bids: all, closesAt, ...rest } = auction;
  return [
    insertInto(auctions, {
      ...{ ...rest, id, closesAt, originalClosesAt: closesAt, settledAt: closesAt },
      ...{ mode: "open", copies: 1, increments: [], tieBreak: "roll", allowsOffSpec: false },
      ...{ allowsAllIn: false, snipeMs: 0, extensionsMax: 0, overtimeMsMax: 0 },
      ...{ seedHash: "", seed: "", idempotencyKey: key },
    }),
    ...all.map(({ isWinner, ...bid }, at) =>
      insertInto(bids, {
        ...bid,
        ...{ id: newId<BidId>(), auctionId: id, spec: "main" as const },
        state: isWinner ? "won" : "lost",
        idempotencyKey: `${key}:${at}`,
      }),
    ),
  ];
}

/** Removes an auction that an import added, with its bids. */
export function withoutAuction(id: string): readonly Writable[] {
  return [
    build.delete(bids).where(sql`${bids.auctionId} = ${id}`),
    build.delete(auctions).where(sql`${auctions.id} = ${id}`),
  ];
}

/** Auctions with bids of these people, besides the ones of a list. */
export const auctionsOfOthers = prepare(
  (value: Values<{ people: string; made: string; limit: number }>) =>
    build
      .selectDistinct(columnsOf(auctions, "id", "itemName"))
      .from(bids)
      .innerJoin(auctions, eq(auctions.id, bids.auctionId))
      .where(
        and(
          sql`${bids.personId} in (select value from json_each(${value.people}))`,
          notInArray(bids.auctionId, sql`(select value from json_each(${value.made}))`),
        ),
      )
      .limit(value.limit),
);
