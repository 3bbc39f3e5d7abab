import { newId, type PoolId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { pastPool } from "../dkp/history.ts";
import { type Pool, poolOf, pools } from "../dkp/service.ts";
import type { PoolFacts } from "./plan.ts";
import { type Batch, batchesOfSource, secondPoolRow } from "./queries.ts";

/** The pools that receive the points of an import. */
export interface ImportPools {
  readonly first: Pool;
  /** For sources with two systems. The commit makes it. */
  readonly second: Pool | undefined;
}

/** The second pool of a source before it exists: an EPGP beside a DKP. */
export const SECOND_POOL: PoolFacts = { kind: "epgp", decimals: 2 };

// The id of the second pool is among the answers of the import, because the table has no column for it.
const SECOND = "second-pool";

export function secondPoolIn(answers: Batch["answers"]): string | undefined {
  return answers[SECOND];
}

export async function poolsOf(
  ctx: GuildContext,
  batch: Pick<Batch, "poolId" | "answers">,
): Promise<ImportPools> {
  const second = secondPoolIn(batch.answers);
  return {
    first: await poolOf(ctx, batch.poolId ?? undefined),
    second: second === undefined ? undefined : await poolOf(ctx, second),
  };
}

/**
 * The answers of an import with its second pool, and the statements that make that pool. Imports of one
 * source share it. Nothing for an import that needs none.
 */
export async function withSecondPool(ctx: GuildContext, batch: Batch) {
  const { answers } = batch;
  const isNeeded = (await secondPoolRow.first(ctx.db, { id: batch.id })) !== undefined;
  if (!isNeeded || secondPoolIn(answers) !== undefined) return { answers, statements: [] };
  const earlier = await batchesOfSource.all(ctx.db, { source: batch.source });
  const shared = earlier.map((one) => secondPoolIn(one.answers)).find((id) => id !== undefined);
  if (shared !== undefined) return { answers: { ...answers, [SECOND]: shared }, statements: [] };
  const id = newId<PoolId>();
  const taken = new Set((await pools(ctx)).map(({ name }) => name.toLowerCase()));
  const names = ["EPGP", ...Array.from({ length: taken.size + 1 }, (_, at) => `EPGP ${at + 2}`)];
  const name = names.find((one) => !taken.has(one.toLowerCase()))!;
  const statements = pastPool({ id, name, ...SECOND_POOL, createdAt: ctx.now().getTime() });
  return { answers: { ...answers, [SECOND]: id }, statements };
}
