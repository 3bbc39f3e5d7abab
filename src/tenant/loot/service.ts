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
import { allow, type GuildContext } from "../context.ts";
import { reversalLines, spendLines } from "../dkp/ledger.ts";
import { forwardedToJoined } from "../dkp/person-part.ts";
import { formatPoints, parsePoints } from "../dkp/points.ts";
import { statementsOf } from "../dkp/post.ts";
import { isReversed, readEntry } from "../dkp/queries.ts";
import { floorGuard, type Pool, poolOf } from "../dkp/service.ts";
import { mustExist, refuseUnknown } from "../references.ts";
import { isActivePerson } from "../roster/queries.ts";
import { foldItem } from "./items.ts";
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
  return toPage(rows.map(toLoot), query.limit, (last) => [last.at, last.id]);
}

/** @throws {NotFound} `loot/not-found` */
export async function lootItem(ctx: GuildContext, id: string): Promise<Loot> {
  allow(ctx, "loot.view");
  const row = await lootById.first(ctx.db, { id });
  if (row) return toLoot(row);
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
  const pool = await poolOf(ctx, input.pool);
  const price = priceOf(input, pool);
  const id = newId<LootId>();
  const key = ctx.idempotencyKey ? `${describe(ctx.actor).id}:${ctx.idempotencyKey}` : `loot:${id}`;
  const first = await byKey(ctx, key);
  if (first) return first;
  const personId = (input.personId ?? null) as PersonId | null;
  try {
    await write(ctx.db, [
      ...awardStatements(ctx, { id, key, pool, price, personId, input }),
      ...also(id),
      record(ctx, "loot.award", id, {
        after: { item: input.itemName, fate: input.fate, person: personId, price },
      }),
    ]);
  } catch (error) {
    const made = await byKey(ctx, key);
    if (made) return made;
    if (error instanceof DatabaseError && error.kind === "foreign-key") throw notActive();
    throw error;
  }
  return await lootItem(ctx, id);
}

/** Checks the person and the price of an award. Returns the price in minor units. */
function priceOf(input: NewLoot, pool: Pool): number {
  const toPerson = input.fate === "person";
  if (toPerson !== (input.personId !== undefined)) {
    throw bad("/personId", "Choose a recipient or another destination.");
  }
  const price = input.points === undefined ? 0 : parsePoints(input.points, pool.decimals);
  if (price === undefined || price < 0) {
    throw bad("/points", `Enter a number with at most ${pool.decimals} decimals.`);
  }
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
function awardStatements(ctx: GuildContext, award: Award): readonly (Writable | Guard)[] {
  const { id, key, pool, price, personId, input } = award;
  const txId = price > 0 ? newId<LedgerTxId>() : null;
  return [
    ...mustExist("raid", input.raidId, "/raidId"),
    ...mustExist("auction", input.auctionId, "/auctionId"),
    ...(personId === null ? [] : [guard(isActivePerson(personId), notActive)]),
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
      at: ctx.now().getTime(),
    }),
    ...(txId === null || personId === null ? [] : paymentStatements(ctx, award, txId, personId)),
  ];
}

/** The ledger entry that pays for an award, and the guard of the pool's floor. */
function paymentStatements(
  ctx: GuildContext,
  { id, key, pool, price, input }: Award,
  txId: LedgerTxId,
  personId: PersonId,
): readonly (Writable | Guard)[] {
  const short = new Conflict(
    "dkp/insufficient-balance",
    "The balance is too low for this price. Enter a lower price.",
  );
  return [
    ...statementsOf(ctx, txId, key, {
      pool,
      poolId: pool.id,
      kind: "spend",
      origin: "spend",
      reason: input.itemName.trim(),
      reverses: null,
      effectiveAt: undefined,
      raidId: input.raidId,
      lootId: id,
      lines: spendLines(pool.kind, personId, price),
    }),
    ...floorGuard(pool, personId, short),
  ];
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
  const reversal = newId<LedgerTxId>();
  const isAward = eq(lootAwards.id, item.id);
  const lines = entry === undefined ? [] : reversalLines(entry.postings);
  const isDone = () => new Conflict("loot/reverted-already", "This award was already reverted.");
  await write(ctx.db, [
    guard(existsIn(lootAwards, and(isAward, isNull(lootAwards.revertedAt))), isDone),
    ...(entry === undefined
      ? []
      : [
          guard(not(isReversed(entry.id)), isDone),
          ...statementsOf(ctx, reversal, reversal, {
            pool,
            poolId: pool.id,
            kind: "reversal",
            origin: entry.kind,
            reason,
            reverses: entry.id,
            effectiveAt: undefined,
            lines,
          }),
          ...(await forwardedToJoined(ctx, pool, reason, lines)),
        ]),
    build.update(lootAwards).set({ revertedAt: ctx.now().getTime() }).where(isAward),
    record(ctx, "loot.revert", id, { after: { item: item.itemName, reason } }),
  ]);
  return await lootItem(ctx, id);
}

/** Returns the rows of a CSV file, the latest award first. */
export async function lootRows(ctx: GuildContext): Promise<readonly (readonly string[])[]> {
  const items = await newestLoot(ctx);
  const head = ["when", "item", "person", "class", "spec", "price", "fate", "source", "boss"];
  return [
    [...head, "raid", "note", "undone"],
    ...items.map((one) => [
      new Date(one.at).toISOString(),
      one.itemName,
      one.personName ?? "",
      one.class ?? "",
      one.spec ?? "",
      one.points,
      one.fate,
      one.source,
      one.boss,
      one.raidName ?? "",
      one.note,
      one.isReverted ? "yes" : "",
    ]),
  ];
}

/** Reads some hundred at a time, so that others have their turn. */
async function newestLoot(ctx: GuildContext): Promise<readonly Loot[]> {
  const { csvRowsMax, csvRowsAtOnce } = limits.loot;
  const items: Loot[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(csvRowsAtOnce, csvRowsMax - items.length);
    const page = await loot(ctx, { limit, cursor });
    items.push(...page.items);
    cursor = page.next ?? undefined;
    await nextTurn();
  } while (cursor !== undefined && items.length < csvRowsMax);
  return items;
}

async function byKey(ctx: GuildContext, key: string): Promise<Loot | undefined> {
  const row = await lootByKey.first(ctx.db, { key });
  return row && toLoot(row);
}

function toLoot(row: LootRow): Loot {
  return { ...row, points: formatPoints(row.price, row.decimals) };
}

function notActive(): Invalid {
  return bad("/personId", "Choose an active person from the roster.");
}

function bad(pointer: string, detail: string): Invalid {
  return new Invalid("loot/bad-loot", detail, { errors: [{ pointer, detail }] });
}
