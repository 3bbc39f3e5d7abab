import type { PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import type { Rules } from "./pool-rules.ts";
import { type Pool, poolOf } from "./pools.ts";
import { decayed } from "./replay.ts";
import { type RulesChange, rulesAfter } from "./rules.ts";
import { standings } from "./standings.ts";

/** What a change of the rules would do to one person now. Amounts in minor units. */
interface PreviewRow {
  readonly personId: PersonId;
  readonly name: string;
  readonly balance: number;
  /** The balance after the next decay, by the rules now and by the changed rules. */
  readonly decayedNow: number;
  readonly decayedThen: number;
  readonly placeNow: number;
  readonly placeThen: number;
  readonly priorityNow: number;
  readonly priorityThen: number;
  /** EPGP: true for people with at least the minimum of effort points. */
  readonly mayBuyNow: boolean;
  readonly mayBuyThen: boolean;
  /** Whether the hard cap lets them earn nothing more. */
  readonly isCappedNow: boolean;
  readonly isCappedThen: boolean;
}

export interface RulesPreview {
  readonly pool: Pool;
  readonly rules: Rules;
  readonly people: number;
  readonly items: readonly PreviewRow[];
}

/** Applies a change of the rules to the standings as they are, and changes nothing. */
export async function previewRules(
  ctx: GuildContext,
  id: string,
  change: RulesChange,
): Promise<RulesPreview> {
  allow(ctx, "settings.manage");
  const pool = await poolOf(ctx, id);
  const rules = rulesAfter(pool, change);
  const { items } = await standings(ctx, { pool: pool.id, limit: limits.dkp.csvRowsMax });
  const now = outcome(pool, pool, items);
  const then = outcome(pool, rules, items);
  const rows = items.map(({ personId, name, balance }): PreviewRow => {
    const [a, b] = [now.get(personId)!, then.get(personId)!];
    return {
      ...{ personId, name, balance, decayedNow: a.decayed, decayedThen: b.decayed },
      ...{ placeNow: a.place, placeThen: b.place },
      ...{ priorityNow: a.priority, priorityThen: b.priority },
      ...{ mayBuyNow: a.mayBuy, mayBuyThen: b.mayBuy },
      ...{ isCappedNow: a.isCapped, isCappedThen: b.isCapped },
    };
  });
  return { pool, rules, people: rows.length, items: rows };
}

type Figures = Awaited<ReturnType<typeof standings>>["items"][number];

function outcome(pool: Pool, rules: Rules, people: readonly Figures[]) {
  const isEpgp = pool.kind === "epgp";
  const rows = people.map(({ personId, balance, spent }) => ({
    personId,
    decayed: rules.decay === null ? balance : decayed(balance, rules.decay.percent, rules.decay),
    priority: isEpgp
      ? Math.round((balance / Math.max(spent, rules.minGearPoints)) * 10_000) / 10_000
      : balance,
    mayBuy: !isEpgp || balance >= (rules.minEffortPoints ?? Number.NEGATIVE_INFINITY),
    isCapped: rules.hardCap !== null && balance >= rules.hardCap,
  }));
  const order = rows.toSorted(
    (a, b) => Number(b.mayBuy) - Number(a.mayBuy) || b.priority - a.priority,
  );
  return new Map(order.map((row, index) => [row.personId, { ...row, place: index + 1 }]));
}
