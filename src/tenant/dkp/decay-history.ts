import { and, asc, eq, inArray, not, notInArray, type SQLWrapper, sql } from "drizzle-orm";
import {
  asNumber,
  columnOr,
  columnsOf,
  existsIn,
  prepare,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { PersonId, PoolId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { hasJoins, openJoins } from "../roster/joins.ts";
import type { Pool } from "./pools.ts";
import { isReversed } from "./queries.ts";
import { type Change, concerns, type History, type Joined, type Run } from "./replay.ts";
import { accounts, decayRuns, ledgerPostings, ledgerTx, type Unit } from "./schema.ts";

/** No number of an entry is larger. A run without an entry comes after the entries of its moment. */
const LAST = Number.MAX_SAFE_INTEGER;

const runsOfPool = prepare(({ poolId, after }: Values<{ poolId: PoolId; after: number }>) =>
  build
    .select({
      ...columnsOf(decayRuns, "txId", "at", "percent"),
      terms: columnOr(decayRuns.terms, "NULL"),
      seq: asNumber(
        sql`coalesce((select ${ledgerTx.seq} from ${ledgerTx}
          where ${ledgerTx.id} = ${decayRuns.txId}), ${sql.raw(String(LAST))})`,
      ),
    })
    .from(decayRuns)
    .where(
      and(
        eq(decayRuns.poolId, poolId),
        sql`${decayRuns.at} > ${after}`,
        not(isReversed(decayRuns.txId)),
      ),
    )
    .orderBy(asc(decayRuns.at)),
);

/**
 * The decays of a pool after `afterMs` that ran and were not reversed, in their order. Runs of an older
 * release have the terms that all runs had.
 */
export async function runsSince(
  ctx: Pick<GuildContext, "db">,
  pool: Pool,
  afterMs = Number.MIN_SAFE_INTEGER,
): Promise<readonly Run[]> {
  const rows = await runsOfPool.all(ctx.db, { poolId: pool.id, after: afterMs });
  const { minGearPoints } = pool;
  const usual = { positivesOnly: true, above: 0, minGearPoints, personIds: null };
  return rows
    .map((row) => ({ ...row, terms: row.terms ?? usual }))
    .toSorted((a, b) => a.at - b.at || a.seq - b.seq);
}

/** The runs of `runs` that concern one of these people. */
export function runsFor(runs: readonly Run[], people: readonly PersonId[]): readonly Run[] {
  return runs.filter((run) => people.some((id) => concerns(run, id)));
}

/** A condition: a decay after this moment concerns one of these people, and it was not reversed. */
export function decayedSince(poolId: string, afterMs: number, people: readonly PersonId[]) {
  const terms: SQLWrapper = columnOr(decayRuns.terms, "NULL");
  return sql`exists (select 1 from ${decayRuns} where ${decayRuns.poolId} = ${poolId}
    and ${decayRuns.at} > ${afterMs}
    and not exists (select 1 from ledger_tx undo where undo.reverses_id = ${decayRuns.txId})
    and (json_extract(${terms}, '$.personIds') is null or exists (
      select 1 from json_each(${terms}, '$.personIds') chosen
      where chosen.value in (select value from json_each(${JSON.stringify(people)})))))`;
}

/** People whose balances depend on each other, because joins made one human of them. Usually one person. */
export interface Group {
  readonly people: readonly PersonId[];
  readonly joins: readonly Joined[];
}

/** These people and everyone whom they were joined with, in groups. */
export async function groupsOf(
  ctx: Pick<GuildContext, "db" | "guild">,
  people: readonly PersonId[],
): Promise<readonly Group[]> {
  const joins = hasJoins(ctx) ? await openJoins.all(ctx.db) : [];
  const groups = new Map<PersonId, { people: PersonId[]; joins: Joined[] }>();
  const groupOf = (id: PersonId) => {
    const known = groups.get(id) ?? { people: [id], joins: [] };
    groups.set(id, known);
    return known;
  };
  for (const join of joins) {
    const [from, into] = [groupOf(join.fromId), groupOf(join.intoId)];
    into.people.push(...from.people);
    into.joins.push(...from.joins, join);
    for (const id of from.people) groups.set(id, into);
  }
  return [...new Set(people.map(groupOf))];
}

/** Every change of these people that counts: no decays, no reversed entries, no reversals, no transfers. */
export async function historiesOf(
  ctx: Pick<GuildContext, "db">,
  poolId: PoolId,
  groups: readonly Group[],
  runs: readonly Run[],
): Promise<readonly History[]> {
  const people = JSON.stringify(groups.flatMap((group) => group.people));
  const rows = await changesOfPeople.all(ctx.db, { poolId, people });
  const owners = new Map(groups.flatMap((group) => group.people.map((id) => [id, group] as const)));
  const found = new Map<Group, Map<Unit, Change[]>>();
  for (const { personId, unit, ...change } of rows) {
    if (personId === null) continue;
    const group = owners.get(personId)!;
    const units = found.get(group) ?? new Map<Unit, Change[]>();
    const changes = units.get(unit) ?? [];
    changes.push({ ...change, personId });
    found.set(group, units.set(unit, changes));
  }
  return [...found].flatMap(([group, units]) =>
    [...units].map(([unit, changes]) => ({ ...group, unit, changes, runs })),
  );
}

const changesOfPeople = prepare(({ poolId, people }: Values<{ poolId: PoolId; people: string }>) =>
  build
    .select({
      personId: accounts.personId,
      ...columnsOf(ledgerPostings, "unit", "amount", "txId"),
      at: ledgerTx.recordedAt,
      seq: ledgerTx.seq,
    })
    .from(accounts)
    .innerJoin(ledgerPostings, eq(ledgerPostings.accountId, accounts.id))
    .innerJoin(ledgerTx, eq(ledgerTx.id, ledgerPostings.txId))
    .where(
      and(
        eq(accounts.poolId, poolId),
        eq(accounts.kind, "person"),
        inArray(accounts.personId, sql`(select value from json_each(${people}))`),
        notInArray(ledgerTx.kind, ["reversal", "decay", "transfer"]),
        not(existsIn(sql`${ledgerTx} as undo`, sql`undo.reverses_id = ${ledgerTx.id}`)),
      ),
    )
    .orderBy(asc(ledgerTx.seq), asc(ledgerPostings.line)),
);

/** Every person with an account in a pool. */
export const peopleOfPool = prepare(({ poolId }: Values<{ poolId: PoolId }>) =>
  build
    .select({ personId: accounts.personId })
    .from(accounts)
    .where(and(eq(accounts.poolId, poolId), eq(accounts.kind, "person")))
    .orderBy(asc(accounts.personId)),
);

/** The number of a pool's last entry; 0 for a pool without entries. */
export const lastSeq = prepare(({ poolId }: Values<{ poolId: PoolId }>) =>
  build
    .select({ seq: asNumber(sql`coalesce(max(${ledgerTx.seq}), 0)`) })
    .from(ledgerTx)
    .where(eq(ledgerTx.poolId, poolId)),
);
