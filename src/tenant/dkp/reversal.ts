import type { Guard, Writable } from "../../database/write.ts";
import { type LedgerTxId, newId, type PersonId } from "../../kernel/ids.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import { unchangedSince } from "./concurrent-change.ts";
import { changesOf, lastSeq, peopleOfPool, runsFor, runsSince } from "./decay-history.ts";
import { forwardedToJoined } from "./joined.ts";
import { type Line, reversalLines } from "./ledger.ts";
import type { Pool } from "./pools.ts";
import { statementsOf } from "./post.ts";
import type { Entry } from "./queries.ts";
import { type Run, replayed } from "./replay.ts";
import type { Unit } from "./schema.ts";

/** The idempotency key of an entry that corrects decay after a reversal begins with this. */
const CORRECTION = "correction:";

/** True for an entry that follows a reversal. It is as final as the reversal. */
export function isCorrectionKey(key: string): boolean {
  return key.startsWith(CORRECTION);
}

/**
 * The entries that undo these entries of one pool. Each is the exact opposite of its entry. If a decay ran
 * since, one more entry corrects what decay took from the points, so that balances are as if the entries
 * had never been made. Fails with a concurrent change if the ledger grows before the write: run it again by
 * `untilUnchanged`.
 */
export async function reversalStatements(
  ctx: GuildContext,
  pool: Pool,
  entries: readonly Entry[],
  reason?: string,
): Promise<readonly (Writable | Guard)[]> {
  const reversals = entries.map((entry) => ({ entry, id: newId<LedgerTxId>() }));
  const correction = await correctionStatements(ctx, pool, reversals);
  return [...exactReversals(ctx, pool, reversals, reason), ...correction];
}

/**
 * The entries that undo the transfers of a join in one pool. Decay since then is corrected as for
 * `reversalStatements`, but nothing goes on to the other person of the join.
 */
export async function transferReversals(
  ctx: GuildContext,
  pool: Pool,
  entries: readonly Entry[],
  reason: string,
): Promise<readonly (Writable | Guard)[]> {
  const reversals = entries.map((entry) => ({ entry, id: newId<LedgerTxId>() }));
  const { guards, corrected } = await decayCorrection(ctx, pool, reversals);
  return [...exactReversals(ctx, pool, reversals, reason), ...guards, ...corrected];
}

function exactReversals(
  ctx: GuildContext,
  pool: Pool,
  reversals: readonly Reversal[],
  reason?: string,
): readonly (Writable | Guard)[] {
  return reversals.flatMap(({ entry, id }) =>
    statementsOf(ctx, id, id, {
      pool,
      poolId: pool.id,
      kind: "reversal",
      origin: entry.kind,
      reason: reason ?? entry.reason,
      reverses: entry.id,
      effectiveAt: undefined,
      lines: reversalLines(entry.postings),
    }),
  );
}

interface Reversal {
  readonly entry: Entry;
  readonly id: LedgerTxId;
}

/** The statements after the reversals `reversals`: none if no decay ran since their entries. */
export async function correctionStatements(
  ctx: GuildContext,
  pool: Pool,
  reversals: readonly Reversal[],
): Promise<readonly (Writable | Guard)[]> {
  const [first] = reversals;
  if (first === undefined) return [];
  const { guards, corrected, changes } = await decayCorrection(ctx, pool, reversals);
  const exact = reversalLines(reversals.flatMap(({ entry }) => entry.postings));
  const lines = [...exact, ...changes];
  const forwarded = await forwardedToJoined(ctx, pool, first.entry.reason, lines);
  return [...guards, ...corrected, ...forwarded];
}

/** What corrects the decays that ran since the entries `reversals` reverse. */
interface DecayCorrection {
  readonly guards: readonly Guard[];
  readonly corrected: readonly (Writable | Guard)[];
  readonly changes: readonly Line[];
}

async function decayCorrection(
  ctx: GuildContext,
  pool: Pool,
  reversals: readonly Reversal[],
): Promise<DecayCorrection> {
  const [first] = reversals;
  if (first === undefined) return { guards: [], corrected: [], changes: [] };
  const { seq } = (await lastSeq.first(ctx.db, { poolId: pool.id }))!;
  const runs = await runsSince(ctx, pool);
  const without = new Set<string>(reversals.map(({ entry }) => entry.id));
  const lines = reversals.flatMap(({ entry }) => entry.postings);
  const undoesDecay = reversals.some(({ entry }) => entry.kind === "decay");
  const people = undoesDecay
    ? (await peopleOfPool.all(ctx.db, { poolId: pool.id })).flatMap(
        ({ personId }) => personId ?? [],
      )
    : [...new Set(lines.flatMap(({ personId }) => personId ?? []))];
  const reason = first.entry.reason;
  const since = Math.min(...reversals.map(({ entry }) => entry.recordedAt));
  if (!undoesDecay && !runsFor(runs, people).some(({ at }) => at >= since)) {
    return { guards: [], corrected: [], changes: [] };
  }
  const changes = await corrections(ctx, { pool, runs, people, lines, without });
  // The entries before the last one are what was read; the reversals follow it.
  const guards = [unchangedSince(pool, seq + reversals.length)];
  if (changes.length === 0) return { guards, corrected: [], changes };
  return {
    guards,
    changes,
    corrected: statementsOf(ctx, newId<LedgerTxId>(), `${CORRECTION}${first.id}`, {
      pool,
      poolId: pool.id,
      kind: "decay",
      origin: "decay",
      reason,
      reverses: null,
      effectiveAt: undefined,
      lines: [...changes, ...balancing(changes)],
    }),
  };
}

/** What each balance still needs after the exact reversals. People are read in groups. */
async function corrections(
  ctx: GuildContext,
  facts: {
    readonly pool: Pool;
    readonly runs: readonly Run[];
    readonly people: readonly PersonId[];
    readonly lines: Entry["postings"];
    readonly without: ReadonlySet<string>;
  },
): Promise<readonly Line[]> {
  const { pool, runs, people, lines, without } = facts;
  const reversed = new Map<string, number>();
  for (const { personId, unit, amount } of lines) {
    const key = `${personId} ${unit}`;
    reversed.set(key, (reversed.get(key) ?? 0) - amount);
  }
  const found: Line[] = [];
  const turn = new Turn();
  for (let at = 0; at < people.length; at += limits.dkp.replayedAtOnce) {
    const some = people.slice(at, at + limits.dkp.replayedAtOnce);
    for (const account of await changesOf(ctx, pool.id, some)) {
      const { personId, unit } = account;
      const history = { ...account, runs };
      const change = replayed(history, without) - replayed(history, new Set());
      const key = `${personId} ${unit}`;
      const amount = change - (reversed.get(key) ?? 0);
      reversed.delete(key);
      if (amount !== 0) found.push({ account: "person", personId, amount, unit });
    }
    await turn.pause();
  }
  // People whose other entries were all reversed before.
  for (const { personId, unit } of lines) {
    const rest = reversed.get(`${personId} ${unit}`) ?? 0;
    reversed.delete(`${personId} ${unit}`);
    if (personId !== null && rest !== 0) {
      found.push({ account: "person", personId, amount: -rest, unit });
    }
  }
  return found;
}

/** The balancing lines on the guild's side, one for each unit. */
export function balancing(changes: readonly Line[]): readonly Line[] {
  const sums = new Map<Unit, number>();
  for (const { unit, amount } of changes) sums.set(unit, (sums.get(unit) ?? 0) - amount);
  return [...sums].map(([unit, amount]) => ({
    account: "decay",
    personId: null,
    amount: amount === 0 ? 0 : amount,
    unit,
  }));
}
