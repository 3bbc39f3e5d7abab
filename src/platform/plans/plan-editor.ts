import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import { allowArea, type OperatorContext } from "../console/context.ts";
import { record } from "../context.ts";
import type { Plan } from "../store.ts";
import { listPlans } from "./list.ts";

/** A plan with how many guilds are on it. */
export interface PlanLine extends Plan {
  readonly guilds: number;
}

/** What an operator may change of a plan; null is without limit. */
export type PlanLimits = Omit<Plan, "name" | "features">;

/** Every plan, smallest first. */
export async function planLines(ctx: OperatorContext): Promise<readonly PlanLine[]> {
  allowArea(ctx, "plans");
  const { platform } = ctx.services;
  const [plans, counts] = await Promise.all([
    listPlans(platform),
    platform.db.all<{ plan: string; guilds: number }>(
      "SELECT plan, count(*) AS guilds FROM guilds WHERE status NOT IN ('deleted', 'deleting') GROUP BY plan",
    ),
  ]);
  const guildsOn = new Map(counts.map(({ plan, guilds }) => [plan, guilds]));
  return plans.map((plan) => ({ ...plan, guilds: guildsOn.get(plan.name) ?? 0 }));
}

/**
 * Changes a plan's limits for every guild on it, from the next write on. What is over a smaller
 * limit stays and becomes read-only. @throws {NotFound} `plan/not-found`
 */
export async function changePlan(
  ctx: OperatorContext,
  name: string,
  limits: PlanLimits,
): Promise<void> {
  allowArea(ctx, "plans");
  const { platform } = ctx.services;
  const before = (await listPlans(platform)).find((plan) => plan.name === name);
  const missing = () => new NotFound("plan/not-found", "There is no such plan.");
  if (!before) throw missing();
  await write(platform.db, [
    guard(sql`exists (select 1 from plans where name = ${name})`, missing),
    {
      sql: `UPDATE plans SET guilds_per_account_max = ?, members_max = ?, retention_days = ?,
              keys_max = ?, events_per_minute_max = ?, connections_max = ?, log_bytes_max = ?
            WHERE name = ?`,
      args: [
        limits.guildsPerAccountMax,
        limits.membersMax,
        limits.retentionDays,
        limits.keysMax,
        limits.eventsPerMinuteMax,
        limits.connectionsMax,
        limits.logBytesMax,
        name,
      ],
    },
    record(ctx, "plan.change", name, { before, after: limits }),
  ]);
  ctx.services.appConfig.forget();
}
