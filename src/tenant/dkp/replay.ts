import type { PersonId } from "../../kernel/ids.ts";
import type { DecayTerms, Unit } from "./schema.ts";

// What a balance would be if some entries had not been made. Decay depends on the balance at its time, so
// the history is played again.

/** A change of one balance, in minor units. */
export interface Change {
  readonly txId: string;
  /** When it was written, and its number: the order of the history. */
  readonly at: number;
  readonly seq: number;
  readonly amount: number;
}

/** A decay that ran and was not reversed. */
export interface Run {
  /** Null if no balance changed. */
  readonly txId: string | null;
  readonly at: number;
  readonly seq: number;
  readonly percent: number;
  readonly terms: DecayTerms;
}

/**
 * A balance after decay, rounded half up (`round(balance × (100 − p) / 100)`). With `positivesOnly`, debts
 * do not change. Only the part above `above` decays. The result is not below `least`, unless the balance was.
 */
export function decayed(
  balance: number,
  percent: number,
  options: {
    readonly positivesOnly: boolean;
    readonly above?: number | undefined;
    readonly least?: number | undefined;
  },
): number {
  const above = options.above ?? 0;
  if (balance === 0 || (options.positivesOnly && balance < 0)) return balance;
  if (above > 0 && balance <= above) return balance;
  const kept = balance > 0 ? above : 0;
  // Percentages have tenths, so whole thousandths stay exact.
  const left = 1_000 - Math.round(percent * 10);
  const shrunk = kept + Math.floor(((balance - kept) * left) / 1_000 + 0.5);
  if (options.least === undefined) return shrunk;
  return Math.max(shrunk, Math.min(balance, options.least));
}

/** A person's balance after a decay with these terms. */
export function decayedBy(
  run: Pick<Run, "percent" | "terms">,
  balance: number,
  unit: Unit,
): number {
  const { positivesOnly, above, minGearPoints } = run.terms;
  const isGear = unit === "gp";
  return decayed(balance, run.percent, {
    positivesOnly,
    above: isGear ? 0 : above,
    least: isGear ? minGearPoints : undefined,
  });
}

/** True when a run concerned this person. */
export function concerns(run: Pick<Run, "terms">, personId: PersonId): boolean {
  return run.terms.personIds === null || run.terms.personIds.includes(personId);
}

/**
 * A person's balance at the end of the history, as if the entries `without` had never been made. `changes`
 * and `runs` are in the order of the history.
 */
export function replayed(
  history: {
    readonly changes: readonly Change[];
    readonly runs: readonly Run[];
    readonly personId: PersonId;
    readonly unit: Unit;
  },
  without: ReadonlySet<string>,
): number {
  const { changes, runs, personId, unit } = history;
  let balance = 0;
  let next = 0;
  const decayUntil = (change: Change | undefined) => {
    for (; next < runs.length; next++) {
      const run = runs[next]!;
      if (change !== undefined && !isBefore(run, change)) return;
      const isLeftOut = run.txId !== null && without.has(run.txId);
      if (!isLeftOut && concerns(run, personId)) balance = decayedBy(run, balance, unit);
    }
  };
  for (const change of changes) {
    decayUntil(change);
    if (!without.has(change.txId)) balance += change.amount;
  }
  decayUntil(undefined);
  return balance;
}

function isBefore(a: Pick<Run, "at" | "seq">, b: Pick<Run, "at" | "seq">): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}
