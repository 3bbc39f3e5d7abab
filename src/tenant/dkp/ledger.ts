import type { LedgerTxId, PersonId, PoolId } from "../../kernel/ids.ts";
import { splitExactly } from "./points.ts";
import type { AccountKind, LedgerKind, PoolKind, Unit } from "./schema.ts";

/** One side of an entry, before it has an account id. Exactly person accounts name a person. */
export interface Line {
  readonly account: AccountKind;
  readonly personId: PersonId | null;
  /** Signed, in the pool's minor units. */
  readonly amount: number;
  readonly unit: Unit;
}

/** What makes two requests the same request; `effectiveAt` is absent when it was left to us. */
export interface EntryFacts {
  readonly poolId: PoolId;
  readonly kind: LedgerKind;
  readonly reason: string;
  readonly reverses: LedgerTxId | null;
  readonly effectiveAt: number | undefined;
  readonly lines: readonly Line[];
}

/** The guild's side of the books, made with every pool. */
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

/** The unit that people of such a pool earn. */
export function earnedUnit(kind: PoolKind): Unit {
  return kind === "epgp" ? "ep" : "pt";
}

/** New points for everybody named, out of the mint. */
export function awardLines(
  kind: PoolKind,
  personIds: readonly PersonId[],
  amount: number,
): readonly Line[] {
  return against("mint", personIds, amount, earnedUnit(kind));
}

/**
 * New points, each person their own amount. What a cap keeps from somebody is minted as well and goes
 * to the account of blocked points, so that the books say what would have been.
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

/** A correction by hand: points given to or taken from everybody named. */
export function adjustLines(
  kind: PoolKind,
  personIds: readonly PersonId[],
  amount: number,
): readonly Line[] {
  return against("adjust", personIds, amount, earnedUnit(kind));
}

/**
 * A price paid by one person. In an EPGP pool the price is added to what they were given so far;
 * in a zero-sum pool it is shared among `sharedWith` to the last unit, or kept by the bank.
 */
export function spendLines(
  kind: PoolKind,
  personId: PersonId,
  amount: number,
  sharedWith: readonly PersonId[] = [],
): readonly Line[] {
  if (kind === "epgp") return against("loot-sink", [personId], amount, "gp");
  if (kind === "dkp") return against("loot-sink", [personId], -amount, "pt");
  if (sharedWith.length === 0) return against("bank", [personId], -amount, "pt");
  const shares = splitExactly(
    amount,
    sharedWith.map(() => 1),
  );
  const received = sharedWith.map((id, index) => personLine(id, shares[index]!, "pt"));
  return [personLine(personId, -amount, "pt"), ...received];
}

/** The exact opposite, line by line. */
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

/** What one line adds to a person's lifetime figures, given the kind of the entry it stems from. */
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

/** Would `asked` have made the entry `stored`? Decides what a repeated key may answer. */
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

function against(
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

/** Zero has no sign in the books, but JavaScript knows a negative one. */
function negated(amount: number): number {
  return amount === 0 ? 0 : -amount;
}

function fingerprint(lines: readonly Line[]): string {
  return lines
    .map((line) => `${line.account} ${line.personId ?? ""} ${line.amount} ${line.unit}`)
    .sort()
    .join("\n");
}
