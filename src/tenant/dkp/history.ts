import { and, eq, isNotNull, ne, sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import type { Guard, Writable } from "../../database/write.ts";
import { type LedgerTxId, newId, type PersonId, type PoolId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { persons } from "../roster/schema.ts";
import { type Line, reversalLines } from "./ledger.ts";
import { type Pool, systemAccounts } from "./pools.ts";
import { statementsOf } from "./post.ts";
import { type Entry, entryByKey, readEntry } from "./queries.ts";
import {
  type AccountKind,
  accounts,
  balances,
  decayRuns,
  type LedgerKind,
  ledgerPostings,
  ledgerTx,
  type PoolKind,
  pools,
  type Unit,
} from "./schema.ts";

// Entries of the past, as imports write them. Caps, floors and decay do not apply: the points were given
// under the rules of their time.

type PastKind = Exclude<LedgerKind, "reversal" | "transfer">;

/** The guild's side of an entry of the past. */
const COUNTERPARTS: Readonly<Record<PastKind, AccountKind>> = {
  award: "mint",
  spend: "loot-sink",
  adjust: "adjust",
  decay: "decay",
  opening: "import-opening",
};

export interface PastEntry {
  readonly id: LedgerTxId;
  /** The same in every try of the import. */
  readonly key: string;
  readonly kind: PastKind;
  readonly at: number;
  readonly reason: string;
  readonly importBatch: string;
  readonly raidId?: string | undefined;
  readonly lootId?: string | undefined;
  readonly lines: readonly {
    readonly personId: PersonId;
    readonly amount: number;
    readonly unit: Unit;
  }[];
}

/** The statements of an entry of the past. The guild's side balances each unit. */
export function pastEntry(ctx: GuildContext, pool: Pool, entry: PastEntry) {
  const { id, key, kind, at, lines: own, ...rest } = entry;
  const account =
    kind === "spend" && pool.kind === "zero-sum" ? ("bank" as const) : COUNTERPARTS[kind];
  const people = own.map((line): Line => ({ account: "person", ...line }));
  const others = [...Map.groupBy(people, ({ unit }) => unit)].map(([unit, some]): Line => {
    const sum = some.reduce((total, { amount }) => total + amount, 0);
    return { account, personId: null, amount: sum === 0 ? 0 : -sum, unit };
  });
  return statementsOf(ctx, id, key, {
    ...rest,
    pool,
    poolId: pool.id,
    kind,
    origin: kind,
    reverses: null,
    effectiveAt: Math.min(at, ctx.now().getTime()),
    lines: [...people, ...others],
  });
}

/** An entry that is about to be reversed: what is needed to write its exact opposite. */
export type Reversible = Pick<Entry, "id" | "kind" | "postings">;

/** The statements that reverse an entry, at a time of the past or now. */
export function pastReversal(
  ctx: GuildContext,
  pool: Pool,
  reversal: {
    readonly id: LedgerTxId;
    readonly key: string;
    readonly of: Reversible;
    readonly reason: string;
    readonly importBatch: string;
    readonly at?: number | undefined;
  },
): readonly (Statement | Guard)[] {
  const { id, key, of, reason, importBatch, at } = reversal;
  return statementsOf(ctx, id, key, {
    pool,
    poolId: pool.id,
    kind: "reversal",
    origin: of.kind,
    reason,
    reverses: of.id,
    effectiveAt: at === undefined ? undefined : Math.min(at, ctx.now().getTime()),
    importBatch,
    lines: reversalLines(of.postings),
  });
}

/** The statements that take back a reversal, which itself cannot be reversed. */
export function pastCorrection(
  ctx: GuildContext,
  pool: Pool,
  correction: {
    readonly of: Reversible;
    readonly key: string;
    readonly reason: string;
    readonly importBatch: string;
  },
): readonly (Statement | Guard)[] {
  const { of, key, reason, importBatch } = correction;
  const lines = of.postings.flatMap(({ personId, amount, unit }) =>
    personId === null ? [] : [{ personId, amount: amount === 0 ? 0 : -amount, unit }],
  );
  const id = newId<LedgerTxId>();
  const at = ctx.now().getTime();
  return pastEntry(ctx, pool, { id, key, kind: "adjust", at, reason, importBatch, lines });
}

/** An entry with its postings, or undefined. */
export async function entryOf(ctx: GuildContext, id: string): Promise<Entry | undefined> {
  return await readEntry(ctx, id);
}

/** The entry that was written with this key, or undefined. */
export async function entryWithKey(ctx: GuildContext, key: string): Promise<Entry | undefined> {
  return await entryByKey(ctx, key);
}

/** The entry that reverses this one. */
export const reversalOf = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select({ ...columnsOf(ledgerTx, "id", "importBatch") })
    .from(ledgerTx)
    .where(sql`${ledgerTx.reversesId} = ${id}`),
);

/** Entries of these people that do not come from this import, up to `limit`. */
export const entriesOfOthers = prepare(
  (value: Values<{ people: string; batch: string; limit: number }>) =>
    build
      .selectDistinct({ id: ledgerTx.id, reason: ledgerTx.reason, name: persons.name })
      .from(accounts)
      .innerJoin(persons, eq(persons.id, accounts.personId))
      .innerJoin(ledgerPostings, eq(ledgerPostings.accountId, accounts.id))
      .innerJoin(ledgerTx, eq(ledgerTx.id, ledgerPostings.txId))
      .where(
        and(
          sql`${accounts.personId} in (select value from json_each(${value.people}))`,
          sql`coalesce(${ledgerTx.importBatch}, '') <> ${value.batch}`,
        ),
      )
      .limit(value.limit),
);

/** Decays of a pool after a moment. */
export const decaysSince = prepare((value: Values<{ pool: string; at: number }>) =>
  build
    .select(columnsOf(decayRuns, "period", "at"))
    .from(decayRuns)
    .where(
      and(
        sql`${decayRuns.poolId} = ${value.pool}`,
        sql`${decayRuns.at} > ${value.at}`,
        isNotNull(decayRuns.txId),
      ),
    ),
);

/** The balances of the people of a pool. */
export const balancesIn = prepare(({ pool }: Values<{ pool: string }>) =>
  build
    .select({
      personId: accounts.personId,
      unit: balances.unit,
      balance: asNumber(balances.balance),
    })
    .from(accounts)
    .innerJoin(balances, eq(balances.accountId, accounts.id))
    .where(and(sql`${accounts.poolId} = ${pool}`, eq(accounts.kind, "person"))),
);

/** People with an account, whose person can be archived but not removed. */
export const peopleWithAccounts = prepare(({ people }: Values<{ people: string }>) =>
  build
    .selectDistinct({ personId: accounts.personId })
    .from(accounts)
    .where(
      and(
        ne(accounts.kind, "mint"),
        sql`${accounts.personId} in (select value from json_each(${people}))`,
      ),
    ),
);

/** The import that an entry comes from; null for entries of the guild's own. */
export const batchOfEntry = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select(columnsOf(ledgerTx, "importBatch"))
    .from(ledgerTx)
    .where(sql`${ledgerTx.id} = ${id}`),
);

/** The statements of a pool that an import adds. It is not the guild's default one. */
export function pastPool(pool: {
  readonly id: PoolId;
  readonly name: string;
  readonly kind: PoolKind;
  readonly decimals: number;
  readonly createdAt: number;
}): readonly (Statement | Writable)[] {
  return [insertInto(pools, { ...pool, rules: {} }), systemAccounts({ id: pool.id })];
}
