import type { PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { sharesOfLoot } from "./queries.ts";

/** The share of one person in all items that people got. */
export interface LootShare {
  readonly personId: PersonId;
  readonly name: string;
  readonly items: number;
  /** In percent of all items, to one digit. */
  readonly percent: number;
}

/** Lists the share of each person, the largest first. Reverted awards do not count. */
export async function lootShares(ctx: GuildContext): Promise<readonly LootShare[]> {
  allow(ctx, "loot.view");
  return await sharesOfLoot.all(ctx.db, { limit: limits.loot.pageRows });
}
