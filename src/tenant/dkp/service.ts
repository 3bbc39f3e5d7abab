import { eq, sql } from "drizzle-orm";
import { prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { LedgerTxId, PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { awardShares } from "./award-shares.ts";
import { untilUnchanged } from "./concurrent-change.ts";
import { adjustLines, earnedUnit, type Line, reversalLines, spendLines } from "./ledger.ts";
import { amountFault, formatPoints, parsePoints } from "./points.ts";
import { type Pool, poolOf } from "./pools.ts";
import { type Draft, post } from "./post.ts";
import { type Entry, readAccount, readEntry } from "./queries.ts";
import { correctionStatements, isCorrectionKey } from "./reversal.ts";
import { type LedgerKind, ledgerTx, type PoolKind, type Unit } from "./schema.ts";
import { invalid, peopleAreHere, poolIsOpen, reasonOf } from "./service-guards.ts";
import { pricesShared } from "./shares.ts";

export { DECAY_JOB, runDecay } from "./decay.ts";
export { setDefaultPool } from "./default-pool.ts";
export { type Pool, poolOf, pools } from "./pools.ts";
export {
  type Entry,
  type EntryPosting,
  type EntrySummary,
  entry,
  type LedgerQuery,
  ledger,
  type StatementLine,
  statement,
} from "./queries.ts";
export {
  addPool,
  archivePool,
  changeRules,
  type RulesVersion,
  rulesHistory,
  scheduleDecay,
} from "./rules.ts";
export { previewRules, type RulesPreview } from "./rules-preview.ts";
export {
  type Alt,
  altsOf,
  charactersOf,
  type Standing,
  type StandingsQuery,
  standings,
  standingsFile,
} from "./standings.ts";
export { type Difference, type Verification, verify, verifyLedger } from "./verify.ts";

/** Points as users write them: 15, "15" or "12.5". */
type PointsInput = string | number;

interface Common {
  readonly points: PointsInput;
  readonly reason: string;
  readonly pool?: string | undefined;
}

export interface AwardInput extends Common {
  readonly personIds: readonly string[];
  /** When the points were earned, in Unix milliseconds; now by default. Never in the future. */
  readonly effectiveAt?: number | undefined;
  /** Awards even if another officer has just given the same award. */
  readonly confirm?: boolean | undefined;
}

export interface SpendInput extends Common {
  readonly personId: string;
  /** Zero-sum pools only: who shares the price. If it is empty, the bank keeps the price. */
  readonly sharedWith?: readonly string[] | undefined;
}

export interface AdjustInput extends Common {
  readonly personIds: readonly string[];
  /** EPGP pools only: corrects gear points instead of effort points. */
  readonly unit?: Unit | undefined;
}

/**
 * Awards the same points to all named people.
 *
 * @throws {Invalid} `dkp/bad-points`, `dkp/bad-people`, `dkp/bad-time`
 *
 * @throws {NotFound} `dkp/pool-not-found`
 *
 * @throws {Conflict} `dkp/pool-archived`, `dkp/behind-decay`
 */
export async function award(ctx: GuildContext, input: AwardInput): Promise<Entry> {
  allow(ctx, "points.award");
  const pool = await poolOf(ctx, input.pool);
  const amount = amountOf(input.points, pool, "positive");
  const ids = uniquePeople(input.personIds, "/personIds");
  if (input.effectiveAt !== undefined && input.effectiveAt > ctx.now().getTime()) {
    throw invalid("dkp/bad-time", "/effectiveAt", "Choose a date in the past.");
  }
  return await awardShares(ctx, pool, {
    shares: ids.map((personId) => ({ personId, amount })),
    reason: input.reason,
    effectiveAt: input.effectiveAt,
    confirm: input.confirm,
  });
}

/**
 * Takes a price from one person, never below the pool's floor.
 * @throws {Conflict} `dkp/insufficient-balance` with `balance`, `required` and `floor`.
 * @throws as `award` does.
 */
export async function spend(ctx: GuildContext, input: SpendInput): Promise<Entry> {
  allow(ctx, "points.award");
  const pool = await poolOf(ctx, input.pool);
  const amount = amountOf(input.points, pool, "positive");
  const shared = input.sharedWith ?? [];
  if (shared.length > 0 && pool.kind !== "zero-sum") {
    throw invalid("dkp/bad-people", "/sharedWith", "Only zero-sum pools share a price.");
  }
  const [personId] = uniquePeople([input.personId], "/personId");
  const sharedWith = shared.length === 0 ? [] : uniquePeople(shared, "/sharedWith");
  const tax = Math.floor((amount * pool.taxPct) / 100);
  const sharers = sharedWith.map((id) => ({ personId: id, weight: 1 }));
  const shares = await pricesShared(ctx, pool.id, amount - tax, sharers);
  const lines = spendLines(pool.kind, personId!, amount, shares, tax);
  const draft = { ...draftOf("spend", pool, input.reason, lines), isShared: shares.length > 0 };
  const short = new Conflict(
    "dkp/insufficient-balance",
    "The balance is too low for this price. Enter a lower price.",
  );
  try {
    return await post(ctx, { ...draft, after: floorGuard(pool, personId!, short) });
  } catch (error) {
    if (error === short) throw await withFigures(ctx, pool, personId!, amount);
    throw error;
  }
}

/**
 * Corrects balances by hand: `points` may be negative, and the floor does not apply.
 *
 * @throws as `award` does.
 */
export async function adjust(ctx: GuildContext, input: AdjustInput): Promise<Entry> {
  allow(ctx, "points.award");
  const pool = await poolOf(ctx, input.pool);
  const amount = amountOf(input.points, pool, "not zero");
  const ids = uniquePeople(input.personIds, "/personIds");
  const unit = input.unit ?? earnedUnit(pool.kind);
  if (!UNITS[pool.kind].includes(unit)) {
    throw invalid("dkp/bad-points", "/unit", "Choose a unit of this pool.");
  }
  return await post(ctx, draftOf("adjust", pool, input.reason, adjustLines(ids, amount, unit)));
}

/**
 * Reverses an entry with its exact opposite. Entries are never deleted.
 *
 * @throws {NotFound} `dkp/entry-not-found`
 *
 * @throws {Conflict} `dkp/already-reversed`, `dkp/reversal-is-final`, `dkp/transfer-stays`,
 * `dkp/pool-archived`
 */
export async function reverse(
  ctx: GuildContext,
  input: { readonly txId: string; readonly reason: string },
): Promise<Entry> {
  allow(ctx, "points.award");
  const original = await readEntry(ctx, input.txId);
  if (original === undefined) {
    throw new NotFound("dkp/entry-not-found", "This entry does not exist in the ledger.");
  }
  if (original.kind === "reversal" || (await isCorrection(ctx, original.id))) {
    throw new Conflict(
      "dkp/reversal-is-final",
      "A reversal cannot be reverted. To give the points again, record a new entry.",
    );
  }
  if (original.kind === "transfer") {
    throw new Conflict(
      "dkp/transfer-stays",
      "These points moved because two persons became one. Undo that on the person's page.",
    );
  }
  const pool = await poolOf(ctx, original.poolId);
  const draft = draftOf("reversal", pool, input.reason, reversalLines(original.postings));
  return await untilUnchanged(() =>
    post(ctx, {
      ...draft,
      origin: original.kind,
      reverses: original.id,
      before: [poolIsOpen(pool), notReversed(original.id)],
      follow: (id) => correctionStatements(ctx, pool, [{ entry: original, id }]),
    }),
  );
}

/** The units that people have in a pool of each kind. */
const UNITS: Readonly<Record<PoolKind, readonly Unit[]>> = {
  dkp: ["pt"],
  epgp: ["ep", "gp"],
  "zero-sum": ["pt"],
};

const keyOfEntry = prepare(({ id }: Values<{ id: LedgerTxId }>) =>
  build.select({ key: ledgerTx.idempotencyKey }).from(ledgerTx).where(eq(ledgerTx.id, id)),
);

async function isCorrection(ctx: GuildContext, id: LedgerTxId): Promise<boolean> {
  return isCorrectionKey((await keyOfEntry.first(ctx.db, { id }))?.key ?? "");
}

function draftOf(kind: LedgerKind, pool: Pool, reason: string, lines: readonly Line[]): Draft {
  const people = lines.flatMap((line) => line.personId ?? []);
  return {
    pool,
    poolId: pool.id,
    kind,
    origin: kind,
    reason: reasonOf(reason),
    reverses: null,
    effectiveAt: undefined,
    lines,
    before: [poolIsOpen(pool), peopleAreHere(pool, people)],
    after: [],
  };
}

function amountOf(points: PointsInput, pool: Pool, allowed: "positive" | "not zero"): number {
  const range = allowed === "positive" ? "above zero" : "other than zero";
  const fault = amountFault(points, pool.decimals, range);
  if (fault !== undefined) throw invalid("dkp/bad-points", "/points", fault);
  return parsePoints(points, pool.decimals)!;
}

function uniquePeople(ids: readonly string[], pointer: string): readonly PersonId[] {
  if (ids.length === 0) throw invalid("dkp/bad-people", pointer, "Choose at least one person.");
  if (ids.length > limits.dkp.personsPerEntryMax) {
    const most = limits.dkp.personsPerEntryMax;
    throw invalid("dkp/bad-people", pointer, `Choose at most ${most} people at once.`);
  }
  if (new Set(ids).size !== ids.length) {
    throw invalid(
      "dkp/bad-people",
      pointer,
      "Choose each person only once. Main and alts are one person.",
    );
  }
  return ids as readonly PersonId[];
}

function notReversed(id: LedgerTxId): Guard {
  return guard(
    sql`not exists (select 1 from ledger_tx where reverses_id = ${id})`,
    () =>
      new Conflict(
        "dkp/already-reversed",
        "This entry was already reverted. To give the points again, record a new entry.",
      ),
  );
}

/** Guards a spend: the balance must not fall below the pool's floor. Goes after the entry's statements. */
export function floorGuard(pool: Pool, personId: PersonId, otherwise: Error): readonly Guard[] {
  // In EPGP pools the price is a debt, which has no floor.
  if (pool.floor === null || pool.kind === "epgp") return [];
  return [
    guard(
      sql`(select balance from balances join accounts on accounts.id = account_id
        where pool_id = ${pool.id} and person_id = ${personId} and kind = 'person'
          and unit = 'pt') >= ${pool.floor}`,
      () => otherwise,
    ),
  ];
}

async function withFigures(
  ctx: GuildContext,
  pool: Pool,
  personId: PersonId,
  required: number,
): Promise<Conflict> {
  const account = (await readAccount(ctx, pool, personId))!;
  const price = formatPoints(required, pool.decimals);
  return new Conflict(
    "dkp/insufficient-balance",
    `${account.name} has ${account.points} points, but ${price} is needed. Enter a lower price.`,
    { balance: account.balance, required, floor: pool.floor, decimals: pool.decimals },
  );
}
