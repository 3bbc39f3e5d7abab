import { eq } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import { plans as planTable } from "../schema.ts";
import type { Plan } from "../store.ts";
import { listPlans } from "./list.ts";
import { guildsByPlan } from "./queries.ts";

/** A plan and the number of guilds on it. */
export interface PlanLine extends Plan {
  readonly guilds: number;
}

/** The limits of a plan, which an operator may change. A limit of null means that there is none. */
export type PlanLimits = Omit<Plan, "name" | "features" | LaterLimit> & {
  /** Absent when it stays as it is. */
  readonly [Name in LaterLimit]?: number | null | undefined;
};

/** Limits that requests of earlier releases do not name. */
type LaterLimit = "databaseBytesMax" | "requestsPerMinuteMax";

/** Lists every plan, the smallest first. */
export async function planLines(ctx: OperatorContext): Promise<readonly PlanLine[]> {
  allowArea(ctx, "plans");
  const { platform } = ctx.services;
  const [plans, counts] = await Promise.all([listPlans(platform), guildsByPlan.all(platform.db)]);
  const guildsOn = new Map(counts.map(({ plan, guilds }) => [plan, guilds]));
  return plans.map((plan) => ({ ...plan, guilds: guildsOn.get(plan.name) ?? 0 }));
}

/**
 * Changes a plan's limits for every guild on it, from the next write on. Guilds and members above a smaller
 * limit stay and become read-only. @throws {NotFound} `plan/not-found`
 */
export async function changePlan(
  ctx: OperatorContext,
  name: string,
  limits: PlanLimits,
): Promise<void> {
  allowArea(ctx, "plans");
  const { platform } = ctx.services;
  const before = (await listPlans(platform)).find((plan) => plan.name === name);
  const missing = () =>
    new NotFound("plan/not-found", "This plan does not exist. Choose one from the list.");
  if (!before) throw missing();
  await write(platform.db, [
    guard(existsIn(planTable, eq(planTable.name, name)), missing),
    build.update(planTable).set(limits).where(eq(planTable.name, name)),
    record(ctx, "plan.change", name, { before, after: limits }),
  ]);
  ctx.services.appConfig.forget();
}
