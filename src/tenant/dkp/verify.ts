import { z } from "@hono/zod-openapi";
import type { Database, ResultRows, SqlValue, Statement } from "../../database/client.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";

// A ledger may hold millions of postings, and one query over all of them would hold up every other guild.
// Entries only grow, so they are read in pages. What was written since is read with the balances, in one
// transaction: an award between two checks would look like a fault.

const CHECKS = [
  "entry-sums-to-zero",
  "pool-sums-to-zero",
  "balance-is-its-history",
  "earned-is-its-history",
  "spent-is-its-history",
  "numbers-have-no-gap",
  "reversal-is-exact",
  "postings-stay-in-their-pool",
] as const;

/** The checks. Each is one promise of the ledger. */
type Check = (typeof CHECKS)[number];

/** A difference between two values that must be equal. `subject` is the id of an entry, account or pool. */
export interface Difference {
  readonly check: Check;
  readonly subject: string;
  readonly expected: number;
  readonly actual: number;
}

/** The result of comparing stored balances with the history. */
export interface Verification {
  readonly checkedAt: number;
  readonly isRight: boolean;
  readonly entries: number;
  readonly postings: number;
  readonly balances: number;
  /** At most `limits.dkp.differencesMax` differences. */
  readonly differences: readonly Difference[];
}

// Entries of one page: those after ?1 and up to ?2, in the order in which they were written.
const PAGE = "t.rowid > ?1 AND t.rowid <= ?2";

// An entry without two sides counts as a difference, because no lines at all also sum to zero.
const ENTRY_SUMS = `
  SELECT 'entry-sums-to-zero', t.id, 0, coalesce(sum(p.amount), 0) FROM ledger_tx t
  LEFT JOIN ledger_postings p ON p.tx_id = t.id WHERE ${PAGE}
  GROUP BY t.rowid, p.unit HAVING count(p.tx_id) < 2 OR sum(p.amount) <> 0`;

const REVERSALS = `
  SELECT 'reversal-is-exact', t.id, 1, count(DISTINCT twin.id) FROM ledger_tx t
  LEFT JOIN ledger_tx twin ON twin.id = t.reverses_id AND twin.pool_id = t.pool_id
  WHERE ${PAGE} AND (t.reverses_id IS NOT NULL OR t.kind = 'reversal') GROUP BY t.rowid
  HAVING count(DISTINCT twin.id) <> 1 OR twin.kind = 'reversal'
    OR (SELECT count(*) FROM ledger_postings WHERE tx_id = t.id)
      <> (SELECT count(*) FROM ledger_postings WHERE tx_id = t.reverses_id)
    OR EXISTS (
      SELECT 1 FROM ledger_postings p WHERE p.tx_id = t.id AND NOT EXISTS (
        SELECT 1 FROM ledger_postings o WHERE o.tx_id = t.reverses_id AND o.line = p.line
          AND o.account_id = p.account_id AND o.unit = p.unit AND o.amount = -p.amount))`;

const POOLS = `
  SELECT 'postings-stay-in-their-pool', t.id, 0, count(*)
  FROM ledger_tx t CROSS JOIN ledger_postings p ON p.tx_id = t.id JOIN accounts a ON a.id = p.account_id
  WHERE ${PAGE} AND a.pool_id <> t.pool_id GROUP BY t.rowid`;

// What the page adds to each account, with lifetime figures. A reversal counts towards the kind that it
// reverses, so reversing an award lowers what was earned. CROSS JOIN keeps the order: an entry is found
// once for all its lines, not once for each.
const HISTORY = `
  WITH history AS (
    SELECT p.account_id, p.unit, p.amount,
      CASE WHEN t.reverses_id IS NULL THEN 1 ELSE -1 END AS sign,
      coalesce(origin.kind, t.kind) IN ('award', 'spend') AS counts
    FROM ledger_tx t CROSS JOIN ledger_postings p ON p.tx_id = t.id
    LEFT JOIN ledger_tx origin ON origin.id = t.reverses_id WHERE ${PAGE}
  )
  SELECT account_id, unit, sum(amount),
    sum(CASE WHEN unit <> 'gp' THEN counts * sign * max(0, sign * amount) ELSE 0 END),
    sum(counts * sign * max(0, CASE unit WHEN 'gp' THEN 1 ELSE -1 END * sign * amount)), count(*)
  FROM history GROUP BY account_id, unit`;

const PAGE_END =
  "SELECT count(*), max(rowid) FROM (SELECT rowid FROM ledger_tx WHERE rowid > ? ORDER BY rowid LIMIT ?)";

const BALANCES = "SELECT account_id, unit, balance, earned, spent FROM balances";

const POOL_SUMS = `
  SELECT 'pool-sums-to-zero', a.pool_id, 0, sum(b.balance)
  FROM balances b JOIN accounts a ON a.id = b.account_id
  GROUP BY a.pool_id, b.unit HAVING sum(b.balance) <> 0`;

const NUMBERS = `
  SELECT 'numbers-have-no-gap', pool_id, count(*), max(seq) FROM ledger_tx
  GROUP BY pool_id HAVING max(seq) <> count(*) OR min(seq) <> 1`;

/** A value that is no number differs from every sum. */
const whole = z.number().catch(Number.MIN_SAFE_INTEGER);
const pageEnd = z.tuple([whole, whole.nullable()]);
const difference = z.tuple([z.enum(CHECKS), z.string(), whole, whole]);
const kept = z.tuple([z.string(), z.string(), whole, whole, whole]);
const added = z.tuple([...kept.def.items, whole]);

/** The figures of one account in one unit: what its history says, and what is kept. */
interface Figures {
  readonly account: string;
  readonly history: [balance: number, earned: number, spent: number];
  kept: readonly [balance: number, earned: number, spent: number];
}

/** Compares every balance with the sum of its history, and checks the rules of the history. */
export async function verify(ctx: GuildContext): Promise<Verification> {
  allow(ctx, "ledger.view");
  return { checkedAt: ctx.now().getTime(), ...(await verifyLedger(ctx.db)) };
}

/** The same for a database without a caller, such as a backup. */
export async function verifyLedger(db: Database): Promise<Omit<Verification, "checkedAt">> {
  const ledger = new LedgerCheck();
  let size: number = limits.dkp.verifiedAtOnce.first;
  for (let after = 0; ; ) {
    const startedAt = performance.now();
    const ends = await db.client.execute({ sql: PAGE_END, args: [after, size] });
    const [entries, last] = pageEnd.parse(ends.rows[0]);
    if (last === null || entries < size) {
      ledger.addLast(await db.client.batch(lastPage(after), "read"));
      return ledger.outcome();
    }
    ledger.addPage(entries, await db.client.batch(pageOf(after, last), "read"));
    after = last;
    size = nextSize(size, performance.now() - startedAt);
  }
}

/** As many entries as take about one turn: some have two postings and some a thousand. */
function nextSize(size: number, tookMs: number): number {
  const { least, most } = limits.dkp.verifiedAtOnce;
  const times = Math.min(2, limits.turnMs / Math.max(tookMs, 0.1));
  return Math.min(most, Math.max(least, Math.floor(size * times)));
}

function pageOf(after: number, last: number): readonly Statement[] {
  const args: readonly SqlValue[] = [after, last];
  const checks = [ENTRY_SUMS, REVERSALS, POOLS].map((sql) => ({
    sql: `${sql} LIMIT ${limits.dkp.differencesMax}`,
    args,
  }));
  return [{ sql: HISTORY, args }, ...checks];
}

/** What is left of the entries, and what is kept of all of them. */
function lastPage(after: number): readonly Statement[] {
  const rest = "SELECT count(*) FROM ledger_tx WHERE rowid > ?";
  const { differencesMax } = limits.dkp;
  return [
    { sql: rest, args: [after] },
    { sql: BALANCES, args: [] },
    { sql: `${POOL_SUMS} LIMIT ${differencesMax}`, args: [] },
    { sql: `${NUMBERS} LIMIT ${differencesMax}`, args: [] },
    ...pageOf(after, Number.MAX_SAFE_INTEGER),
  ];
}

/** Adds up the pages of a ledger, and compares the sums with what is kept. */
class LedgerCheck {
  readonly #figures = new Map<string, Figures>();
  readonly #found: Difference[] = [];
  #entries = 0;
  #postings = 0;
  #balances = 0;

  addPage(entries: number, [history, ...checks]: readonly ResultRows[]): void {
    this.#entries += entries;
    for (const row of history!.rows) {
      const [account, unit, balance, earned, spent, postings] = added.parse(row);
      const sums = this.#of(account, unit).history;
      [balance, earned, spent].forEach((value, at) => {
        sums[at]! += value;
      });
      this.#postings += postings;
    }
    for (const { rows } of checks) this.#add(rows);
  }

  addLast([rest, balances, pools, numbers, ...page]: readonly ResultRows[]): void {
    this.addPage(z.tuple([whole]).parse(rest!.rows[0])[0], page);
    for (const row of balances!.rows) {
      const [account, unit, ...figures] = kept.parse(row);
      this.#of(account, unit).kept = figures;
      this.#balances++;
    }
    this.#add(pools!.rows);
    for (const { account, history, kept: stored } of this.#figures.values()) {
      HISTORY_CHECKS.forEach((check, at) => {
        const [expected, actual] = [history[at]!, stored[at]!];
        if (expected !== actual) this.#found.push({ check, subject: account, expected, actual });
      });
    }
    this.#add(numbers!.rows);
  }

  outcome(): Omit<Verification, "checkedAt"> {
    return {
      isRight: this.#found.length === 0,
      entries: this.#entries,
      postings: this.#postings,
      balances: this.#balances,
      differences: this.#found.slice(0, limits.dkp.differencesMax),
    };
  }

  #add(rows: ResultRows["rows"]): void {
    for (const row of rows) {
      const [check, subject, expected, actual] = difference.parse(row);
      this.#found.push({ check, subject, expected, actual });
    }
  }

  #of(account: string, unit: string): Figures {
    const key = `${account} ${unit}`;
    const known = this.#figures.get(key);
    if (known) return known;
    const made: Figures = { account, history: [0, 0, 0], kept: [0, 0, 0] };
    this.#figures.set(key, made);
    return made;
  }
}

const HISTORY_CHECKS = [
  "balance-is-its-history",
  "earned-is-its-history",
  "spent-is-its-history",
] as const;
