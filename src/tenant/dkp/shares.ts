import { and, eq, inArray, sql } from "drizzle-orm";
import { columnOr, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { PersonId, PoolId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { accounts, balances } from "./schema.ts";

/** A person who shares a price. */
export interface Sharer {
  readonly personId: PersonId;
  /** The size of the share relative to those of the others: a whole number above zero. */
  readonly weight: number;
}

/** One share of a price, in minor units, and the fraction of a unit that it leaves owed. */
export interface Share {
  readonly personId: PersonId;
  readonly amount: number;
  /** In millionths of a minor unit. Below zero if the person got more than the exact share. */
  readonly carry: number;
}

const MILLION = 1_000_000;

/**
 * Divides `total` by the weights so that the shares sum to it exactly. The units that no exact share gives go
 * to the people who are owed most from earlier prices, so that over time each gets the exact share.
 */
export function sharesOf(
  total: number,
  sharers: readonly Sharer[],
  owed: ReadonlyMap<PersonId, number>,
): readonly Share[] {
  const weights = BigInt(sharers.reduce((sum, { weight }) => sum + weight, 0));
  const shares = sharers.map(({ personId, weight }) => {
    const exact = (BigInt(total) * BigInt(MILLION) * BigInt(weight)) / weights;
    const whole = Number(exact / BigInt(MILLION));
    const part = Number(exact % BigInt(MILLION));
    const due = part + (owed.get(personId) ?? 0);
    const amount = Math.max(0, whole + Math.floor(due / MILLION));
    return { personId, amount, due: due - (amount - whole) * MILLION, given: part, whole };
  });
  const order = shares.toSorted((a, b) => b.due - a.due || (a.personId < b.personId ? -1 : 1));
  let left = total - shares.reduce((sum, { amount }) => sum + amount, 0);
  for (let at = 0; left > 0; at = (at + 1) % order.length, left--) order[at]!.amount++;
  for (let at = order.length - 1; left < 0; at = (at || order.length) - 1) {
    if (order[at]!.amount === 0) continue;
    order[at]!.amount--;
    left++;
  }
  return shares.map(({ personId, amount, given, whole }) => ({
    personId,
    amount,
    carry: given - (amount - whole) * MILLION,
  }));
}

const owedTo = prepare((value: Values<{ poolId: PoolId; people: string }>) =>
  build
    .select({ personId: accounts.personId, carry: columnOr(balances.carry, "0") })
    .from(accounts)
    .innerJoin(balances, and(eq(balances.accountId, accounts.id), eq(balances.unit, "pt")))
    .where(
      and(
        eq(accounts.poolId, value.poolId),
        eq(accounts.kind, "person"),
        inArray(accounts.personId, sql`(select value from json_each(${value.people}))`),
      ),
    ),
);

/** The shares of a price in a pool, after what its earlier prices left owed. None without sharers. */
export async function pricesShared(
  ctx: Pick<GuildContext, "db">,
  poolId: PoolId,
  total: number,
  sharers: readonly Sharer[],
): Promise<readonly Share[]> {
  if (sharers.length === 0) return [];
  const people = JSON.stringify(sharers.map(({ personId }) => personId));
  const rows = await owedTo.all(ctx.db, { poolId, people });
  const owed = new Map(
    rows.flatMap(({ personId, carry }) => (personId ? [[personId, carry]] : [])),
  );
  return sharesOf(total, sharers, owed);
}
