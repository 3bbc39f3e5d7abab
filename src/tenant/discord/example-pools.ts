import type { GuildContext } from "../context.ts";
import { poolOf } from "../dkp/pools.ts";

/** Is this a pool of the example data? What happens in it is not told outside. */
export async function isExamplePool(ctx: GuildContext, poolId: string | null): Promise<boolean> {
  return poolId !== null && (await poolOf(ctx, poolId)).isExample;
}
