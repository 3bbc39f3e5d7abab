import { asc } from "drizzle-orm";
import { columnsOf, prepare } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { plans } from "../schema.ts";

/** The limits of a plan. A limit of null means that there is none. */
export const PLAN_LIMITS = columnsOf(
  plans,
  "guildsPerAccountMax",
  "membersMax",
  "retentionDays",
  "keysMax",
  "eventsPerMinuteMax",
  "connectionsMax",
  "logBytesMax",
);

/** Every plan, the smallest first. */
export const allPlans = prepare(() =>
  build
    .select({ ...columnsOf(plans, "name", "features"), ...PLAN_LIMITS })
    .from(plans)
    .orderBy(asc(plans.position)),
);
