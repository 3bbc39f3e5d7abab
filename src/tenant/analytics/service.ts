import { LimitReached } from "../../kernel/errors.ts";
import { allow, type GuildContext } from "../context.ts";
import { type Economy, economy } from "../dkp/economy.ts";
import { type LootShare, lootShares } from "../loot/shares.ts";
import { type AttendanceNight, attendanceNights } from "../raids/queries.ts";

export interface Analytics extends Economy {
  readonly shares: readonly LootShare[];
  readonly nights: readonly AttendanceNight[];
}

/**
 * Points, loot and attendance over time, for guilds whose plan has it.
 * @throws {LimitReached} `plan/analytics`
 */
export async function analytics(ctx: GuildContext, poolId: string | undefined): Promise<Analytics> {
  allow(ctx, "ledger.view");
  const { plan } = ctx.guild;
  if (!plan.features.includes("analytics")) {
    throw new LimitReached(
      "plan/analytics",
      "Analytics are part of the Premium plan. The owner of the guild can upgrade.",
      { plan: plan.name },
    );
  }
  const [points, shares, nights] = await Promise.all([
    economy(ctx, poolId),
    lootShares(ctx),
    attendanceNights(ctx),
  ]);
  return { ...points, shares, nights };
}
