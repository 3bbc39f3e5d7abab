import type { Guard, Writable } from "../../database/write.ts";
import { type LedgerTxId, newId } from "../../kernel/ids.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import type { JoinPair } from "../person-parts.ts";
import { unchangedSince } from "./concurrent-change.ts";
import {
  type Group,
  groupsOf,
  historiesOf,
  lastSeq,
  peopleOfPool,
  runsFor,
  runsSince,
} from "./decay-history.ts";
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
  { id, reason }: Pick<JoinPair, "id" | "reason">,
): Promise<readonly (Writable | Guard)[]> {
  const reversals = entries.map((entry) => ({ entry, id: newId<LedgerTxId>() }));
  const facts = { without: new Set([id]), forwarded: [], isJoin: true };
  const { guards, corrected } = await decayCorrection(ctx, pool, reversals, facts);
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
  const exact = reversalLines(reversals.flatMap(({ entry }) => entry.postings));
  const forwarded = await forwardedToJoined(ctx, pool, first.entry.reason, exact);
  const { guards, corrected } = await decayCorrection(ctx, pool, reversals, {
    without: new Set(reversals.map(({ entry }) => entry.id)),
    forwarded: forwarded.lines,
    isJoin: false,
  });
  return [...guards, ...forwarded.statements, ...corrected];
}

/** What corrects the decays that ran since the entries that `reversals` reverse. */
interface DecayCorrection {
  readonly guards: readonly Guard[];
  readonly corrected: readonly (Writable | Guard)[];
}

const NO_CORRECTION: DecayCorrection = { guards: [], corrected: [] };

async function decayCorrection(
  ctx: GuildContext,
  pool: Pool,
  reversals: readonly Reversal[],
  facts: {
    /** The entries or the join that have never been made then. */
    readonly without: ReadonlySet<string>;
    /** What goes on to people who were joined. */
    readonly forwarded: readonly Line[];
    /** For the transfers of a join. Corrections since then are on the other person. */
    readonly isJoin: boolean;
  },
): Promise<DecayCorrection> {
  const [first] = reversals;
  if (first === undefined) return NO_CORRECTION;
  const { seq } = (await lastSeq.first(ctx.db, { poolId: pool.id }))!;
  const runs = await runsSince(ctx, pool);
  const exact = reversalLines(reversals.flatMap(({ entry }) => entry.postings));
  const undoesDecay = reversals.some(({ entry }) => entry.kind === "decay");
  const people = undoesDecay
    ? (await peopleOfPool.all(ctx.db, { poolId: pool.id })).flatMap(
        ({ personId }) => personId ?? [],
      )
    : [...new Set(exact.flatMap(({ personId }) => personId ?? []))];
  const groups = await groupsOf(ctx, people);
  const since = Math.min(...reversals.map(({ entry }) => entry.recordedAt));
  const concerned = runsFor(
    runs,
    groups.flatMap((group) => group.people),
  );
  const isExact = !undoesDecay && !facts.isJoin && !concerned.some(({ at }) => at >= since);
  if (isExact) return NO_CORRECTION;
  const lines = [...exact, ...facts.forwarded];
  const changes = await corrections(ctx, { pool, runs, groups, lines, without: facts.without });
  // The entries before the last one are what was read; the reversals follow it.
  const guards = [unchangedSince(pool, seq + reversals.length)];
  if (changes.length === 0) return { guards, corrected: [] };
  return {
    guards,
    corrected: statementsOf(ctx, newId<LedgerTxId>(), `${CORRECTION}${first.id}`, {
      pool,
      poolId: pool.id,
      kind: "decay",
      origin: "decay",
      reason: first.entry.reason,
      reverses: null,
      effectiveAt: undefined,
      lines: [...changes, ...balancing(changes)],
    }),
  };
}

/** What each balance still needs after `lines`, which were changed already. Reads some groups at a time. */
async function corrections(
  ctx: GuildContext,
  facts: {
    readonly pool: Pool;
    readonly runs: readonly Run[];
    readonly groups: readonly Group[];
    readonly lines: readonly Line[];
    readonly without: ReadonlySet<string>;
  },
): Promise<readonly Line[]> {
  const { pool, runs, groups, lines, without } = facts;
  const needed = new Map<string, Line>();
  const need = ({ personId, unit }: Pick<Line, "personId" | "unit">, amount: number) => {
    if (personId === null) return;
    const key = `${personId} ${unit}`;
    const before = needed.get(key)?.amount ?? 0;
    needed.set(key, { account: "person", personId, unit, amount: before + amount });
  };
  for (const line of lines) need(line, -line.amount);
  const turn = new Turn();
  for (let at = 0; at < groups.length; at += limits.dkp.replayedAtOnce) {
    const some = groups.slice(at, at + limits.dkp.replayedAtOnce);
    for (const history of await historiesOf(ctx, pool.id, some, runs)) {
      const now = replayed(history, NOTHING);
      for (const [personId, then] of replayed(history, without)) {
        need({ personId, unit: history.unit }, then - now.get(personId)!);
      }
      await turn.pause();
    }
  }
  return [...needed.values()].filter(({ amount }) => amount !== 0);
}

const NOTHING: ReadonlySet<string> = new Set();

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
