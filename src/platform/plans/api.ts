import { z } from "@hono/zod-openapi";
import { lineField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";

const most = z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();

/** Every limit of a plan. A limit of null means that there is none. */
export const planLimits = z.strictObject({
  guildsPerAccountMax: most,
  membersMax: most,
  retentionDays: most,
  keysMax: most,
  eventsPerMinuteMax: most,
  connectionsMax: most,
  logBytesMax: most,
  /** Absent in requests of earlier releases. It then stays as it is. */
  databaseBytesMax: most.optional(),
  requestsPerMinuteMax: most.optional(),
});

export const LIMIT_NAMES = Object.keys(planLimits.shape) as (keyof typeof planLimits.shape)[];

// An empty field means that there is no limit.
const field = z
  .string()
  .trim()
  .regex(/^\d{0,15}$/, "Enter a whole number, or leave the field empty for no limit.")
  .transform((text) => (text === "" ? null : Number(text)));

export const planForm = z
  .object(
    Object.fromEntries(LIMIT_NAMES.map((name) => [name, field])) as Record<
      (typeof LIMIT_NAMES)[number],
      typeof field
    >,
  )
  .extend({ databaseBytesMax: field.optional(), requestsPerMinuteMax: field.optional() });

const reason = lineField(limits.operators.reasonCharsMax, 1, "Enter a reason.");

export const grant = z.strictObject({
  plan: z.string().min(1).max(40),
  /** Unix milliseconds. Null means without end. */
  until: z.int().positive().nullable(),
  reason,
});

export const grantForm = z.object({
  plan: z.string().min(1).max(40),
  until: z
    .union([z.literal(""), z.iso.date("Write a day, or nothing.")])
    .transform((day) => (day === "" ? null : Date.parse(`${day}T00:00:00Z`))),
  reason,
});
