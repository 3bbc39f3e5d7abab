import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { asNumber, existsIn } from "../../database/query.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { LedgerTxId, PersonId, PoolId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { refuseUnknown } from "../references.ts";
import {
  accountFigures,
  entriesBefore,
  entryOfId,
  entryOfKey,
  linesBefore,
  postingsOf,
} from "./entry-queries.ts";
import { earnedUnit } from "./ledger.ts";
import { formatPoints } from "./points.ts";
import { type Pool, poolOf } from "./pools.ts";
import {
  type AccountKind,
  accounts,
  balances,
  type LedgerKind,
  ledgerTx,
  pools,
  type Unit,
} from "./schema.ts";

/** One side of an entry; `personName` is the person's current name. */
export interface EntryPosting {
  readonly account: AccountKind;
  readonly personId: PersonId | null;
  readonly personName: string | null;
  readonly amount: number;
  readonly points: string;
  readonly unit: Unit;
}

interface EntryHead {
  readonly id: LedgerTxId;
  readonly seq: number;
  readonly kind: LedgerKind;
  readonly poolId: PoolId;
  readonly decimals: number;
  readonly reason: string;
  readonly effectiveAt: number;
  readonly recordedAt: number;
  readonly actorType: string;
  /** Null when the actor has no person in the roster. */
  readonly actorName: string | null;
  readonly reverses: LedgerTxId | null;
  readonly reversedBy: LedgerTxId | null;
}

/** One entry with all its lines: people first, the guild's side last. */
export interface Entry extends EntryHead {
  readonly postings: readonly EntryPosting[];
}

/** One entry in a list: its first line, and how many people it concerns. */
export interface EntrySummary extends EntryHead {
  readonly people: number;
  readonly personId: PersonId | null;
  readonly personName: string | null;
  readonly amount: number;
  readonly points: string;
  readonly unit: Unit;
}

/** One line of a person's account; `balance` is the balance after it. */
export interface StatementLine {
  readonly entryId: LedgerTxId;
  readonly seq: number;
  readonly kind: LedgerKind;
  readonly reason: string;
  readonly effectiveAt: number;
  readonly recordedAt: number;
  readonly reverses: LedgerTxId | null;
  readonly reversedBy: LedgerTxId | null;
  readonly unit: Unit;
  readonly amount: number;
  readonly points: string;
  readonly balance: number;
  readonly balancePoints: string;
}

/** A person's current figures in one pool. */
export interface Account {
  readonly personId: PersonId;
  readonly name: string;
  readonly balance: number;
  readonly earned: number;
  readonly spent: number;
  readonly points: string;
}

/** A condition: another entry reverses this one. False for an id of null. */
export function isReversed(entryId: SQLWrapper | string): SQL {
  return existsIn(ledgerTx, sql`${ledgerTx.reversesId} = ${entryId}`);
}

/** A condition: a person has at least these effort points in a pool. */
export function effortOf(poolId: string, personId: string, least: number): SQL {
  return sql`coalesce((select ${balances.balance} from ${balances}
    join ${accounts} on ${accounts.id} = ${balances.accountId}
    where ${accounts.poolId} = ${poolId} and ${accounts.personId} = ${personId}
      and ${accounts.kind} = 'person' and ${balances.unit} = 'ep'), 0) >= ${least}`;
}

/** The digits after the point in a pool, as an expression. 0 for a pool of null. */
export function decimalsOf(poolId: SQLWrapper): SQL<number> {
  return asNumber(
    sql`coalesce((select ${pools.decimals} from ${pools} where ${pools.id} = ${poolId}), 0)`,
  );
}

/** @throws {NotFound} `dkp/entry-not-found` */
export async function entry(ctx: GuildContext, id: string): Promise<Entry> {
  allow(ctx, "ledger.view");
  const found = await readEntry(ctx, id);
  if (found !== undefined) return found;
  throw new NotFound("dkp/entry-not-found", "This entry does not exist in the ledger.");
}

/** The entry with this id, without a permission check. For verbs that have checked. */
export async function readEntry(ctx: GuildContext, id: string): Promise<Entry | undefined> {
  return await withPostings(ctx, await entryOfId.first(ctx.db, { id }));
}

/** The entry that was made with a key, without a permission check. */
export async function entryByKey(ctx: GuildContext, key: string): Promise<Entry | undefined> {
  return await withPostings(ctx, await entryOfKey.first(ctx.db, { key }));
}

export interface LedgerQuery {
  readonly pool?: string | undefined;
  readonly person?: string | undefined;
  readonly kind?: LedgerKind | undefined;
  readonly raid?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/**
 * One pool's entries, newest first.
 * @throws {NotFound} `dkp/pool-not-found`, `roster/person-not-found`, `raids/not-found`
 */
export async function ledger(
  ctx: GuildContext,
  query: LedgerQuery,
): Promise<Page<EntrySummary> & { readonly pool: Pool }> {
  allow(ctx, "ledger.view");
  const pool = await poolOf(ctx, query.pool);
  await refuseUnknown(ctx, "person", query.person);
  await refuseUnknown(ctx, "raid", query.raid);
  const [before] =
    query.cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(query.cursor, 1);
  const rows = await entriesOfPage(ctx, pool, query, Number(before));
  const items = rows.map((row) => ({ ...row, points: formatPoints(row.amount, pool.decimals) }));
  return { pool, ...toPage(items, query.limit, (last) => [last.seq]) };
}

type EntryRow = Omit<EntrySummary, "points">;

/** One entry more than the page has. Reads a few at a time, because each may have a thousand people. */
async function entriesOfPage(
  ctx: GuildContext,
  pool: Pool,
  query: LedgerQuery,
  before: number,
): Promise<readonly EntryRow[]> {
  const { kind, person, raid, limit } = query;
  const rows: EntryRow[] = [];
  for (let seq = before; rows.length <= limit; seq = rows.at(-1)!.seq) {
    const count = Math.min(limits.dkp.entriesAtOnce, limit + 1 - rows.length);
    const found = await entriesBefore.all(ctx.db, {
      poolId: pool.id,
      seq,
      kind: kind ?? "",
      personId: person ?? "",
      raidId: raid ?? "",
      count,
    });
    rows.push(...found);
    if (found.length < count) break;
  }
  return rows;
}

export interface StatementQuery {
  readonly personId: string;
  readonly pool?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/**
 * A person's account with every change to it, newest first.
 *
 * @throws {NotFound} `dkp/pool-not-found`, `roster/person-not-found`
 */
export async function statement(
  ctx: GuildContext,
  query: StatementQuery,
): Promise<Page<StatementLine> & { readonly pool: Pool; readonly account: Account }> {
  allow(ctx, "ledger.view");
  const pool = await poolOf(ctx, query.pool);
  const account = await readAccount(ctx, pool, query.personId);
  if (account === undefined) {
    throw new NotFound("roster/person-not-found", "This person does not exist in the roster.");
  }
  const [seq, line] =
    query.cursor === undefined ? [Number.MAX_SAFE_INTEGER, 0] : decodeCursor(query.cursor, 2);
  const rows = await linesBefore.all(ctx.db, {
    poolId: pool.id,
    personId: query.personId,
    seq: Number(seq),
    line: Number(line),
    count: query.limit + 1,
  });
  const page = toPage(rows, query.limit, (last) => [last.seq, last.line]);
  return {
    pool,
    account,
    ...page,
    items: page.items.map(({ line: _, ...row }) => ({
      ...row,
      points: formatPoints(row.amount, pool.decimals),
      balancePoints: formatPoints(row.balance, pool.decimals),
    })),
  };
}

/** A person's figures in one pool, without a permission check; undefined when there is no such person. */
export async function readAccount(
  ctx: GuildContext,
  pool: Pool,
  personId: string,
): Promise<Account | undefined> {
  const unit = earnedUnit(pool.kind);
  const row = await accountFigures.first(ctx.db, { poolId: pool.id, unit, personId });
  return row && { ...row, points: formatPoints(row.balance, pool.decimals) };
}

async function withPostings(
  ctx: GuildContext,
  head: EntryHead | undefined,
): Promise<Entry | undefined> {
  if (head === undefined) return undefined;
  const rows = await postingsOf.all(ctx.db, { id: head.id });
  const postings = rows.map((row) => ({
    ...row,
    points: formatPoints(row.amount, head.decimals),
  }));
  return { ...head, postings };
}
