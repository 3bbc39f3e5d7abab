import { sql } from "drizzle-orm";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { type LedgerTxId, type LootId, newId, type PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { earnedUnit, spendLines } from "../dkp/ledger.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import { statementsOf } from "../dkp/post.ts";
import { momentOf } from "../events.ts";
import { foldItem } from "../loot/items.ts";
import { presentAt } from "../raids/service.ts";
import { announceState } from "./announcements.ts";
import { availableSql } from "./bids.ts";
import { type Auction, auctionRow } from "./queries.ts";
import { type Bidder, decide, type LiveBid, type Winner } from "./rules.ts";

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
 * @throws {NotFound} `auctions/not-found`
 */
export async function settle(ctx: GuildContext, auctionId: string): Promise<Settlement> {
  for (let tries = 1; ; tries++) {
    const auction = await auctionRow(ctx, auctionId);
    if (auction.status !== "open") return { status: auction.status };
    if (ctx.now().getTime() < auction.closesAt) {
      return { status: "open", closesAt: auction.closesAt };
    }
    try {
      await settleOnce(ctx, auction);
    } catch (error) {
      if (!(error instanceof ConcurrentChange) || tries >= limits.auctions.settleTriesMax)
        throw error;
    }
  }
}

async function settleOnce(ctx: GuildContext, auction: Auction): Promise<void> {
  const pool = await poolOf(ctx, auction.poolId);
  const [bids, secret] = await Promise.all([
    ctx.db.all<LiveBid>(
      `SELECT id, seq, person_id AS personId, value, spec FROM bids
       WHERE auction_id = ? AND state = 'live' ORDER BY seq`,
      auction.id,
    ),
    ctx.db.first<{ seed: string }>("SELECT seed FROM auctions WHERE id = ?", auction.id),
  ]);
  const bidders = await biddersOf(ctx, pool, auction);
  const { winners, unpaid, rolls } = decide(auction, bids, bidders, secret!.seed);
  // In a zero-sum pool, the members present at the raid share the price. Without a raid, the bank keeps it.
  const isShared = pool.kind === "zero-sum" && auction.raidId !== null;
  const sharedWith = isShared ? await presentAt(ctx, auction.raidId) : [];
  const nowMs = ctx.now().getTime();
  const states = bids.map((bid) => ({
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
      sql`exists (select 1 from auctions where id = ${auction.id} and status = 'open'
        and closes_at = ${auction.closesAt} and closes_at <= ${momentOf(ctx.now)})`,
      () => new ConcurrentChange("Another process has settled the auction."),
    ),
    guard(
      sql`(select coalesce(json_group_array(id || ' ' || person_id), '[]') from (select id, person_id
          from bids where auction_id = ${auction.id} and state = 'live' order by seq))
        = ${JSON.stringify(bids.map(({ id, personId }) => `${id} ${personId}`))}`,
      () => new ConcurrentChange("The bids changed since they were read."),
    ),
    sql`update auctions set status = 'settled', settled_at = ${nowMs} where id = ${auction.id}`,
    sql`delete from holds where auction_id = ${auction.id}`,
    sql`update bids set state = s.value->>'state', rolls = s.value->'rolls'
      from json_each(${JSON.stringify(states)}) s where bids.id = s.value->>'id'`,
    ...winners.flatMap((won) => awardStatements(ctx, auction, pool, won, sharedWith)),
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

/** One copy: the loot row, the payment, and a guard that the winner still has the points. */
function awardStatements(
  ctx: GuildContext,
  auction: Auction,
  pool: Pool,
  { bid, price }: Winner,
  sharedWith: readonly PersonId[],
): readonly (Writable | Guard)[] {
  const lootId = newId<LootId>();
  const txId = price > 0 ? newId<LedgerTxId>() : null;
  const floor = pool.kind === "epgp" ? null : pool.floor;
  const available = availableSql(pool.id, bid.personId, auction.id);
  const nowMs = ctx.now().getTime();
  return [
    ...(floor === null
      ? []
      : [
          guard(
            sql`${available} - ${price} >= ${floor}`,
            () => new ConcurrentChange("The winner cannot pay any more."),
          ),
        ]),
    {
      sql: `INSERT INTO loot_awards (id, item_name, item_key, item_id, fate, person_id, spec, pool_id,
              price, tx_id, source, auction_id, raid_id, boss, note, idempotency_key, at)
            VALUES (?, ?, ?, ?, 'person', ?, ?, ?, ?, ?, 'auction', ?, ?, ?, ?, ?, ?)`,
      args: [
        lootId,
        auction.itemName,
        foldItem(auction.itemName),
        auction.itemId,
        bid.personId,
        bid.spec,
        pool.id,
        price,
        txId,
        auction.id,
        auction.raidId,
        auction.boss,
        auction.note,
        `auction:${bid.id}`,
        nowMs,
      ],
    },
    ...(txId === null
      ? []
      : statementsOf(ctx, txId, `auction:${bid.id}`, {
          pool,
          poolId: pool.id,
          kind: "spend",
          origin: "spend",
          reason: auction.itemName,
          reverses: null,
          effectiveAt: undefined,
          raidId: auction.raidId ?? undefined,
          lootId,
          lines: spendLines(pool.kind, bid.personId, price, sharedWith),
        })),
  ];
}

async function biddersOf(
  ctx: GuildContext,
  pool: Pool,
  auction: Auction,
): Promise<ReadonlyMap<PersonId, Bidder>> {
  const balanceOf = (unit: string) =>
    `coalesce((SELECT balance FROM balances JOIN accounts ON accounts.id = account_id
       WHERE pool_id = ?1 AND accounts.person_id = b.person_id AND kind = 'person'
         AND unit = '${unit}'), 0)`;
  const rows = await ctx.db.all<{
    personId: PersonId;
    balance: number;
    gear: number;
    held: number;
  }>(
    `SELECT b.person_id AS personId, ${balanceOf(earnedUnit(pool.kind))} AS balance,
       ${balanceOf("gp")} AS gear,
       coalesce((SELECT sum(amount) FROM holds h WHERE h.person_id = b.person_id
         AND h.pool_id = ?1 AND h.auction_id <> ?2), 0) AS held
     FROM bids b WHERE b.auction_id = ?2 AND b.state = 'live'`,
    pool.id,
    auction.id,
  );
  const isEpgp = pool.kind === "epgp";
  return new Map(
    rows.map(({ personId, balance, gear, held }) => [
      personId,
      {
        balance,
        priority: isEpgp ? balance / Math.max(gear, pool.minGearPoints) : balance,
        canPay: isEpgp || pool.floor === null ? null : balance - held - pool.floor,
      },
    ]),
  );
}
