import { z } from "@hono/zod-openapi";
import { and, eq, type gte, type lt, ne, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { changedMeanwhile, type PersonPart } from "../person-parts.ts";
import { keysOf, transfer } from "./joined.ts";
import { transferLines } from "./ledger.ts";
import { poolOf } from "./pools.ts";
import { type Entry, readEntry } from "./queries.ts";
import { transferReversals } from "./reversal.ts";
import { accounts, balances, ledgerTx, pools } from "./schema.ts";

const balancesOf = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select({
      poolId: accounts.poolId,
      pool: pools.name,
      ...columnsOf(balances, "unit", "balance"),
    })
    .from(accounts)
    .innerJoin(balances, eq(balances.accountId, accounts.id))
    .innerJoin(pools, eq(pools.id, accounts.poolId))
    .where(and(eq(accounts.personId, id), ne(balances.balance, 0)))
    .orderBy(pools.createdAt, pools.id, balances.unit),
);

/** The transfers of a join that were not taken back, by the beginning and the end of their keys. */
const transfersOf = prepare(({ low, high }: Values<{ low: string; high: string }>) =>
  build
    .select(columnsOf(ledgerTx, "id"))
    .from(ledgerTx)
    .where(isOpenTransfer(low, high))
    .orderBy(sql`${ledgerTx}.rowid desc`),
);

/**
 * The points of a person move by an entry in each pool. Undoing reverses these entries. A decay since then
 * is corrected, so that each person has what they would have without the join.
 */
const pointPart: PersonPart = {
  name: "points",
  join: async (ctx, pair) => {
    const found = await balancesOf.all(ctx.db, { id: pair.fromId });
    const statements: (Writable | Guard)[] = [];
    for (const [poolId, amounts] of Map.groupBy(found, (row) => row.poolId)) {
      const pool = await poolOf(ctx, poolId);
      statements.push(
        ...transfer(ctx, pair, pool, transferLines(pair.fromId, pair.intoId, amounts)),
      );
    }
    return {
      moves: found.length > 0 ? [{ kind: "points", count: found.length }] : [],
      overlaps: [],
      before: [],
      statements: [...statements, guard(hasNoPoints(pair.fromId), changedMeanwhile)],
      stored: {},
    };
  },
  undo: async (ctx, pair, stored) => {
    z.object({}).parse(stored);
    const keys = keysOf(pair.id);
    const found = await transfersOf.all(ctx.db, keys);
    const statements: (Writable | Guard)[] = [
      guard(
        sql`(select count(*) from ${ledgerTx} where ${isOpenTransfer(keys.low, keys.high)})
          = ${found.length}`,
        changedMeanwhile,
      ),
    ];
    const entries: Entry[] = [];
    for (const { id } of found) entries.push((await readEntry(ctx, id))!);
    for (const [poolId, own] of Map.groupBy(entries, (entry) => entry.poolId)) {
      const pool = await poolOf(ctx, poolId);
      statements.push(...(await transferReversals(ctx, pool, own, pair)));
    }
    return statements;
  },
  isEmpty: (personId) => hasNoPoints(personId),
};

export const pointParts: readonly PersonPart[] = [pointPart];

function hasNoPoints(personId: string) {
  return sql`not exists (select 1 from ${accounts}
    join ${balances} on ${balances.accountId} = ${accounts.id}
    where ${accounts.personId} = ${personId} and ${balances.balance} <> 0)`;
}

function isOpenTransfer(low: Parameters<typeof gte>[1], high: Parameters<typeof lt>[1]) {
  const { idempotencyKey } = ledgerTx;
  const isTaken = isReversedEntry();
  return and(
    sql`${idempotencyKey} >= ${low}`,
    sql`${idempotencyKey} < ${high}`,
    eq(ledgerTx.kind, "transfer"),
    sql`not ${isTaken}`,
  );
}

function isReversedEntry() {
  return sql`exists (select 1 from ${ledgerTx} as undo where undo.reverses_id = ${ledgerTx.id})`;
}
