import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { columnsOf, isTrue, prepare, type Values } from "../../database/query.ts";
import { build, insertFrom } from "../../database/statements.ts";
import { NotFound } from "../../kernel/errors.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import { allow, type GuildContext } from "../context.ts";
import { SYSTEM_ACCOUNTS } from "./ledger.ts";
import { type Rules, rulesFrom } from "./pool-rules.ts";
import { accounts, type PoolKind, pools as table } from "./schema.ts";

/** One currency of the guild, with its rules. Amounts are whole numbers of 10^-decimals points. */
export interface Pool extends Rules {
  readonly id: PoolId;
  readonly name: string;
  readonly kind: PoolKind;
  readonly decimals: number;
  readonly isDefault: boolean;
  readonly isExample: boolean;
  readonly archivedAt: number | null;
  readonly rulesVersion: number;
}

const POOL = {
  ...columnsOf(table, "id", "name", "kind", "decimals", "rules", "isDefault", "isExample"),
  ...columnsOf(table, "archivedAt", "rulesVersion"),
};
const defaultPool = prepare(() =>
  build
    .select(POOL)
    .from(table)
    .where(and(isTrue(table.isDefault), isNull(table.archivedAt))),
);
const poolById = prepare(({ id }: Values<{ id: string }>) =>
  build.select(POOL).from(table).where(sql`${table.id} = ${id}`),
);
const allPools = prepare(() =>
  build
    .select(POOL)
    .from(table)
    .orderBy(
      desc(table.isDefault),
      sql`${table.archivedAt} is not null`,
      asc(table.createdAt),
      asc(table.id),
    ),
);

/** All pools: the default one first, archived ones last. */
export async function pools(ctx: GuildContext): Promise<readonly Pool[]> {
  allow(ctx, "standings.view");
  return (await allPools.all(ctx.db)).map(toPool);
}

/**
 * The pool with this id, or the guild's default.
 *
 * @throws {NotFound} `dkp/pool-not-found`
 */
export async function poolOf(ctx: GuildContext, id: string | undefined): Promise<Pool> {
  const row =
    id === undefined ? await defaultPool.first(ctx.db) : await poolById.first(ctx.db, { id });
  if (row === undefined) {
    throw new NotFound("dkp/pool-not-found", "This pool does not exist. Choose one from the list.");
  }
  return toPool(row);
}

/** The pools of the example, as a subquery. Their raids count for nothing. */
export const examplePools = sql`(select ${table.id} from ${table} where ${isTrue(table.isExample)})`;

/** Creates the accounts on the guild's side of one pool's books, unless they exist. */
export function systemAccounts(pool: { readonly id: PoolId } | "default"): Statement {
  const kinds = SYSTEM_ACCOUNTS.map((kind) => ({ id: newId<string>(), kind }));
  return insertFrom(
    accounts,
    { id: sql`value ->> 'id'`, poolId: sql`${table.id}`, kind: sql`value ->> 'kind'` },
    sql`from json_each(${JSON.stringify(kinds)}) join ${table}
      where ${pool === "default" ? isTrue(table.isDefault) : eq(table.id, pool.id)}`,
    { on: [] },
  );
}

type PoolRow = NonNullable<Awaited<ReturnType<typeof poolById.first>>>;

function toPool({ rules, ...row }: PoolRow): Pool {
  return { ...row, ...rulesFrom(rules, row) };
}
