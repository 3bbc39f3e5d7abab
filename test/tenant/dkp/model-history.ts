import type { PersonId } from "../../../src/kernel/ids.ts";
import type { PoolKind } from "../../../src/tenant/dkp/schema.ts";

// What the balances are after a history, as plainly as possible: the events that stand, one after another.

export interface Figures {
  balance: number;
  /** EPGP: received gear points. */
  gear: number;
  earned: number;
  spent: number;
}

interface ChangeEvent {
  readonly is: "change";
  readonly kind: "award" | "spend" | "adjust";
  /** When the points were earned. */
  readonly earnedAt: number;
  readonly changes: ReadonlyMap<PersonId, Partial<Figures>>;
}

interface DecayEvent {
  readonly is: "decay";
  readonly at: number;
  readonly tenths: number;
  readonly above: number;
  readonly positivesOnly: boolean;
  readonly only: readonly PersonId[] | null;
}

interface JoinEvent {
  readonly is: "join";
  readonly from: PersonId;
  readonly into: PersonId;
}

export type Event = (ChangeEvent | DecayEvent | JoinEvent) & { isUndone: boolean };

/** Everyone's figures after the events that were not undone. */
export function figuresAfter(
  people: readonly PersonId[],
  history: readonly Event[],
  kind: PoolKind,
): ReadonlyMap<PersonId, Figures> {
  const figures = new Map<PersonId, Figures>(
    people.map((id) => [id, { balance: 0, gear: 0, earned: 0, spent: 0 }]),
  );
  for (const event of history) {
    if (event.isUndone) continue;
    if (event.is === "change") {
      for (const [id, change] of event.changes) add(figures.get(id)!, change);
    } else if (event.is === "join") {
      const [from, into] = [figures.get(event.from)!, figures.get(event.into)!];
      // Lifetime figures stay with the account that they were booked on.
      add(into, { balance: from.balance, gear: from.gear });
      add(from, { balance: -from.balance, gear: -from.gear });
    } else {
      for (const [id, one] of figures) {
        if (event.only !== null && !event.only.includes(id)) continue;
        one.balance = decayed(one.balance, event, event.above);
        if (kind === "epgp") one.gear = decayedGear(one.gear, event);
      }
    }
  }
  return figures;
}

/** What a person gained by awards that were earned in a week. */
export function gainedIn(
  history: readonly Event[],
  id: PersonId,
  week: { readonly from: number; readonly until: number },
): number {
  return history.reduce((sum, event) => {
    const counts =
      event.is === "change" &&
      event.kind === "award" &&
      !event.isUndone &&
      event.earnedAt >= week.from &&
      event.earnedAt < week.until;
    return counts ? sum + (event.changes.get(id)?.earned ?? 0) : sum;
  }, 0);
}

/** Half of a unit goes up: 2.5 is 3, and -2.5 is -2. */
function decayed(balance: number, { tenths, positivesOnly }: DecayEvent, above: number): number {
  if (balance === 0 || (balance < 0 && positivesOnly)) return balance;
  if (above > 0 && balance <= above) return balance;
  const kept = balance > 0 ? above : 0;
  const exact = BigInt(balance - kept) * BigInt(1_000 - tenths);
  const doubled = 2n * exact + 1_000n;
  const floor = doubled / 2_000n - (doubled % 2_000n < 0n ? 1n : 0n);
  return kept + Number(floor);
}

/** Gear points never fall below the pool's minimum of one point. */
function decayedGear(gear: number, event: DecayEvent): number {
  return Math.max(decayed(gear, event, 0), Math.min(gear, 100));
}

function add(to: Figures, change: Partial<Figures>): void {
  to.balance += change.balance ?? 0;
  to.gear += change.gear ?? 0;
  to.earned += change.earned ?? 0;
  to.spent += change.spent ?? 0;
}
