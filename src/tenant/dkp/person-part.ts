import { z } from "@hono/zod-openapi";
import { and, eq, type gte, type lt, ne, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { type LedgerTxId, newId, type PersonId, type PersonJoinId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { changedMeanwhile, type JoinPair, type PersonPart } from "../person-parts.ts";
import { hasJoins, joinsFrom } from "../roster/joins.ts";
import { personJoins } from "../roster/schema.ts";
import { type Line, reversalLines, transferLines } from "./ledger.ts";
import { poolOf } from "./pools.ts";
import { statementsOf } from "./post.ts";
import { readEntry } from "./queries.ts";
import { accounts, balances, ledgerTx, pools, type Unit } from "./schema.ts";

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

/** The points of a person move by an entry in each pool. Undoing reverses these entries. */
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
    const isEmpty = sql`not exists (select 1 from ${accounts}
      join ${balances} on ${balances.accountId} = ${accounts.id}
      where ${accounts.personId} = ${pair.fromId} and ${balances.balance} <> 0)`;
    return {
      moves: found.length > 0 ? [{ kind: "points", count: found.length }] : [],
      overlaps: [],
      before: [],
      statements: [...statements, guard(isEmpty, changedMeanwhile)],
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
    for (const { id } of found) {
      const entry = (await readEntry(ctx, id))!;
      const reversal = newId<LedgerTxId>();
      statements.push(
        ...statementsOf(ctx, reversal, reversal, {
          pool: await poolOf(ctx, entry.poolId),
          poolId: entry.poolId,
          kind: "reversal",
          origin: entry.kind,
          reason: pair.reason,
          reverses: entry.id,
          effectiveAt: undefined,
          lines: reversalLines(entry.postings),
        }),
      );
    }
    return statements;
  },
};

export const pointParts: readonly PersonPart[] = [pointPart];

/**
 * What has to follow the reversal of an older entry: points that it gives to a person who was joined
 * with another one, or takes from them, go on to that other person.
 */
export async function forwardedToJoined(
  ctx: GuildContext,
  pool: Awaited<ReturnType<typeof poolOf>>,
  reason: string,
  lines: readonly Line[],
): Promise<readonly (Writable | Guard)[]> {
  if (!hasJoins(ctx)) return [];
  const amounts = new Map<PersonId, Map<Unit, number>>();
  const add = (personId: PersonId, unit: Unit, amount: number) => {
    const units = amounts.get(personId) ?? new Map<Unit, number>();
    units.set(unit, (units.get(unit) ?? 0) + amount);
    amounts.set(personId, units);
  };
  for (const { personId, unit, amount } of lines) if (personId) add(personId, unit, amount);
  const statements: (Writable | Guard)[] = [];
  const seen = new Set<PersonId>();
  for (;;) {
    const ids = [...amounts.keys()].filter((id) => !seen.has(id));
    const joins = await joinsFrom.all(ctx.db, { ids: JSON.stringify(ids) });
    for (const id of ids) seen.add(id);
    statements.unshift(areStill(ids, joins));
    if (joins.length === 0) return statements;
    for (const { id, fromId, intoId } of joins) {
      const own = [...amounts.get(fromId)!].map(([unit, balance]) => ({ unit, balance }));
      const moved = own.filter(({ balance }) => balance !== 0);
      if (moved.length === 0) continue;
      statements.push(...transfer(ctx, { id, reason }, pool, transferLines(fromId, intoId, moved)));
      for (const { unit, balance } of moved) add(intoId, unit, balance);
      seen.delete(intoId);
    }
  }
}

function areStill(
  ids: readonly PersonId[],
  joins: readonly { readonly id: PersonJoinId }[],
): Guard {
  const open = sql`${personJoins.undoneAt} is null and ${personJoins.kind} = 'join'
    and ${personJoins.fromId} in (select value from json_each(${JSON.stringify(ids)}))`;
  const known = JSON.stringify(joins.map(({ id }) => id));
  return guard(
    sql`not ${existsIn(personJoins, sql`${open} and ${personJoins.id} not in (select value from json_each(${known}))`)}
      and (select count(*) from ${personJoins} where ${open}) = ${joins.length}`,
    changedMeanwhile,
  );
}

function transfer(
  ctx: GuildContext,
  { id: joinId, reason }: Pick<JoinPair, "id" | "reason">,
  pool: Awaited<ReturnType<typeof poolOf>>,
  lines: readonly Line[],
): readonly (Writable | Guard)[] {
  const id = newId<LedgerTxId>();
  return statementsOf(ctx, id, `${keysOf(joinId).low}${id}`, {
    pool,
    poolId: pool.id,
    kind: "transfer",
    origin: "transfer",
    reason,
    reverses: null,
    effectiveAt: undefined,
    lines,
  });
}

/** All keys of a join's transfers lie between these two: `;` follows `:`. */
function keysOf(joinId: PersonJoinId): { readonly low: string; readonly high: string } {
  return { low: `join:${joinId}:`, high: `join:${joinId};` };
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
