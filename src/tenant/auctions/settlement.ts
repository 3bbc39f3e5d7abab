import { and, asc, eq, lte, or, sql } from "drizzle-orm";
import {
  asBoolean,
  asNumber,
  columnsOf,
  existsIn,
  prepare,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import type { Clock } from "../../kernel/clock.ts";
import {
  type AuctionId,
  type LedgerTxId,
  type LootId,
  newId,
  type PersonId,
  type PoolId,
} from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { balanceOf } from "../dkp/expressions.ts";
import { earnedUnit } from "../dkp/ledger.ts";
import { pricePart } from "../dkp/pool-rules.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import { leastEffort } from "../dkp/standings.ts";
import { momentOf } from "../events.ts";
import { foldItem } from "../loot/items.ts";
import { auctionLoot, paymentStatements } from "../loot/payments.ts";
import { peopleAt } from "../raids/queries.ts";
import { classOfMain, hasCharacterAmong, isActivePerson } from "../roster/queries.ts";
import { announceState } from "./announcements.ts";
import { allDecided, endsWhenDecided } from "./early-end.ts";
import { availableSql } from "./holds.ts";
import { type Auction, auctionRow, isLive } from "./queries.ts";
import { type Bidder, decide, type LiveBid, type Winner } from "./rules.ts";
import { auctions, bids, holds } from "./schema.ts";

const liveBids = prepare(({ id }: Values<{ readonly id: AuctionId }>) =>
  build
    .select(columnsOf(bids, "id", "seq", "personId", "value", "spec"))
    .from(bids)
    .where(isLive(id))
    .orderBy(asc(bids.seq)),
);

const seedOf = prepare(({ id }: Values<{ readonly id: AuctionId }>) =>
  build.select(columnsOf(auctions, "seed")).from(auctions).where(eq(auctions.id, id)),
);

interface Item {
  readonly id: AuctionId;
  readonly poolId: PoolId;
  readonly unit: ReturnType<typeof earnedUnit>;
  /** JSON lists, or null for all. */
  readonly classes: string | null;
  readonly roles: string | null;
}

/** The people with a live bid. */
const biddersIn = prepare(({ id, poolId, unit, classes, roles }: Values<Item>) => {
  const { personId } = bids;
  return build
    .select({
      personId,
      class: classOfMain(personId),
      isEligible: asBoolean(sql`${isActivePerson(personId)}
        and ${hasCharacterAmong(personId, { classes, roles })}`),
      balance: balanceOf(poolId, personId, unit),
      gear: balanceOf(poolId, personId, "gp"),
      held: asNumber(sql`coalesce((select sum(${holds.amount}) from ${holds}
        where ${holds.personId} = ${personId} and ${holds.poolId} = ${poolId}
          and ${holds.auctionId} <> ${id}), 0)`),
    })
    .from(bids)
    .where(isLive(id));
});

/** The outcome of an auction whose closing time has passed; otherwise `closesAt`. */
export type Settlement =
  | { readonly status: "settled" | "void" }
  | { readonly status: "open"; readonly closesAt: number };

/** A balance or another settlement changed between reading and writing. */
class ConcurrentChange extends Error {}

/**
 * Ends an auction after its closing time. Winners, payments, loot and released holds are one transaction,
 * so repeated and concurrent calls settle it once. Skips a bidder who can no longer pay the full price.
 *
 * `settledNow` ignores a clock that jumped ahead. An auction that was opened by that clock also ends by it.
 *
 * @throws {NotFound} `auctions/not-found`
 */
export async function settle(
  ctx: GuildContext,
  auctionId: string,
  settledNow: Clock = ctx.now,
): Promise<Settlement> {
  for (let tries = 1; ; tries++) {
    const auction = await auctionRow(ctx, auctionId);
    if (auction.status !== "open") return { status: auction.status };
    const now = auction.opensAt > settledNow().getTime() ? ctx.now : settledNow;
    if (now().getTime() < auction.closesAt && !(await isDecidedEarly(ctx, auction))) {
      return { status: "open", closesAt: auction.closesAt };
    }
    try {
      await settleOnce({ ...ctx, now }, auction);
    } catch (error) {
      if (!(error instanceof ConcurrentChange) || tries >= limits.auctions.settleTriesMax)
        throw error;
    }
  }
}

/**
 * Settles an auction that ends when everyone has decided, if they have. After a bid or a pass.
 *
 * @throws {NotFound} `auctions/not-found`
 */
export async function settleWhenDecided(ctx: GuildContext, auctionId: string): Promise<void> {
  if (!(await endsWhenDecided(ctx, auctionId))) return;
  await settle({ ...ctx, actor: { type: "system", job: "auction.settle" } }, auctionId);
}

async function isDecidedEarly(ctx: GuildContext, auction: Auction): Promise<boolean> {
  if (auction.rules.endsWhenPassed !== true) return false;
  const decided = prepare(() =>
    rowsOf({ isDecided: asBoolean(allDecided(auction)) }, (columns) => sql`select ${columns}`),
  );
  return (await decided.first(ctx.db))?.isDecided === true;
}

async function settleOnce(ctx: GuildContext, auction: Auction): Promise<void> {
  const pool = await poolOf(ctx, auction.poolId);
  const [live, secret] = await Promise.all([
    liveBids.all(ctx.db, { id: auction.id }),
    seedOf.first(ctx.db, { id: auction.id }),
  ]);
  const bidders = await biddersOf(ctx, pool, auction);
  const payable = (bid: LiveBid, price: number) =>
    pricePart(pool, price, { spec: bid.spec, class: bidders.get(bid.personId)?.class ?? null });
  // People may have left, or lost the character that the item is for, since they bid.
  const valid = live.filter((bid) => bidders.get(bid.personId)?.isEligible);
  const { winners, unpaid, rolls } = decide(auction, valid, bidders, secret!.seed, payable);
  const awards: (Writable | Guard)[] = [];
  for (const won of winners) awards.push(...(await awardStatements(ctx, auction, pool, won)));
  const nowMs = ctx.now().getTime();
  const states = live.map((bid) => ({
    id: bid.id,
    rolls: rolls.get(bid.personId) ?? null,
    state: winners.some((won) => won.bid === bid)
      ? "won"
      : unpaid.includes(bid)
        ? "unpaid"
        : "lost",
  }));
  await write(ctx.db, [
    guard(
      existsIn(
        auctions,
        and(
          eq(auctions.id, auction.id),
          eq(auctions.status, "open"),
          eq(auctions.closesAt, auction.closesAt),
          or(lte(auctions.closesAt, momentOf(ctx.now)), allDecided(auction)),
        ),
      ),
      () => new ConcurrentChange("Another process has settled the auction."),
    ),
    guard(
      sql`(select coalesce(json_group_array(${bids.id} || ' ' || ${bids.personId}), '[]')
          from (select ${bids.id}, ${bids.personId} from ${bids}
            where ${isLive(auction.id)} order by ${bids.seq}) as ${bids})
        = ${JSON.stringify(live.map(({ id, personId }) => `${id} ${personId}`))}`,
      () => new ConcurrentChange("The bids changed since they were read."),
    ),
    build
      .update(auctions)
      .set({ status: "settled", settledAt: nowMs })
      .where(eq(auctions.id, auction.id)),
    build.delete(holds).where(eq(holds.auctionId, auction.id)),
    build
      .update(bids)
      .set({ state: sql`s.value->>'state'`, rolls: sql`s.value->'rolls'` })
      .from(sql`json_each(${JSON.stringify(states)}) s`)
      .where(sql`${bids.id} = s.value->>'id'`),
    ...awards,
    announceState(auction.id, nowMs),
    record(ctx, "auction.settle", auction.id, {
      after: {
        item: auction.itemName,
        winners: winners.map(({ bid, price }) => ({ person: bid.personId, price })),
        ...(unpaid.length > 0 && { unpaid: unpaid.map((bid) => bid.personId) }),
      },
    }),
  ]);
}

/** One copy: the loot row, the payment, and guards that the winner may still win and pay. */
async function awardStatements(
  ctx: GuildContext,
  auction: Auction,
  pool: Pool,
  { bid, price }: Winner,
): Promise<readonly (Writable | Guard)[]> {
  const lootId = newId<LootId>();
  const txId = price > 0 ? newId<LedgerTxId>() : null;
  const floor = pool.kind === "epgp" ? null : pool.floor;
  const available = availableSql(pool.id, bid.personId, auction.id);
  const nowMs = ctx.now().getTime();
  const { slot, itemLevel } = auction.rules;
  return [
    guard(
      isActivePerson(bid.personId),
      () => new ConcurrentChange("The winner has left the roster."),
    ),
    ...(floor === null
      ? []
      : [
          guard(
            sql`${available} - ${price} >= ${floor}`,
            () => new ConcurrentChange("The winner cannot pay any more."),
          ),
        ]),
    auctionLoot({
      ...{ id: lootId, itemName: auction.itemName, itemKey: foldItem(auction.itemName) },
      ...{ itemId: auction.itemId, fate: "person", personId: bid.personId, spec: bid.spec },
      ...{ poolId: pool.id, price, txId, source: "auction", auctionId: auction.id },
      ...{ raidId: auction.raidId, boss: auction.boss, note: auction.note },
      ...{ idempotencyKey: `auction:${bid.id}`, at: nowMs },
      ...(slot !== undefined && { slot }),
      ...(itemLevel !== undefined && { itemLevel }),
    }),
    ...(txId === null
      ? []
      : await paymentStatements(ctx, pool, {
          ...{ txId, key: `auction:${bid.id}`, lootId, itemName: auction.itemName },
          ...{ personId: bid.personId, price, raidId: auction.raidId },
        })),
  ];
}

/** What decides about each bidder now. */
async function biddersOf(
  ctx: GuildContext,
  pool: Pool,
  auction: Auction,
): Promise<ReadonlyMap<PersonId, Bidder>> {
  const { id, classes, roles } = auction;
  const rows = await biddersIn.all(ctx.db, {
    ...{ id, poolId: pool.id, unit: earnedUnit(pool.kind) },
    classes: classes && JSON.stringify(classes),
    roles: roles && JSON.stringify(roles),
  });
  const { raidId, rules } = auction;
  const isBound = rules.presentOnly === true && raidId !== null;
  const there = isBound ? await peopleAt(ctx, raidId) : [];
  const present = new Set(
    there.filter((one) => one.presence === "present").map((one) => one.personId),
  );
  const isEpgp = pool.kind === "epgp";
  return new Map(
    rows.map(({ personId, balance, gear, held, ...row }) => [
      personId,
      {
        class: row.class,
        isEligible:
          row.isEligible && balance >= leastEffort(pool) && (!isBound || present.has(personId)),
        balance,
        priority: isEpgp ? balance / Math.max(gear, pool.minGearPoints) : balance,
        canPay: isEpgp || pool.floor === null ? null : balance - held - pool.floor,
      },
    ]),
  );
}
