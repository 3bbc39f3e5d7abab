import { and, eq, isNull } from "drizzle-orm";
import { build, insertInto, type NewRow } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { LedgerTxId, LootId, PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { type Line, spendLines } from "../dkp/ledger.ts";
import type { Pool } from "../dkp/pools.ts";
import { statementsOf } from "../dkp/post.ts";
import { effortOf } from "../dkp/queries.ts";
import { pricesShared } from "../dkp/shares.ts";
import { leastEffort } from "../dkp/standings.ts";
import { peopleAt } from "../raids/queries.ts";
import { lootAwards } from "./schema.ts";

// How a person pays for an item. An auction, a council and an officer all pay by these rules.

/** A price that a person pays for an item. */
export interface Payment {
  readonly txId: LedgerTxId;
  readonly key: string;
  readonly lootId: LootId;
  readonly itemName: string;
  readonly personId: PersonId;
  /** In minor units, after the pool's parts for the off spec and the class. */
  readonly price: number;
  readonly raidId: string | null;
  readonly effectiveAt?: number | undefined;
}

/** The ledger entry of a payment. The caller adds the guards of the pool's floor. */
export async function paymentStatements(
  ctx: GuildContext,
  pool: Pool,
  payment: Payment,
): Promise<readonly (Writable | Guard)[]> {
  const { txId, key, lootId, itemName, raidId, effectiveAt } = payment;
  return statementsOf(ctx, txId, key, {
    pool,
    poolId: pool.id,
    kind: "spend",
    origin: "spend",
    reason: itemName,
    reverses: null,
    effectiveAt,
    raidId: raidId ?? undefined,
    lootId,
    lines: await paymentLines(ctx, pool, payment),
  });
}

/**
 * In a zero-sum pool, the people at the raid share the price: those on the bench as much as the pool says.
 * Without a raid, the bank keeps it. The tax comes off before.
 */
async function paymentLines(
  ctx: GuildContext,
  pool: Pool,
  { personId, price, raidId }: Payment,
): Promise<readonly Line[]> {
  const tax = pool.kind === "epgp" ? 0 : Math.floor((price * pool.taxPct) / 100);
  const isShared = pool.kind === "zero-sum" && raidId !== null;
  const people = isShared ? await peopleAt(ctx, raidId) : [];
  const sharers = people
    .map((one) => ({
      personId: one.personId,
      weight: one.presence === "bench" ? pool.benchSharePct : 100,
    }))
    .filter(({ weight }) => weight > 0);
  const shares = await pricesShared(ctx, pool.id, price - tax, sharers);
  return spendLines(pool.kind, personId, price, shares, tax);
}

/** The row of an award that an auction made. */
export function auctionLoot(row: NewRow<typeof lootAwards>) {
  return insertInto(lootAwards, row);
}

/** Takes back the awards of an auction that is repeated. */
export function auctionLootReverted(auctionId: string, nowMs: number) {
  return build
    .update(lootAwards)
    .set({ revertedAt: nowMs })
    .where(and(eq(lootAwards.auctionId, auctionId), isNull(lootAwards.revertedAt)));
}

/** EPGP: who has fewer effort points than the pool's minimum gets no items. */
export function hasEnoughEffort(pool: Pool, personId: PersonId): readonly Guard[] {
  const least = leastEffort(pool);
  if (least === Number.MIN_SAFE_INTEGER) return [];
  return [
    guard(
      effortOf(pool.id, personId, least),
      () =>
        new Conflict(
          "dkp/below-minimum",
          "This person has fewer effort points than the pool's minimum. Choose another person.",
        ),
    ),
  ];
}
