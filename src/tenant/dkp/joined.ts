import { sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { type LedgerTxId, newId, type PersonId, type PersonJoinId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { changedMeanwhile, type JoinPair } from "../person-parts.ts";
import { hasJoins, joinsFrom } from "../roster/joins.ts";
import { personJoins } from "../roster/schema.ts";
import { type Line, transferLines } from "./ledger.ts";
import type { poolOf } from "./pools.ts";
import { statementsOf } from "./post.ts";
import type { Unit } from "./schema.ts";

/** The entries that give points to joined people, and their lines. */
interface Forwarded {
  readonly statements: readonly (Writable | Guard)[];
  readonly lines: readonly Line[];
}

/**
 * What has to follow the reversal of an older entry: points that it gives to a person who was joined
 * with another one, or takes from them, go on to that other person.
 */
export async function forwardedToJoined(
  ctx: GuildContext,
  pool: Awaited<ReturnType<typeof poolOf>>,
  reason: string,
  lines: readonly Line[],
): Promise<Forwarded> {
  if (!hasJoins(ctx)) return { statements: [], lines: [] };
  const amounts = new Map<PersonId, Map<Unit, number>>();
  const add = (personId: PersonId, unit: Unit, amount: number) => {
    const units = amounts.get(personId) ?? new Map<Unit, number>();
    units.set(unit, (units.get(unit) ?? 0) + amount);
    amounts.set(personId, units);
  };
  for (const { personId, unit, amount } of lines) if (personId) add(personId, unit, amount);
  const statements: (Writable | Guard)[] = [];
  const moves: Line[] = [];
  const seen = new Set<PersonId>();
  for (;;) {
    const ids = [...amounts.keys()].filter((id) => !seen.has(id));
    const joins = await joinsFrom.all(ctx.db, { ids: JSON.stringify(ids) });
    for (const id of ids) seen.add(id);
    statements.unshift(areStill(ids, joins));
    if (joins.length === 0) return { statements, lines: moves };
    for (const { id, fromId, intoId } of joins) {
      const all = [...amounts.get(fromId)!].map(([unit, balance]) => ({ unit, balance }));
      const moved = all.filter(({ balance }) => balance !== 0);
      if (moved.length === 0) continue;
      const own = transferLines(fromId, intoId, moved);
      statements.push(...transfer(ctx, { id, reason }, pool, own));
      moves.push(...own);
      for (const { unit, balance } of moved) {
        add(fromId, unit, -balance);
        add(intoId, unit, balance);
      }
      seen.delete(intoId);
    }
  }
}

function areStill(
  ids: readonly PersonId[],
  joins: readonly { readonly id: PersonJoinId }[],
): Guard {
  const open = sql`${personJoins.undoneAt} is null and ${personJoins.kind} = 'join'
    and ${personJoins.fromId} in (select value from json_each(${JSON.stringify(ids)}))`;
  const known = JSON.stringify(joins.map(({ id }) => id));
  return guard(
    sql`not ${existsIn(personJoins, sql`${open} and ${personJoins.id} not in (select value from json_each(${known}))`)}
      and (select count(*) from ${personJoins} where ${open}) = ${joins.length}`,
    changedMeanwhile,
  );
}

/** An entry that gives the points of one person of a join to the other. */
export function transfer(
  ctx: GuildContext,
  { id: joinId, reason }: Pick<JoinPair, "id" | "reason">,
  pool: Awaited<ReturnType<typeof poolOf>>,
  lines: readonly Line[],
): readonly (Writable | Guard)[] {
  const id = newId<LedgerTxId>();
  return statementsOf(ctx, id, `${keysOf(joinId).low}${id}`, {
    pool,
    poolId: pool.id,
    kind: "transfer",
    origin: "transfer",
    reason,
    reverses: null,
    effectiveAt: undefined,
    lines,
  });
}

/** All keys of a join's transfers lie between these two: `;` follows `:`. */
export function keysOf(joinId: PersonJoinId): { readonly low: string; readonly high: string } {
  return { low: `join:${joinId}:`, high: `join:${joinId};` };
}
