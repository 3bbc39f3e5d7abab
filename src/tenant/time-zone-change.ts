import type { MiddlewareHandler } from "hono";
import type { GuildEnv } from "../http/env.ts";
import type { GuildContext } from "./context.ts";
import { pools, scheduleDecay } from "./dkp/service.ts";
import { addDueRaids } from "./raids/plan.ts";

const CHANGES = /\/(settings|onboarding\/schedule)$/;

/**
 * After a request that changed the guild's time zone: moves the planned raids of series to their local time,
 * and schedules weekly decays by the new clock. If this is cut off, the next change of a raid does it.
 */
export const followTimeZone: MiddlewareHandler<GuildEnv> = async (c, next) => {
  await next();
  if (c.req.method === "GET" || c.res.status >= 400 || !CHANGES.test(c.req.path)) return;
  const { guild: ctx, services } = c.var;
  const guild = await services.platform.guild(ctx.guild.id);
  if (guild === undefined || guild.timeZone === ctx.guild.timeZone) return;
  const changed: GuildContext = { ...ctx, guild };
  await addDueRaids(changed);
  for (const pool of await pools(changed)) {
    if (pool.decay?.weekly) await scheduleDecay(changed, services.jobs, pool.id);
  }
};
