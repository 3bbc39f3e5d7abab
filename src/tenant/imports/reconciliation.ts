import { DatabaseError } from "../../database/errors.ts";
import { write } from "../../database/write.ts";
import { type LedgerTxId, newId, type PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { type PastEntry, pastEntry } from "../dkp/history.ts";
import type { Pool } from "../dkp/service.ts";
import { allPeople } from "../roster/queries.ts";
import { pointsText } from "./plan.ts";
import { countRows } from "./planner.ts";
import { poolsOf, secondPoolIn } from "./pools.ts";
import { type Batch, batchesOfSource } from "./queries.ts";
import type { ImportReport, Reconciliation } from "./report.ts";
import { batchStatement, ImportChanged, isIn } from "./store.ts";
import { add, openingKey, openingsOf, type Sums, secondOpenings, sumsOf } from "./sums.ts";

/** What a source says about its people, over all of its imports in the guild. */
interface Ledger {
  readonly history: Sums;
  /** Opening corrections of all imports. */
  readonly corrections: Sums;
  /** The newest balance of each person. */
  readonly balances: Sums;
}

/**
 * Ends a commit: compares the balances of the source with the history that was imported, posts the
 * differences as opening corrections, and writes the report. Imports of one source count together, so
 * two halves of a history give the same balances in either order.
 */
export async function reconcile(ctx: GuildContext, batch: Batch): Promise<void> {
  const { first, second } = await poolsOf(ctx, batch);
  const persons = await balanced(ctx, batch, first, batch.id);
  const others =
    second === undefined ? [] : await balanced(ctx, batch, second, secondOpenings(batch.id));
  const nowMs = ctx.now().getTime();
  const counts = await countRows(ctx, batch.id);
  await write(ctx.db, [
    isIn(batch.id, "committing"),
    batchStatement(batch.id, {
      state: "done",
      counts,
      report: reportOf([...persons, ...others]),
      progress: batch.rows,
      updatedAt: nowMs,
    }),
    record(ctx, "import.commit", batch.id, {
      after: { format: batch.format, file: batch.fileName, rows: batch.rows, counts },
    }),
  ]);
}

/** Posts the differences of one pool, and says what each person has. */
async function balanced(
  ctx: GuildContext,
  batch: Batch,
  pool: Pool,
  openings: string,
): Promise<readonly Reconciliation[]> {
  const ledger = await ledgerOf(ctx, pool, batch.source);
  const differences = [...ledger.balances].flatMap(([key, balance]) => {
    const sum = (ledger.history.get(key) ?? 0) + (ledger.corrections.get(key) ?? 0);
    return balance === sum ? [] : [{ key, amount: balance - sum }];
  });
  const { ids: posted } = await openingsOf(ctx, openings);
  const chunk = limits.dkp.personsPerEntryMax;
  for (let at = 0; at < differences.length; at += chunk) {
    const some = differences.slice(at, at + chunk);
    try {
      await post(ctx, batch, pool, { openings, number: posted.length + at / chunk, some });
    } catch (error) {
      // Another process has posted this entry since.
      if (error instanceof DatabaseError && error.kind === "unique") throw new ImportChanged();
      throw error;
    }
    for (const { key, amount } of some) add(ledger.corrections, key, amount);
  }
  return await comparedBalances(ctx, pool, ledger);
}

async function ledgerOf(ctx: GuildContext, pool: Pool, source: string): Promise<Ledger> {
  const ledger: Ledger = { history: new Map(), corrections: new Map(), balances: new Map() };
  const all = await batchesOfSource.all(ctx.db, { source });
  const batches = all.filter(
    ({ poolId, answers }) => poolId === pool.id || secondPoolIn(answers) === pool.id,
  );
  // The newest balances come last. Of two files with the same date, the one that was imported later.
  for (const { id, poolId } of batches.toSorted(bySnapshot)) {
    const isSecond = poolId !== pool.id;
    const { history, balances } = await sumsOf(ctx, pool, id, isSecond);
    for (const [key, amount] of history) add(ledger.history, key, amount);
    for (const [key, amount] of balances) ledger.balances.set(key, amount);
    for (const [key, amount] of (await openingsOf(ctx, isSecond ? secondOpenings(id) : id)).sums) {
      add(ledger.corrections, key, amount);
    }
  }
  return ledger;
}

async function post(
  ctx: GuildContext,
  batch: Batch,
  pool: Pool,
  part: {
    readonly openings: string;
    readonly number: number;
    readonly some: readonly { readonly key: string; readonly amount: number }[];
  },
): Promise<void> {
  const id = newId<LedgerTxId>();
  const at = Math.min(batch.snapshotAt ?? ctx.now().getTime(), ctx.now().getTime());
  const lines = part.some.map(({ key, amount }) => {
    const [personId, unit] = key.split(" ") as [PersonId, PastEntry["lines"][number]["unit"]];
    return { personId, amount, unit };
  });
  await write(ctx.db, [
    isIn(batch.id, "committing"),
    ...pastEntry(ctx, pool, {
      id,
      key: openingKey(part.openings, part.number),
      kind: "opening",
      at,
      reason: "Opening balance from the import",
      importBatch: batch.id,
      lines,
    }),
    record(ctx, "import.opening", batch.id, { after: { people: lines.length } }),
  ]);
}

type Snapshot = { readonly snapshotAt: number | null };

function bySnapshot(a: Snapshot, b: Snapshot): number {
  return (a.snapshotAt ?? 0) - (b.snapshotAt ?? 0);
}

async function comparedBalances(
  ctx: GuildContext,
  pool: Pool,
  ledger: Ledger,
): Promise<readonly Reconciliation[]> {
  const people = new Map((await allPeople.all(ctx.db)).map(({ id, name }) => [id as string, name]));
  return [...ledger.balances].map(([key, balance]) => {
    const [personId = "", unit = ""] = key.split(" ");
    const history = ledger.history.get(key) ?? 0;
    const text = (amount: number) => pointsText(amount, pool.decimals);
    return {
      person: people.get(personId) ?? "",
      personId,
      unit,
      history: text(history),
      balance: text(balance),
      correction: text(balance - history),
    };
  });
}

function reportOf(rows: readonly Reconciliation[]): ImportReport {
  // The differences come first: they are what a person has to look at.
  const isEqual = ({ correction }: Reconciliation) => Number(correction === "0");
  const sorted = rows.toSorted(
    (a, b) => isEqual(a) - isEqual(b) || a.person.localeCompare(b.person),
  );
  return {
    persons: sorted.slice(0, limits.imports.reportPersonsMax),
    personsLeftOut: Math.max(0, sorted.length - limits.imports.reportPersonsMax),
  };
}
