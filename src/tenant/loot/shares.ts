import type { PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";

/** How much of the loot one person got, among everything that went to people. */
export interface LootShare {
  readonly personId: PersonId;
  readonly name: string;
  readonly items: number;
  /** In percent of all items, to one digit. */
  readonly percent: number;
}

/** Who got how much, the most first. What was taken back does not count. */
export async function lootShares(ctx: GuildContext): Promise<readonly LootShare[]> {
  allow(ctx, "loot.view");
  return await ctx.db.all<LootShare>(
    `SELECT l.person_id AS personId, n.name, count(*) AS items,
       round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent
     FROM loot_awards l JOIN persons n ON n.id = l.person_id
     WHERE l.reverted_at IS NULL AND n.is_example = 0
       AND NOT EXISTS (SELECT 1 FROM ledger_tx t WHERE t.reverses_id = l.tx_id)
     GROUP BY l.person_id ORDER BY items DESC, n.name_key LIMIT ?`,
    limits.loot.pageRows,
  );
}
