import type { Statement } from "../../database/client.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";

/** The checks. Each is one promise of the ledger. */
export type Check =
  | "entry-sums-to-zero"
  | "pool-sums-to-zero"
  | "balance-is-its-history"
  | "earned-is-its-history"
  | "spent-is-its-history"
  | "numbers-have-no-gap"
  | "reversal-is-exact"
  | "postings-stay-in-their-pool";

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

const COUNTS = `
  SELECT (SELECT count(*) FROM ledger_tx), (SELECT count(*) FROM ledger_postings),
    (SELECT count(*) FROM balances)`;

// An entry without two sides counts as a difference, because no lines at all also sum to zero.
const ENTRY_SUMS = `
  SELECT 'entry-sums-to-zero', t.id, 0, coalesce(s.amount, 0) FROM ledger_tx t
  LEFT JOIN (SELECT tx_id, sum(amount) AS amount, count(*) AS n FROM ledger_postings
    GROUP BY tx_id, unit) s ON s.tx_id = t.id
  WHERE s.n IS NULL OR s.n < 2 OR s.amount <> 0`;

const POOL_SUMS = `
  SELECT 'pool-sums-to-zero', a.pool_id, 0, sum(b.balance)
  FROM balances b JOIN accounts a ON a.id = b.account_id
  GROUP BY a.pool_id, b.unit HAVING sum(b.balance) <> 0`;

// Sums the history again, with lifetime figures, and compares it with the stored balances. A reversal
// counts towards the kind that it reverses, so reversing an award lowers what was earned. CROSS JOIN keeps
// the order: an entry is found once for all its lines, not once for each.
const BALANCES = `
  WITH history AS (
    SELECT p.account_id, p.unit, p.amount,
      CASE WHEN t.reverses_id IS NULL THEN 1 ELSE -1 END AS sign,
      coalesce(origin.kind, t.kind) IN ('award', 'spend') AS counts
    FROM ledger_tx t CROSS JOIN ledger_postings p ON p.tx_id = t.id
    LEFT JOIN ledger_tx origin ON origin.id = t.reverses_id
  ), summed AS (
    SELECT account_id, unit, sum(amount) AS balance,
      sum(CASE WHEN unit <> 'gp' THEN counts * sign * max(0, sign * amount) ELSE 0 END) AS earned,
      sum(counts * sign * max(0, CASE unit WHEN 'gp' THEN 1 ELSE -1 END * sign * amount)) AS spent
    FROM history GROUP BY account_id, unit
  ), figures AS (
    SELECT account_id, unit, balance, earned, spent, 1 AS kept FROM balances
    UNION ALL SELECT account_id, unit, balance, earned, spent, 0 FROM summed
  ), compared AS (
    SELECT account_id,
      sum(balance * (1 - kept)) AS balance, sum(balance * kept) AS kept_balance,
      sum(earned * (1 - kept)) AS earned, sum(earned * kept) AS kept_earned,
      sum(spent * (1 - kept)) AS spent, sum(spent * kept) AS kept_spent
    FROM figures GROUP BY account_id, unit
  )
  SELECT 'balance-is-its-history', account_id, balance, kept_balance
  FROM compared WHERE balance <> kept_balance
  UNION ALL SELECT 'earned-is-its-history', account_id, earned, kept_earned
  FROM compared WHERE earned <> kept_earned
  UNION ALL SELECT 'spent-is-its-history', account_id, spent, kept_spent
  FROM compared WHERE spent <> kept_spent`;

const NUMBERS = `
  SELECT 'numbers-have-no-gap', pool_id, count(*), max(seq) FROM ledger_tx
  GROUP BY pool_id HAVING max(seq) <> count(*) OR min(seq) <> 1`;

const REVERSALS = `
  SELECT 'reversal-is-exact', r.id, 1, count(DISTINCT twin.id) FROM ledger_tx r
  LEFT JOIN ledger_tx twin ON twin.id = r.reverses_id AND twin.pool_id = r.pool_id
  WHERE r.reverses_id IS NOT NULL OR r.kind = 'reversal' GROUP BY r.id
  HAVING count(DISTINCT twin.id) <> 1 OR twin.kind = 'reversal'
    OR (SELECT count(*) FROM ledger_postings WHERE tx_id = r.id)
      <> (SELECT count(*) FROM ledger_postings WHERE tx_id = r.reverses_id)
    OR EXISTS (
      SELECT 1 FROM ledger_postings p WHERE p.tx_id = r.id AND NOT EXISTS (
        SELECT 1 FROM ledger_postings o WHERE o.tx_id = r.reverses_id AND o.line = p.line
          AND o.account_id = p.account_id AND o.unit = p.unit AND o.amount = -p.amount))`;

const POOLS = `
  SELECT 'postings-stay-in-their-pool', t.id, 0, count(*)
  FROM ledger_tx t CROSS JOIN ledger_postings p ON p.tx_id = t.id JOIN accounts a ON a.id = p.account_id
  WHERE a.pool_id <> t.pool_id GROUP BY t.id`;

/** Compares every balance with the sum of its history, and checks the rules of the history. */
export async function verify(ctx: GuildContext): Promise<Verification> {
  allow(ctx, "ledger.view");
  const checks = [ENTRY_SUMS, POOL_SUMS, BALANCES, NUMBERS, REVERSALS, POOLS];
  // One transaction: an award between two checks would look like a difference.
  const [counts, ...found] = await ctx.db.client.batch(
    [{ sql: COUNTS, args: [] }, ...checks.map(limited)],
    "read",
  );
  const [entries, postings, balances] = counts!.rows[0] as [number, number, number];
  const differences = found
    .flatMap((result) => result.rows as [Check, string, number, number][])
    .slice(0, limits.dkp.differencesMax)
    .map(([check, subject, expected, actual]) => ({ check, subject, expected, actual }));
  return {
    checkedAt: ctx.now().getTime(),
    isRight: differences.length === 0,
    entries,
    postings,
    balances,
    differences,
  };
}

function limited(sql: string): Statement {
  return { sql: `${sql} LIMIT ?`, args: [limits.dkp.differencesMax] };
}
