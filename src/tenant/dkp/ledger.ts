import type { LedgerTxId, PersonId, PoolId } from "../../kernel/ids.ts";
import type { AccountKind, LedgerKind, PoolKind, Unit } from "./schema.ts";
import type { Share } from "./shares.ts";

/** One side of an entry, before it has an account id. Only person accounts name a person. */
export interface Line {
  readonly account: AccountKind;
  readonly personId: PersonId | null;
  /** Signed, in the pool's minor units. */
  readonly amount: number;
  readonly unit: Unit;
  /** For a share of a price: the fraction that is owed now, in millionths of a minor unit. */
  readonly carry?: number | undefined;
}

/** Facts that identify a repeated request. `effectiveAt` is undefined when the request had none. */
export interface EntryFacts {
  readonly poolId: PoolId;
  readonly kind: LedgerKind;
  readonly reason: string;
  readonly reverses: LedgerTxId | null;
  readonly effectiveAt: number | undefined;
  readonly lines: readonly Line[];
}

/** The accounts on the guild's side of the books, created with every pool. */
export const SYSTEM_ACCOUNTS = [
  "mint",
  "loot-sink",
  "bank",
  "decay",
  "adjust",
  "cap-blocked",
  "import-opening",
  "tax",
] as const satisfies readonly AccountKind[];

/** The unit that people earn in a pool of this kind. */
export function earnedUnit(kind: PoolKind): Unit {
  return kind === "epgp" ? "ep" : "pt";
}

/** New points from the mint for all named people. */
export function awardLines(
  kind: PoolKind,
  personIds: readonly PersonId[],
  amount: number,
): readonly Line[] {
  return counterpart("mint", personIds, amount, earnedUnit(kind));
}

/**
 * New points with an amount per person. Points that a cap blocks are minted too and go to the account of
 * blocked points, so that the books show what a person would have received.
 */
export function shareLines(
  kind: PoolKind,
  shares: readonly { readonly personId: PersonId; readonly amount: number }[],
  blocked = 0,
): readonly Line[] {
  const unit = earnedUnit(kind);
  const total = shares.reduce((sum, { amount }) => sum + amount, blocked);
  return [
    ...shares.map(({ personId, amount }) => personLine(personId, amount, unit)),
    ...(blocked > 0
      ? [{ account: "cap-blocked" as const, personId: null, amount: blocked, unit }]
      : []),
    { account: "mint", personId: null, amount: negated(total), unit },
  ];
}

/** A manual correction: gives points to all named people, or takes points from them. */
export function adjustLines(
  personIds: readonly PersonId[],
  amount: number,
  unit: Unit,
): readonly Line[] {
  return counterpart("adjust", personIds, amount, unit);
}

/**
 * A price that one person pays. In an EPGP pool it is added to their gear points. In a zero-sum pool
 * `shares` divide it, or the bank keeps it. `tax` is the part that goes to the guild's tax account instead.
 */
export function spendLines(
  kind: PoolKind,
  personId: PersonId,
  amount: number,
  shares: readonly Share[] = [],
  tax = 0,
): readonly Line[] {
  if (kind === "epgp") return counterpart("loot-sink", [personId], amount, "gp");
  const rest = amount - tax;
  const taxLine: readonly Line[] =
    tax === 0 ? [] : [{ account: "tax", personId: null, amount: tax, unit: "pt" }];
  const payer = personLine(personId, -amount, "pt");
  if (kind === "zero-sum" && shares.length > 0) {
    const received = shares.map((share) => ({
      ...personLine(share.personId, share.amount, "pt"),
      carry: share.carry,
    }));
    return [payer, ...received, ...taxLine];
  }
  const account = kind === "dkp" ? "loot-sink" : "bank";
  return [payer, { account, personId: null, amount: rest, unit: "pt" }, ...taxLine];
}

/** Balances that go from one person to another, in pairs of lines. */
export function transferLines(
  fromId: PersonId,
  intoId: PersonId,
  amounts: readonly { readonly unit: Unit; readonly balance: number }[],
): readonly Line[] {
  return amounts.flatMap(({ unit, balance }) => [
    personLine(fromId, negated(balance), unit),
    personLine(intoId, balance, unit),
  ]);
}

/** The exact opposite of every line. */
export function reversalLines(lines: readonly Line[]): readonly Line[] {
  return lines.map((line) => ({ ...line, amount: negated(line.amount) }));
}

/** True when every unit sums to zero over at least two whole-numbered lines. */
export function isBalanced(lines: readonly Line[]): boolean {
  const sums = new Map<Unit, number>();
  for (const { unit, amount } of lines) sums.set(unit, (sums.get(unit) ?? 0) + amount);
  const whole = lines.every((line) => Number.isSafeInteger(line.amount));
  return whole && lines.length >= 2 && [...sums.values()].every((sum) => sum === 0);
}

/** What one line adds to a person's lifetime figures, given the kind of its original entry. */
export function lifetime(
  line: Pick<Line, "amount" | "unit">,
  origin: LedgerKind,
  isReversal: boolean,
): { readonly earned: number; readonly spent: number } {
  if (origin !== "award" && origin !== "spend") return { earned: 0, spent: 0 };
  const sign = isReversal ? -1 : 1;
  const gain = sign * Math.max(0, sign * line.amount) || 0;
  const loss = sign * Math.max(0, -sign * line.amount) || 0;
  return line.unit === "gp" ? { earned: 0, spent: gain } : { earned: gain, spent: loss };
}

/** Tells whether the request `asked` would have created the entry `stored`, to answer a repeated key. */
export function isSameEntry(
  stored: EntryFacts & { readonly effectiveAt: number; readonly recordedAt: number },
  asked: EntryFacts,
): boolean {
  return (
    stored.kind === asked.kind &&
    stored.poolId === asked.poolId &&
    stored.reason === asked.reason &&
    stored.reverses === asked.reverses &&
    stored.effectiveAt === (asked.effectiveAt ?? stored.recordedAt) &&
    fingerprint(stored.lines) === fingerprint(asked.lines)
  );
}

function counterpart(
  account: AccountKind,
  personIds: readonly PersonId[],
  amount: number,
  unit: Unit,
): readonly Line[] {
  const people = personIds.map((id) => personLine(id, amount, unit));
  const other = negated(amount * personIds.length);
  return [...people, { account, personId: null, amount: other, unit }];
}

function personLine(personId: PersonId, amount: number, unit: Unit): Line {
  return { account: "person", personId, amount, unit };
}

/** Avoids JavaScript's negative zero. */
function negated(amount: number): number {
  return amount === 0 ? 0 : -amount;
}

function fingerprint(lines: readonly Line[]): string {
  return lines
    .map((line) => `${line.account} ${line.personId ?? ""} ${line.amount} ${line.unit}`)
    .sort()
    .join("\n");
}
