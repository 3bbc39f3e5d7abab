import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { LimitReached } from "../../kernel/errors.ts";
import type { GuildContext } from "../context.ts";
import { logReports } from "./schema.ts";

/** Checks the plan's log storage inside the write that uses some of it. */
export function logStorage(ctx: GuildContext, bytes: number): Guard {
  const { plan } = ctx.guild;
  const limit = plan.logBytesMax;
  // True when the plan has no limit.
  return guard(
    sql`(select coalesce(sum(${logReports.sizeBytes}), 0) from ${logReports}) + ${bytes}
      <= ${limit ?? Number.MAX_SAFE_INTEGER}`,
    () =>
      new LimitReached(
        "plan/log-storage",
        "The guild has no space left for this log. Delete old logs, or upgrade the plan.",
        { limit, plan: plan.name, bytes },
      ),
  );
}
