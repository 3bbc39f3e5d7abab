import { sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import { type LedgerTxId, type LootId, newId, type PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { reversalLines, spendLines } from "../dkp/ledger.ts";
import { formatPoints, parsePoints } from "../dkp/points.ts";
import { poolOf } from "../dkp/pools.ts";
import { statementsOf } from "../dkp/post.ts";
import { readEntry } from "../dkp/queries.ts";
import { mustExist, refuseUnknown } from "../references.ts";
import { foldItem } from "./items.ts";
import type { LootFate, LootSource, Spec } from "./schema.ts";

export { setWishes, type Wish, wishes } from "./wishes.ts";
export type { Spec };

/** One item and where it went. `price` is in minor units of the pool, `points` as people read it. */
export interface Loot {
  readonly id: LootId;
  readonly itemName: string;
  readonly itemKey: string;
  readonly itemId: number | null;
  readonly fate: LootFate;
  readonly personId: PersonId | null;
  readonly personName: string | null;
  readonly class: string | null;
  readonly spec: Spec | null;
  readonly poolId: string | null;
  readonly decimals: number;
  readonly price: number;
  readonly points: string;
  readonly txId: string | null;
  readonly source: LootSource;
  readonly auctionId: string | null;
  readonly raidId: string | null;
  readonly raidName: string | null;
  readonly boss: string;
  readonly note: string;
  readonly at: number;
  /** True once the award was taken back; the row stays. */
  readonly isReverted: boolean;
}

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

const LOOT = `
  SELECT l.id, l.item_name AS itemName, l.item_key AS itemKey, l.item_id AS itemId, l.fate,
    l.person_id AS personId, n.name AS personName,
    (SELECT class FROM characters c WHERE c.person_id = n.id AND c.is_main = 1) AS class,
    l.spec, l.pool_id AS poolId, coalesce(p.decimals, 0) AS decimals, l.price, l.tx_id AS txId,
    l.source, l.auction_id AS auctionId, l.raid_id AS raidId, r.name AS raidName, l.boss, l.note,
    l.at, l.reverted_at IS NOT NULL
      OR EXISTS (SELECT 1 FROM ledger_tx t WHERE t.reverses_id = l.tx_id) AS isReverted
  FROM loot_awards l LEFT JOIN persons n ON n.id = l.person_id
    LEFT JOIN pools p ON p.id = l.pool_id LEFT JOIN raids r ON r.id = l.raid_id`;

type LootRow = Omit<Loot, "points" | "isReverted"> & { readonly isReverted: number };

/** What dropped and who has it, the latest first. */
export async function loot(ctx: GuildContext, query: LootQuery): Promise<Page<Loot>> {
  allow(ctx, "loot.view");
  await refuseUnknown(ctx, "person", query.person);
  await refuseUnknown(ctx, "raid", query.raid);
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const rows = await ctx.db.all<LootRow>(
    `${LOOT} WHERE (l.at, l.id) < (coalesce(?1, 9e15), coalesce(?2, ''))
       AND (?3 = '' OR l.person_id = ?3) AND (?4 = '' OR l.raid_id = ?4)
       AND (?5 = '' OR l.item_key = ?5) AND (?6 = '' OR instr(l.item_key, ?6) > 0)
     ORDER BY l.at DESC, l.id DESC LIMIT ?7`,
    at ?? null,
    id ?? null,
    query.person ?? "",
    query.raid ?? "",
    query.item === undefined ? "" : foldItem(query.item),
    query.q === undefined ? "" : foldItem(query.q),
    query.limit + 1,
  );
  return toPage(rows.map(toLoot), query.limit, (last) => [last.at, last.id]);
}

/** @throws {NotFound} `loot/not-found` */
export async function lootItem(ctx: GuildContext, id: string): Promise<Loot> {
  allow(ctx, "loot.view");
  const row = await ctx.db.first<LootRow>(`${LOOT} WHERE l.id = ?`, id);
  if (row) return toLoot(row);
  throw new NotFound("loot/not-found", "This guild has no such loot.");
}

/**
 * Notes where an item went, and takes its price in the same transaction; `also` stands in it too.
 * @throws {Invalid} `loot/bad-loot` @throws {Conflict} `dkp/insufficient-balance`
 * @throws {NotFound} `dkp/pool-not-found`
 */
export async function addLoot(
  ctx: GuildContext,
  input: NewLoot,
  also: (id: LootId) => readonly (Writable | Guard)[] = () => [],
): Promise<Loot> {
  allow(ctx, "auctions.run");
  const toPerson = input.fate === "person";
  if (toPerson !== (input.personId !== undefined)) {
    throw bad("/personId", "Say who got it, or that nobody did.");
  }
  const pool = await poolOf(ctx, input.pool);
  const price = input.points === undefined ? 0 : parsePoints(input.points, pool.decimals);
  if (price === undefined || price < 0) {
    throw bad("/points", `Give a number with at most ${pool.decimals} digits after the point.`);
  }
  if (price > 0 && !toPerson) throw bad("/points", "Nobody pays for what nobody gets.");
  const id = newId<LootId>();
  const key = ctx.idempotencyKey ? `${describe(ctx.actor).id}:${ctx.idempotencyKey}` : `loot:${id}`;
  const first = await byKey(ctx, key);
  if (first) return first;
  const txId = price > 0 ? newId<LedgerTxId>() : null;
  const personId = (input.personId ?? null) as PersonId | null;
  const statements: readonly (Writable | Guard)[] = [
    ...mustExist("raid", input.raidId, "/raidId"),
    ...mustExist("auction", input.auctionId, "/auctionId"),
    ...(personId === null
      ? []
      : [
          guard(
            sql`exists (select 1 from persons where id = ${personId} and status = 'active')`,
            () => bad("/personId", "This person is not active in the roster."),
          ),
        ]),
    {
      sql: `INSERT INTO loot_awards (id, item_name, item_key, item_id, fate, person_id, spec, pool_id,
              price, tx_id, source, auction_id, raid_id, boss, note, idempotency_key, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        id,
        input.itemName.trim(),
        foldItem(input.itemName),
        input.itemId ?? null,
        input.fate,
        personId,
        toPerson ? (input.spec ?? "main") : null,
        pool.id,
        price,
        txId,
        input.source ?? "manual",
        input.auctionId ?? null,
        input.raidId ?? null,
        input.boss?.trim() ?? "",
        input.note?.trim() ?? "",
        key,
        ctx.now().getTime(),
      ],
    },
    ...(txId === null || personId === null
      ? []
      : [
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
          ...(pool.floor === null || pool.kind === "epgp"
            ? []
            : [
                guard(
                  sql`(select balance from balances join accounts on accounts.id = account_id
                    where pool_id = ${pool.id} and person_id = ${personId} and kind = 'person'
                      and unit = 'pt') >= ${pool.floor}`,
                  () =>
                    new Conflict(
                      "dkp/insufficient-balance",
                      "The balance is too low for this price.",
                    ),
                ),
              ]),
        ]),
    ...also(id),
    record(ctx, "loot.award", id, {
      after: { item: input.itemName, fate: input.fate, person: personId, price },
    }),
  ];
  try {
    await write(ctx.db, statements);
  } catch (error) {
    const made = await byKey(ctx, key);
    if (made) return made;
    if (error instanceof DatabaseError && error.kind === "foreign-key") {
      throw bad("/personId", "This person is not active in the roster.");
    }
    throw error;
  }
  return await lootItem(ctx, id);
}

/**
 * Takes an award back: its payment is undone by an entry, the row stays and says so.
 * @throws {NotFound} `loot/not-found` @throws {Conflict} `loot/reverted-already`
 */
export async function revertLoot(ctx: GuildContext, id: string, reason: string): Promise<Loot> {
  allow(ctx, "auctions.run");
  const item = await lootItem(ctx, id);
  const entry = item.txId === null ? undefined : await readEntry(ctx, item.txId);
  const pool = await poolOf(ctx, item.poolId ?? undefined);
  const reversal = newId<LedgerTxId>();
  const isDone = () => new Conflict("loot/reverted-already", "This award was taken back already.");
  await write(ctx.db, [
    guard(sql`exists (select 1 from loot_awards where id = ${id} and reverted_at is null)`, isDone),
    ...(entry === undefined
      ? []
      : [
          guard(sql`not exists (select 1 from ledger_tx where reverses_id = ${entry.id})`, isDone),
          ...statementsOf(ctx, reversal, reversal, {
            pool,
            poolId: pool.id,
            kind: "reversal",
            origin: entry.kind,
            reason,
            reverses: entry.id,
            effectiveAt: undefined,
            lines: reversalLines(entry.postings),
          }),
        ]),
    sql`update loot_awards set reverted_at = ${ctx.now().getTime()} where id = ${id}`,
    record(ctx, "loot.revert", id, { after: { item: item.itemName, reason } }),
  ]);
  return await lootItem(ctx, id);
}

/** The loot as rows of a file, the latest first. */
export async function lootRows(ctx: GuildContext): Promise<readonly (readonly string[])[]> {
  const { items } = await loot(ctx, { limit: limits.loot.csvRowsMax });
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

async function byKey(ctx: GuildContext, key: string): Promise<Loot | undefined> {
  const row = await ctx.db.first<LootRow>(`${LOOT} WHERE l.idempotency_key = ?`, key);
  return row && toLoot(row);
}

function toLoot(row: LootRow): Loot {
  return {
    ...row,
    points: formatPoints(row.price, row.decimals),
    isReverted: row.isReverted === 1,
  };
}

function bad(pointer: string, detail: string): Invalid {
  return new Invalid("loot/bad-loot", detail, { errors: [{ pointer, detail }] });
}
