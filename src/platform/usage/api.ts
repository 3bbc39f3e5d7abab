import { z } from "@hono/zod-openapi";
import { limits } from "../../limits.ts";

const amount = z.int();
const usage = {
  requests: amount,
  failures: amount,
  cacheHits: amount,
  meanMs: amount,
  p50Ms: amount.nullable(),
  p95Ms: amount.nullable(),
};

/** The period of a report. */
export const usagePeriod = z.object({
  days: z.coerce.number().int().min(1).max(limits.usage.daysMax).default(limits.usage.days),
});

/** Requests together, by day, by operation and by caller. Times in milliseconds. */
export const usageJson = z
  .object({
    total: z.object(usage),
    days: z.array(z.object({ day: z.string(), ...usage })).readonly(),
    operations: z.array(z.object({ operation: z.string(), queries: amount, ...usage })).readonly(),
    callers: z
      .array(
        z.object({
          callerType: z.enum(["key", "user"]),
          callerId: z.string(),
          name: z.string().nullable(),
          guildId: z.string().nullable(),
          slug: z.string().nullable(),
          ...usage,
        }),
      )
      .readonly(),
  })
  .openapi("UsageReport");
