import { not } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { decayedSince, runsFor, runsSince } from "./decay-history.ts";
import { earnedUnit } from "./ledger.ts";
import { formatPoints } from "./points.ts";
import type { Pool } from "./pools.ts";
import { decayedBy } from "./replay.ts";

/** The error of the guard `notBehindDecay`. `behindDecay` gives it its figures. */
export const BEHIND_DECAY = new Conflict(
  "dkp/behind-decay",
  "Decay was applied since that date. Award the points that would be left now.",
);

/** A guard that no decay of these people's points ran after `effectiveAt`. None for an entry as of now. */
export function notBehindDecay(
  pool: Pool,
  people: readonly PersonId[],
  effectiveAt: number | undefined,
): readonly Guard[] {
  if (effectiveAt === undefined) return [];
  return [guard(not(decayedSince(pool.id, effectiveAt, people)), () => BEHIND_DECAY)];
}

/** The error for an amount that was earned at `effectiveAt`, with what the decays since then left of it. */
export async function behindDecay(
  ctx: GuildContext,
  pool: Pool,
  earned: {
    readonly personId: PersonId;
    readonly amount: number;
    readonly effectiveAt: number;
  },
): Promise<Conflict> {
  const runs = runsFor(await runsSince(ctx, pool, earned.effectiveAt), [earned.personId]);
  const unit = earnedUnit(pool.kind);
  const left = runs.reduce((amount, run) => {
    const terms = { ...run.terms, above: 0 };
    return decayedBy({ ...run, terms }, amount, unit);
  }, earned.amount);
  const points = formatPoints(left, pool.decimals);
  return new Conflict(
    "dkp/behind-decay",
    `Decay was applied since that date. Award ${points} as of now instead: that is what ` +
      "would be left.",
    { proposal: { points, effectiveAt: null } },
  );
}
