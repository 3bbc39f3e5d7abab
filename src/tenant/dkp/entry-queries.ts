import { eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import {
  asColumn,
  asNumber,
  columnsOf,
  optional,
  prepare,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { persons } from "../roster/schema.ts";
import { accounts, balances, ledgerPostings, ledgerTx, pools } from "./schema.ts";

const entries = alias(ledgerTx, "entries");
const undoing = alias(ledgerTx, "undoing");
const doers = alias(persons, "doers");
const firstLines = alias(ledgerPostings, "first_lines");
const lines = alias(ledgerPostings, "lines");
const gear = alias(balances, "gear");

const ENTRY = {
  ...columnsOf(entries, "id", "seq", "kind", "poolId"),
  decimals: pools.decimals,
  ...columnsOf(entries, "reason", "effectiveAt", "recordedAt", "actorType"),
  actorName: asColumn(
    persons.name,
    sql`case ${entries.actorType} when 'user' then ${doers.name} else ${entries.actorId} end`,
  ),
  reverses: entries.reversesId,
  reversedBy: optional(undoing.id),
};

const BESIDE_ENTRY = sql`join ${pools} on ${pools.id} = ${entries.poolId}
  left join ${persons} as ${doers} on ${doers.userId} = ${entries.actorId}
  left join ${ledgerTx} as ${undoing} on ${undoing.reversesId} = ${entries.id}`;

const entryWhere = (condition: SQL) =>
  rowsOf(
    ENTRY,
    (columns) =>
      sql`select ${columns} from ${ledgerTx} as ${entries} ${BESIDE_ENTRY} where ${condition}`,
  );

/** An entry, by its id. */
export const entryOfId = prepare(({ id }: Values<{ id: string }>) =>
  entryWhere(sql`${entries.id} = ${id}`),
);

/** An entry, by the key that it was made with. */
export const entryOfKey = prepare(({ key }: Values<{ key: string }>) =>
  entryWhere(sql`${entries.idempotencyKey} = ${key}`),
);

/** The lines of an entry, people first. */
export const postingsOf = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select({
      account: accounts.kind,
      personId: accounts.personId,
      personName: persons.name,
      ...columnsOf(ledgerPostings, "amount", "unit"),
    })
    .from(ledgerPostings)
    .innerJoin(accounts, eq(accounts.id, ledgerPostings.accountId))
    .leftJoin(persons, eq(persons.id, accounts.personId))
    .where(sql`${ledgerPostings.txId} = ${id}`)
    .orderBy(ledgerPostings.line),
);

const accountOf = (poolId: SQLWrapper, personId: SQLWrapper) => sql`(select ${accounts.id}
  from ${accounts} where ${accounts.poolId} = ${poolId} and ${accounts.personId} = ${personId}
    and ${accounts.kind} = 'person')`;

interface EntriesBefore {
  readonly poolId: string;
  readonly seq: number;
  /** Empty for every kind, as are the next two for every person and raid. */
  readonly kind: string;
  readonly personId: string;
  readonly raidId: string;
  readonly count: number;
}

/** Entries with their first line, newest first. The page is cut first, so that only its lines are read. */
export const entriesBefore = prepare((given: Values<EntriesBefore>) =>
  rowsOf(
    {
      ...ENTRY,
      personId: accounts.personId,
      personName: optional(persons.name),
      ...columnsOf(firstLines, "amount", "unit"),
      people:
        asNumber(sql`(select count(distinct ${ledgerPostings.accountId}) from ${ledgerPostings}
        join ${accounts} as concerned on concerned.id = ${ledgerPostings.accountId}
        where ${ledgerPostings.txId} = ${entries.id} and concerned.kind = 'person')`),
    },
    (columns) => sql`select ${columns} from (
        select * from ${ledgerTx} where ${ledgerTx.poolId} = ${given.poolId}
          and ${ledgerTx.seq} < ${given.seq}
          and (${given.kind} = '' or ${ledgerTx.kind} = ${given.kind})
          and (${given.personId} = '' or exists (
            select 1 from ${ledgerPostings} where ${ledgerPostings.txId} = ${ledgerTx.id}
              and ${ledgerPostings.accountId} = ${accountOf(given.poolId, given.personId)}))
          and (${given.raidId} = '' or ${ledgerTx.raidId} = ${given.raidId})
        order by ${ledgerTx.seq} desc limit ${given.count}
      ) as ${entries} ${BESIDE_ENTRY}
      join ${ledgerPostings} as ${firstLines}
        on ${firstLines.txId} = ${entries.id} and ${firstLines.line} = 0
      join ${accounts} on ${accounts.id} = ${firstLines.accountId}
      left join ${persons} on ${persons.id} = ${accounts.personId}
      order by ${entries.seq} desc`,
  ),
);

interface LinesBefore {
  readonly poolId: string;
  readonly personId: string;
  readonly seq: number;
  readonly line: number;
  readonly count: number;
}

/** The lines of a person's account with the balance after each, newest first. */
export const linesBefore = prepare((given: Values<LinesBefore>) =>
  rowsOf(
    {
      entryId: entries.id,
      ...columnsOf(entries, "seq", "kind", "reason", "effectiveAt", "recordedAt"),
      reverses: entries.reversesId,
      reversedBy: optional(undoing.id),
      ...columnsOf(lines, "line", "unit", "amount"),
      balance: asNumber(sql`lines.balance`),
    },
    (columns) => sql`select ${columns} from (
        select ${ledgerPostings.txId}, ${ledgerPostings.line}, ${ledgerPostings.unit},
          ${ledgerPostings.amount}, sum(${ledgerPostings.amount}) over (
            partition by ${ledgerPostings.unit} order by ${ledgerTx.seq}, ${ledgerPostings.line}
          ) as balance
        from ${ledgerPostings} join ${ledgerTx} on ${ledgerTx.id} = ${ledgerPostings.txId}
        where ${ledgerPostings.accountId} = ${accountOf(given.poolId, given.personId)}
      ) as ${lines}
      join ${ledgerTx} as ${entries} on ${entries.id} = ${lines.txId}
      left join ${ledgerTx} as ${undoing} on ${undoing.reversesId} = ${entries.id}
      where (${entries.seq}, ${lines.line}) < (${given.seq}, ${given.line})
      order by ${entries.seq} desc, ${lines.line} desc limit ${given.count}`,
  ),
);

/** A person's balance, earnings and expenses in a pool. */
export const accountFigures = prepare(
  (given: Values<{ poolId: string; unit: string; personId: string }>) =>
    rowsOf(
      {
        personId: persons.id,
        name: persons.name,
        balance: asNumber(sql`coalesce(${balances.balance}, 0)`),
        earned: asNumber(sql`coalesce(${balances.earned}, 0)`),
        spent: asNumber(sql`coalesce(${gear.balance}, ${balances.spent}, 0)`),
      },
      (columns) => sql`select ${columns} from ${persons}
        left join ${accounts} on ${accounts.id} = ${accountOf(given.poolId, persons.id)}
        left join ${balances}
          on ${balances.accountId} = ${accounts.id} and ${balances.unit} = ${given.unit}
        left join ${balances} as ${gear}
          on ${gear.accountId} = ${accounts.id} and ${gear.unit} = 'gp'
        where ${persons.id} = ${given.personId}`,
    ),
);
