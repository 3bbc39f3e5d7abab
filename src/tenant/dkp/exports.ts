import { and, asc, eq, sql } from "drizzle-orm";
import { columnsOf, optional, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { PoolId } from "../../kernel/ids.ts";
import { nextTurn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { persons } from "../roster/schema.ts";
import { formatPoints } from "./points.ts";
import { poolOf } from "./pools.ts";
import { accounts, ledgerPostings, ledgerTx } from "./schema.ts";

/** One line of the ledger as files have it: a change of one account by one entry. Times are ISO 8601. */
export interface LedgerLine {
  readonly number: number;
  readonly entry: string;
  readonly kind: string;
  readonly earned: string;
  readonly recorded: string;
  /** The person, or the guild's account, such as "mint". */
  readonly account: string;
  readonly person: string;
  readonly points: string;
  readonly unit: string;
  readonly reason: string;
  readonly raid: string;
  readonly reverses: string;
}

const linesAfter = prepare(
  (value: Values<{ poolId: PoolId; raid: string; seq: number; line: number; limit: number }>) =>
    build
      .select({
        ...columnsOf(ledgerTx, "id", "seq", "kind", "effectiveAt", "recordedAt", "reason"),
        ...columnsOf(ledgerTx, "raidId", "reversesId"),
        ...columnsOf(ledgerPostings, "line", "amount", "unit"),
        account: accounts.kind,
        person: optional(persons.name),
      })
      .from(ledgerTx)
      .innerJoin(ledgerPostings, eq(ledgerPostings.txId, ledgerTx.id))
      .innerJoin(accounts, eq(accounts.id, ledgerPostings.accountId))
      .leftJoin(persons, eq(persons.id, accounts.personId))
      .where(
        and(
          eq(ledgerTx.poolId, value.poolId),
          sql`(${ledgerTx.seq}, ${ledgerPostings.line}) > (${value.seq}, ${value.line})`,
          sql`(${value.raid} = '' or ${ledgerTx.raidId} = ${value.raid})`,
        ),
      )
      .orderBy(asc(ledgerTx.seq), asc(ledgerPostings.line))
      .limit(value.limit),
);

/**
 * Every line of a pool's ledger, or those of one raid, in their order. Nothing is left out: the lines of an
 * entry sum to zero.
 *
 * @throws {NotFound} `dkp/pool-not-found`
 */
export async function ledgerLines(
  ctx: GuildContext,
  query: { readonly pool?: string | undefined; readonly raid?: string | undefined },
): Promise<readonly LedgerLine[]> {
  allow(ctx, "ledger.view");
  const pool = await poolOf(ctx, query.pool);
  const lines: LedgerLine[] = [];
  const limit = limits.dkp.exportedAtOnce;
  for (let after = { seq: 0, line: -1 }; ; ) {
    const values = { poolId: pool.id, raid: query.raid ?? "", ...after, limit };
    const rows = await linesAfter.all(ctx.db, values);
    for (const row of rows) {
      lines.push({
        number: row.seq,
        entry: row.id,
        kind: row.kind,
        earned: new Date(row.effectiveAt).toISOString(),
        recorded: new Date(row.recordedAt).toISOString(),
        account: row.account,
        person: row.person ?? "",
        points: formatPoints(row.amount, pool.decimals),
        unit: row.unit,
        reason: row.reason,
        raid: row.raidId ?? "",
        reverses: row.reversesId ?? "",
      });
    }
    if (rows.length < limit) return lines;
    const last = rows.at(-1)!;
    after = { seq: last.seq, line: last.line };
    await nextTurn();
  }
}
