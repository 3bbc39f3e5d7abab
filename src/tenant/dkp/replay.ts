import type { PersonId } from "../../kernel/ids.ts";
import type { DecayTerms, Unit } from "./schema.ts";

// What a balance would be if some entries had not been made. Decay depends on the balance at its time, so
// the history is played again.

/** A change of one balance, in minor units. */
export interface Change {
  readonly personId: PersonId;
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

/** From this moment on, the points of one person belong to another: the two were one human. */
export interface Joined {
  readonly id: string;
  readonly at: number;
  readonly fromId: PersonId;
  readonly intoId: PersonId;
}

/** What happened to one unit of some people. Everyone whom one of them was joined with is among them. */
export interface History {
  readonly unit: Unit;
  readonly people: readonly PersonId[];
  /** Without the transfers of joins: their amounts follow from the rest. */
  readonly changes: readonly Change[];
  readonly joins: readonly Joined[];
  readonly runs: readonly Run[];
}

/**
 * Everyone's balance at the end of the history, as if the entries, decays and joins `without` had never been
 * made.
 */
export function replayed(
  { unit, people, changes, joins, runs }: History,
  without: ReadonlySet<string>,
): ReadonlyMap<PersonId, number> {
  const balances = new Map<PersonId, number>(people.map((id) => [id, 0]));
  const add = (id: PersonId, amount: number) => balances.set(id, balances.get(id)! + amount);
  const events: readonly (Moment & { readonly play: () => void })[] = [
    ...changes
      .filter(({ txId }) => !without.has(txId))
      .map(({ at, seq, personId, amount }) => ({ at, seq, play: () => add(personId, amount) })),
    ...joins
      .filter(({ id }) => !without.has(id))
      .map(({ at, fromId, intoId }) => ({
        ...{ at, seq: AFTER_ENTRIES },
        play: () => {
          add(intoId, balances.get(fromId)!);
          balances.set(fromId, 0);
        },
      })),
    ...runs
      .filter(({ txId }) => txId === null || !without.has(txId))
      .map((run) => ({
        ...{ at: run.at, seq: run.seq },
        play: () => {
          for (const [id, balance] of balances) {
            if (concerns(run, id)) balances.set(id, decayedBy(run, balance, unit));
          }
        },
      })),
  ];
  for (const { play } of events.toSorted((a, b) => a.at - b.at || a.seq - b.seq)) play();
  return balances;
}

/** A place in the history: when something was written, and its number. */
type Moment = Pick<Change, "at" | "seq">;

/** The number of a join: after the entries of its moment, and before a decay that changed no balance. */
const AFTER_ENTRIES = Number.MAX_SAFE_INTEGER - 1;
