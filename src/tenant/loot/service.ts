import { and, eq, isNull, not } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { existsIn } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import { type LedgerTxId, type LootId, newId, type PersonId } from "../../kernel/ids.ts";
import { nextTurn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { describe, record } from "../audit.ts";
import { allow, forMembers, type GuildContext } from "../context.ts";
import { BEHIND_DECAY, behindDecay, notBehindDecay } from "../dkp/behind-decay.ts";
import { untilUnchanged } from "../dkp/concurrent-change.ts";
import { amountFault, formatPoints, parsePoints } from "../dkp/points.ts";
import { listedPrice, pricePart, type Slot } from "../dkp/pool-rules.ts";
import { isReversed, readEntry } from "../dkp/queries.ts";
import { reversalStatements } from "../dkp/reversal.ts";
import { floorGuard, type Pool, poolOf } from "../dkp/service.ts";
import { poolIsOpen } from "../dkp/service-guards.ts";
import { poolAtRaid } from "../raids/queries.ts";
import { mustExist, refuseUnknown } from "../references.ts";
import { classOf, isActivePerson } from "../roster/queries.ts";
import { foldItem } from "./items.ts";
import { hasEnoughEffort, paymentStatements } from "./payments.ts";
import { type LootRow, lootById, lootByKey, lootPage } from "./queries.ts";
import { type LootFate, lootAwards, type Spec } from "./schema.ts";

export { setWishes, type Wish, wishes } from "./wishes.ts";
export type { Spec };

/** An award, or an item without a receiver. `price` is in minor units of the pool, `points` in points. */
export type Loot = LootRow & { readonly points: string };

export interface LootQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly person?: string | undefined;
  readonly raid?: string | undefined;
  readonly item?: string | undefined;
  /** Part of the item's name. */
  readonly q?: string | undefined;
}

export interface NewLoot {
  readonly itemName: string;
  readonly itemId?: number | undefined;
  readonly fate: LootFate;
  readonly personId?: string | undefined;
  readonly spec?: Spec | undefined;
  readonly points?: string | number | undefined;
  readonly pool?: string | undefined;
  readonly source?: "manual" | "council" | undefined;
  readonly auctionId?: string | undefined;
  readonly raidId?: string | undefined;
  readonly boss?: string | undefined;
  readonly note?: string | undefined;
  readonly slot?: Slot | undefined;
  readonly itemLevel?: number | undefined;
  /** When it dropped, in Unix milliseconds. Now by default. */
  readonly at?: number | undefined;
}

/** Lists awards, the latest first. */
export async function loot(ctx: GuildContext, query: LootQuery): Promise<Page<Loot>> {
  allow(ctx, "loot.view");
  await refuseUnknown(ctx, "person", query.person);
  await refuseUnknown(ctx, "raid", query.raid);
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const rows = await lootPage.all(ctx.db, {
    at: at ?? null,
    id: id ?? null,
    person: query.person ?? "",
    raid: query.raid ?? "",
    item: query.item === undefined ? "" : foldItem(query.item),
    part: query.q === undefined ? "" : foldItem(query.q),
    limit: query.limit + 1,
  });
  return toPage(
    rows.map((row) => toLoot(ctx, row)),
    query.limit,
    (last) => [last.at, last.id],
  );
}

/** @throws {NotFound} `loot/not-found` */
export async function lootItem(ctx: GuildContext, id: string): Promise<Loot> {
  allow(ctx, "loot.view");
  const row = await lootById.first(ctx.db, { id });
  if (row) return toLoot(ctx, row);
  throw new NotFound("loot/not-found", "This item does not exist in the loot list.");
}

/**
 * Records an item and takes its price in the same transaction, together with the statements of `also`.
 * The same Idempotency-Key returns the award of the first request.
 * @throws {Invalid} `loot/bad-loot` @throws {Conflict} `dkp/insufficient-balance`
 * @throws {NotFound} `dkp/pool-not-found`
 */
export async function addLoot(
  ctx: GuildContext,
  input: NewLoot,
  also: (id: LootId) => readonly (Writable | Guard)[] = () => [],
): Promise<Loot> {
  allow(ctx, "auctions.run");
  const pool = await poolAtRaid(ctx, input.raidId, input.pool);
  const nowMs = ctx.now().getTime();
  if (input.at !== undefined && input.at > nowMs) throw bad("/at", "Choose a date in the past.");
  const personId = (input.personId ?? null) as PersonId | null;
  const price = await payableOf(ctx, pool, input, personId);
  const id = newId<LootId>();
  const key = ctx.idempotencyKey ? `${describe(ctx.actor).id}:${ctx.idempotencyKey}` : `loot:${id}`;
  const first = await byKey(ctx, key);
  if (first) return first;
  try {
    const award = { id, key, pool, price, personId, input };
    await write(ctx.db, [
      ...(await awardStatements(ctx, award)),
      ...also(id),
      record(ctx, "loot.award", id, {
        after: { item: input.itemName, fate: input.fate, person: personId, price },
      }),
    ]);
  } catch (error) {
    const made = await byKey(ctx, key);
    if (made) return made;
    if (error instanceof DatabaseError && error.kind === "foreign-key") throw notActive();
    if (error === BEHIND_DECAY && personId !== null) {
      const effectiveAt = input.at ?? nowMs;
      throw await behindDecay(ctx, pool, { personId, amount: price, effectiveAt });
    }
    throw error;
  }
  return await lootItem(ctx, id);
}

/** What the person pays: the price by the pool's list if none was given, less for the off spec and class. */
async function payableOf(
  ctx: GuildContext,
  pool: Pool,
  input: NewLoot,
  personId: PersonId | null,
): Promise<number> {
  const listed = listedPrice(pool.prices, input.slot, input.itemLevel);
  const price = priceOf(input, pool, listed);
  if (personId === null || price === 0) return price;
  const main = await classOf.first(ctx.db, { id: personId });
  return pricePart(pool, price, { spec: input.spec ?? "main", class: main?.class ?? null });
}

/** Checks the person and the price of an award. Returns the price in minor units. */
function priceOf(input: NewLoot, pool: Pool, listed = 0): number {
  const toPerson = input.fate === "person";
  if (toPerson !== (input.personId !== undefined)) {
    throw bad("/personId", "Choose a recipient or another destination.");
  }
  if (input.points === undefined) return toPerson ? listed : 0;
  const fault = amountFault(input.points, pool.decimals, "zero or more");
  if (fault !== undefined) throw bad("/points", fault);
  const price = parsePoints(input.points, pool.decimals)!;
  if (price > 0 && !toPerson)
    throw bad("/points", "Only a person can pay. Choose a recipient, or leave the price empty.");
  return price;
}

interface Award {
  readonly id: LootId;
  readonly key: string;
  readonly pool: Pool;
  readonly price: number;
  readonly personId: PersonId | null;
  readonly input: NewLoot;
}

/** The row of an award with its guards, and its payment. */
async function awardStatements(
  ctx: GuildContext,
  award: Award,
): Promise<readonly (Writable | Guard)[]> {
  const { id, key, pool, price, personId, input } = award;
  const txId = price > 0 && personId !== null ? newId<LedgerTxId>() : null;
  const { slot, itemLevel } = input;
  return [
    ...mustExist("raid", input.raidId, "/raidId"),
    ...mustExist("auction", input.auctionId, "/auctionId"),
    poolIsOpen(pool),
    ...(personId === null
      ? []
      : [guard(isActivePerson(personId), notActive), ...hasEnoughEffort(pool, personId)]),
    ...(txId === null ? [] : notBehindDecay(pool, [personId!], input.at)),
    insertInto(lootAwards, {
      id,
      itemName: input.itemName.trim(),
      itemKey: foldItem(input.itemName),
      itemId: input.itemId ?? null,
      fate: input.fate,
      personId,
      spec: input.fate === "person" ? (input.spec ?? "main") : null,
      poolId: pool.id,
      price,
      txId,
      source: input.source ?? "manual",
      auctionId: input.auctionId ?? null,
      raidId: input.raidId ?? null,
      boss: input.boss?.trim() ?? "",
      note: input.note?.trim() ?? "",
      idempotencyKey: key,
      at: input.at ?? ctx.now().getTime(),
      ...(slot !== undefined && { slot }),
      ...(itemLevel !== undefined && { itemLevel }),
    }),
    ...(txId === null || personId === null
      ? []
      : await paymentStatements(ctx, pool, {
          ...{ txId, key, lootId: id, personId, price },
          itemName: input.itemName.trim(),
          raidId: input.raidId ?? null,
          effectiveAt: input.at,
        })),
    ...(txId === null || personId === null ? [] : floorGuard(pool, personId, short())),
  ];
}

function short(): Conflict {
  return new Conflict(
    "dkp/insufficient-balance",
    "The balance is too low for this price. Enter a lower price.",
  );
}

/**
 * Reverts an award. An entry reverses its payment, and the row stays as reverted.
 * @throws {NotFound} `loot/not-found` @throws {Conflict} `loot/reverted-already`
 */
export async function revertLoot(ctx: GuildContext, id: string, reason: string): Promise<Loot> {
  allow(ctx, "auctions.run");
  const item = await lootItem(ctx, id);
  const entry = item.txId === null ? undefined : await readEntry(ctx, item.txId);
  const pool = await poolOf(ctx, item.poolId ?? undefined);
  const isAward = eq(lootAwards.id, item.id);
  const isDone = () => new Conflict("loot/reverted-already", "This award was already reverted.");
  await untilUnchanged(async () =>
    write(ctx.db, [
      guard(existsIn(lootAwards, and(isAward, isNull(lootAwards.revertedAt))), isDone),
      ...(entry === undefined
        ? []
        : [
            guard(not(isReversed(entry.id)), isDone),
            ...(await reversalStatements(ctx, pool, [entry], reason)),
          ]),
      build.update(lootAwards).set({ revertedAt: ctx.now().getTime() }).where(isAward),
      record(ctx, "loot.revert", id, { after: { item: item.itemName, reason } }),
    ]),
  );
  return await lootItem(ctx, id);
}

/** The columns of the loot file. */
export const LOOT_COLUMNS = [
  ...["when", "item", "person", "class", "spec", "price", "fate", "source", "boss", "raid"],
  ...["note", "undone"],
] as const;

/** Every award as a line of a file, the latest first. */
export async function lootLines(ctx: GuildContext) {
  const lines: Record<(typeof LOOT_COLUMNS)[number], string>[] = [];
  const limit = limits.loot.csvRowsAtOnce;
  for (let cursor: string | undefined; ; ) {
    const page = await loot(ctx, { limit, cursor });
    for (const one of page.items) lines.push(lineOf(one));
    cursor = page.next ?? undefined;
    if (cursor === undefined) return lines;
    await nextTurn();
  }
}

function lineOf(one: Loot) {
  return {
    when: new Date(one.at).toISOString(),
    item: one.itemName,
    person: one.personName ?? "",
    class: one.class ?? "",
    spec: one.spec ?? "",
    price: one.points,
    fate: one.fate,
    source: one.source,
    boss: one.boss,
    raid: one.raidName ?? "",
    note: one.note,
    undone: one.isReverted ? "yes" : "",
  };
}

async function byKey(ctx: GuildContext, key: string): Promise<Loot | undefined> {
  const row = await lootByKey.first(ctx.db, { key });
  return row && toLoot(ctx, row);
}

function toLoot(ctx: GuildContext, row: LootRow): Loot {
  return { ...row, note: forMembers(ctx, row.note), points: formatPoints(row.price, row.decimals) };
}

function notActive(): Invalid {
  return bad("/personId", "Choose an active person from the roster.");
}

function bad(pointer: string, detail: string): Invalid {
  return new Invalid("loot/bad-loot", detail, { errors: [{ pointer, detail }] });
}
