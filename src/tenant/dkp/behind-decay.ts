import { not } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { decayedSince, groupsOf, historiesOf, runsSince } from "./decay-history.ts";
import { earnedUnit } from "./ledger.ts";
import { formatPoints } from "./points.ts";
import type { Pool } from "./pools.ts";
import { replayed } from "./replay.ts";

/** The error of the guard `notBehindDecay`. `behindDecay` gives it its figures. */
export const BEHIND_DECAY = new Conflict(
  "dkp/behind-decay",
  "Decay was applied since that date. Award the points that would be left now.",
);

/** Guards that these people's points had no decay after `effectiveAt`. An entry as of now needs no guard. */
export function notBehindDecay(
  pool: Pool,
  people: readonly PersonId[],
  effectiveAt: number | undefined,
): readonly Guard[] {
  if (effectiveAt === undefined) return [];
  return [guard(not(decayedSince(pool.id, effectiveAt, people)), () => BEHIND_DECAY)];
}

/** The id of the amount in the history. No entry has it. */
const LATE = "";

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
  const { personId, amount, effectiveAt } = earned;
  const unit = earnedUnit(pool.kind);
  const [group] = await groupsOf(ctx, [personId]);
  const runs = await runsSince(ctx, pool);
  const known = (await historiesOf(ctx, pool.id, [group!], runs)).find((one) => one.unit === unit);
  const late = { txId: LATE, at: effectiveAt, seq: 0, personId, amount };
  const history = { ...group!, unit, runs, changes: [...(known?.changes ?? []), late] };
  // Decay depends on the balance, so the history is played with the amount and without it.
  const given = replayed(history, new Set()).get(personId)!;
  const left = given - replayed(history, new Set([LATE])).get(personId)!;
  const points = formatPoints(left, pool.decimals);
  return new Conflict(
    "dkp/behind-decay",
    `Decay was applied since that date. Award ${points} as of now instead: that is what ` +
      "would be left.",
    { proposal: { points, effectiveAt: null } },
  );
}
