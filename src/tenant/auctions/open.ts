import { and, eq, not, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, Invalid } from "../../kernel/errors.ts";
import { type AuctionId, newId } from "../../kernel/ids.ts";
import { newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { untilUnchanged } from "../dkp/concurrent-change.ts";
import { isPoolInUse } from "../dkp/expressions.ts";
import { amountFault, parsePoints } from "../dkp/points.ts";
import { listedPrice, type Slot } from "../dkp/pool-rules.ts";
import type { Pool } from "../dkp/pools.ts";
import { readEntry } from "../dkp/queries.ts";
import { reversalStatements } from "../dkp/reversal.ts";
import { forgetOldEvents } from "../events.ts";
import { auctionLootReverted } from "../loot/payments.ts";
import { poolAtRaid } from "../raids/queries.ts";
import { mustExist } from "../references.ts";
import { announceState } from "./announcements.ts";
import { type AuctionView, auction, auctionRow } from "./queries.ts";
import { hasOnePrice, type Increment, isAscending, isRolled, seedHashOf } from "./rules.ts";
import {
  type AuctionMode,
  type AuctionRules,
  auctions,
  bids,
  holds,
  type PriceRule,
  type TieBreak,
} from "./schema.ts";

const auctionByKey = prepare(({ key }: Values<{ readonly key: string }>) =>
  build.select(columnsOf(auctions, "id")).from(auctions).where(eq(auctions.idempotencyKey, key)),
);

export const SETTLE_JOB = "auction.settle";

type Points = string | number;

export interface NewAuction {
  readonly itemName: string;
  readonly itemId?: number | undefined;
  readonly mode: AuctionMode;
  readonly durationMs: number;
  readonly pool?: string | undefined;
  readonly copies?: number | undefined;
  readonly minimum?: Points | undefined;
  readonly maximum?: Points | undefined;
  readonly increment?: Points | undefined;
  /** Price-dependent increments that replace the single `increment`. */
  readonly increments?: readonly { readonly from: Points; readonly by: Points }[] | undefined;
  readonly tieBreak?: TieBreak | undefined;
  readonly allowsOffSpec?: boolean | undefined;
  readonly allowsAllIn?: boolean | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly snipeMs?: number | undefined;
  readonly extensionsMax?: number | undefined;
  readonly overtimeMsMax?: number | undefined;
  readonly boss?: string | undefined;
  readonly raidId?: string | undefined;
  readonly note?: string | undefined;
  readonly price?: PriceRule | undefined;
  readonly presentOnly?: boolean | undefined;
  readonly allowsMinimum?: boolean | undefined;
  readonly endsWhenPassed?: boolean | undefined;
  readonly slot?: Slot | undefined;
  readonly itemLevel?: number | undefined;
}

/** Defaults that guilds know from other systems: thirty more seconds for a late bid, five minutes at most. */
const USUAL = { snipeMs: 30_000, extensionsMax: 20, overtimeMsMax: 300_000 } as const;

/**
 * Opens an auction of one item. First schedules the job that ends it, so that it ends even after a crash.
 *
 * @throws {Invalid} `auctions/bad-terms`; {NotFound} `dkp/pool-not-found`
 *
 * @throws {Conflict} `auctions/too-many`, `dkp/pool-archived`
 */
export async function openAuction(
  ctx: GuildContext,
  jobs: Jobs,
  input: NewAuction,
): Promise<AuctionView> {
  allow(ctx, "auctions.run");
  const pool = await poolAtRaid(ctx, input.raidId, input.pool);
  // Checked before the job is scheduled, because the job would remain after an error.
  const raid = mustExist("raid", input.raidId, "/raidId");
  if (raid.length > 0) await write(ctx.db, raid);
  const key = ctx.idempotencyKey && `${describe(ctx.actor).id}:${ctx.idempotencyKey}`;
  const before = key && (await idByKey(ctx, key));
  if (before) return await auction(ctx, before);
  const id = newId<AuctionId>();
  const row = rowOf(ctx, id, pool, input, key ?? id);
  await jobs.enqueue(ctx.guild.id, SETTLE_JOB, id, row.closesAt);
  try {
    await write(ctx.db, [...opening(ctx, pool, row), audited(ctx, pool, row)]);
  } catch (error) {
    const first = key && (await idByKey(ctx, key));
    if (first) return await auction(ctx, first);
    throw error;
  }
  return await auction(ctx, id);
}

/**
 * Ends an auction without a winner and releases its holds.
 *
 * @throws {Conflict} `auctions/not-open`
 */
export async function voidAuction(
  ctx: GuildContext,
  id: string,
  reason: string,
): Promise<AuctionView> {
  allow(ctx, "auctions.run");
  const row = await auctionRow(ctx, id);
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    guard(
      existsIn(auctions, and(eq(auctions.id, row.id), eq(auctions.status, "open"))),
      () => new Conflict("auctions/not-open", "This auction has ended. An officer can rerun it."),
    ),
    build
      .update(auctions)
      .set({ status: "void", voidReason: reason, settledAt: nowMs })
      .where(eq(auctions.id, row.id)),
    build
      .update(bids)
      .set({ state: "lost" })
      .where(and(eq(bids.auctionId, row.id), eq(bids.state, "live"))),
    build.delete(holds).where(eq(holds.auctionId, row.id)),
    announceState(row.id, nowMs),
    record(ctx, "auction.cancel", row.id, { after: { item: row.itemName, reason } }),
  ]);
  return await auction(ctx, id);
}

/**
 * Repeats an auction: reverses its payments with new entries, marks its loot, and opens a new auction with
 * the same terms. Nothing of the first auction is changed or deleted.
 *
 * @throws {Conflict} `auctions/still-open`, `auctions/reopened-already`
 */
export async function reopenAuction(
  ctx: GuildContext,
  jobs: Jobs,
  id: string,
  durationMs: number,
): Promise<AuctionView> {
  allow(ctx, "auctions.run");
  const first = await auction(ctx, id);
  if (first.status === "open") {
    throw new Conflict("auctions/still-open", "This auction is still open. Cancel it first.");
  }
  const again = newId<AuctionId>();
  const terms: NewAuction = {
    ...first,
    pool: first.poolId,
    itemId: first.itemId ?? undefined,
    raidId: first.raidId ?? undefined,
    classes: first.classes ?? undefined,
    roles: first.roles ?? undefined,
    minimum: undefined,
    maximum: undefined,
    increments: undefined,
    durationMs,
  };
  const made = {
    ...rowOf(ctx, again, first.pool, terms, again),
    minimum: first.minimum,
    maximum: first.maximum,
    increments: first.increments,
    ...(Object.keys(first.rules).length > 0 && { rules: first.rules }),
    reopens: first.id,
  };
  await jobs.enqueue(ctx.guild.id, SETTLE_JOB, again, made.closesAt);
  await untilUnchanged(async () => {
    const paid = first.loot.flatMap(({ txId, isReverted }) => (txId && !isReverted ? [txId] : []));
    const entries = await Promise.all(paid.map(async (id) => (await readEntry(ctx, id))!));
    await write(ctx.db, [
      guard(
        not(existsIn(auctions, eq(auctions.reopens, first.id))),
        () => new Conflict("auctions/reopened-already", "This auction was already rerun."),
      ),
      ...(await reversalStatements(ctx, first.pool, entries)),
      auctionLootReverted(first.id, ctx.now().getTime()),
      ...opening(ctx, first.pool, made),
      record(ctx, "auction.reopen", first.id, { after: { item: first.itemName, by: again } }),
    ]);
  });
  return await auction(ctx, again);
}

type Row = ReturnType<typeof rowOf> & { readonly reopens?: AuctionId };

function rowOf(ctx: GuildContext, id: AuctionId, pool: Pool, input: NewAuction, key: string) {
  const { mode, durationMs } = input;
  const nowMs = ctx.now().getTime();
  const listed = listedPrice(pool.prices, input.slot, input.itemLevel);
  const minimum =
    input.minimum === undefined ? (listed ?? 0) : amount(pool, input.minimum, "/minimum");
  const maximum = input.maximum === undefined ? null : amount(pool, input.maximum, "/maximum");
  if (maximum !== null && maximum < minimum)
    throw bad("/maximum", "Enter a maximum above the minimum bid.");
  if (pool.kind === "epgp" && !hasOnePrice(mode)) {
    throw bad("/mode", "Items in an EPGP pool have one price. Choose a fixed price or a roll.");
  }
  if (pool.archivedAt !== null) {
    throw new Conflict("dkp/pool-archived", "This pool is archived. Choose another one.");
  }
  const seed = newToken();
  const usualTieBreak: TieBreak = pool.kind === "epgp" ? "priority" : "first";
  const snipes = isAscending(mode);
  return {
    id,
    poolId: pool.id,
    itemName: input.itemName.trim(),
    itemId: input.itemId ?? null,
    boss: input.boss?.trim() ?? "",
    raidId: input.raidId ?? null,
    note: input.note?.trim() ?? "",
    mode,
    copies: input.copies ?? 1,
    minimum,
    maximum,
    increments: incrementsOf(pool, input),
    tieBreak: input.tieBreak ?? (isRolled(mode) ? "roll" : usualTieBreak),
    allowsOffSpec: input.allowsOffSpec !== false,
    allowsAllIn: input.allowsAllIn !== false,
    classes: input.classes?.length ? input.classes : null,
    roles: input.roles?.length ? input.roles : null,
    opensAt: nowMs,
    closesAt: nowMs + durationMs,
    originalClosesAt: nowMs + durationMs,
    snipeMs: snipes ? (input.snipeMs ?? Math.min(USUAL.snipeMs, durationMs)) : 0,
    extensionsMax: input.extensionsMax ?? USUAL.extensionsMax,
    overtimeMsMax: input.overtimeMsMax ?? USUAL.overtimeMsMax,
    seedHash: seedHashOf(seed),
    seed,
    idempotencyKey: key,
    ...rulesOf(input),
  };
}

/** The column of the rules. Absent if there are none, because an older schema does not have it. */
function rulesOf(input: NewAuction): { readonly rules?: AuctionRules } {
  const { price, presentOnly, allowsMinimum, endsWhenPassed, slot, itemLevel } = input;
  if ((presentOnly || endsWhenPassed) && input.raidId === undefined) {
    throw bad("/raidId", "Choose the raid whose people may bid.");
  }
  const flags = { presentOnly, allowsMinimum, endsWhenPassed };
  const rules = { price, ...flags, slot, itemLevel };
  return Object.values(rules).every((rule) => rule === undefined) ? {} : { rules };
}

function opening(ctx: GuildContext, pool: Pool, row: Row) {
  return [
    guard(
      sql`(select count(*) from ${auctions} where ${auctions.status} = 'open')
        < ${limits.auctions.openMax}`,
      () =>
        new Conflict(
          "auctions/too-many",
          `A guild has ${limits.auctions.openMax} auctions open auctions at most. Wait until some of them end.`,
        ),
    ),
    guard(
      isPoolInUse(pool.id),
      () => new Conflict("dkp/pool-archived", "This pool is archived. Choose another one."),
    ),
    insertInto(auctions, row),
    announceState(row.id, row.opensAt),
    forgetOldEvents(ctx.now().getTime()),
  ];
}

function audited(ctx: GuildContext, pool: Pool, row: Row) {
  const after = { item: row.itemName, mode: row.mode, copies: row.copies, pool: pool.name };
  return record(ctx, "auction.open", row.id, { after });
}

function incrementsOf(pool: Pool, input: NewAuction): readonly Increment[] {
  const one = 10 ** pool.decimals;
  const steps = input.increments ?? [{ from: 0, by: input.increment ?? 1 }];
  const found = steps.map(({ from, by }, index) => ({
    from: amount(pool, from, `/increments/${index}/from`),
    by: amount(pool, by, `/increments/${index}/by`),
  }));
  found.sort((a, b) => a.from - b.from);
  if (found.some(({ by }) => by <= 0)) throw bad("/increment", "Enter an increment above zero.");
  return found[0]?.from === 0 ? found : [{ from: 0, by: one }, ...found];
}

function amount(pool: Pool, points: Points, pointer: string): number {
  const fault = amountFault(points, pool.decimals, "zero or more");
  if (fault !== undefined) throw bad(pointer, fault);
  return parsePoints(points, pool.decimals)!;
}

function bad(pointer: string, detail: string): Invalid {
  return new Invalid("auctions/bad-terms", detail, { errors: [{ pointer, detail }] });
}

async function idByKey(ctx: GuildContext, key: string): Promise<AuctionId | undefined> {
  return (await auctionByKey.first(ctx.db, { key }))?.id;
}
