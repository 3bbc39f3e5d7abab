import { z } from "@hono/zod-openapi";
import { drift } from "./guilds.ts";
import { at, count, error, orWould, text } from "./parts.ts";

const plan = z.strictObject({
  target: z.strictObject({ version: count, hash: text, name: text }),
  behind: count,
  waves: z.array(
    z.strictObject({
      name: text,
      guilds: count,
      from: z.record(z.string(), count).describe("how many guilds come from which version"),
    }),
  ),
  statements: z.array(z.strictObject({ migration: text, sql: text, risk: text, why: text })),
  isDestructive: z.boolean(),
});
const rollout = z.strictObject({
  id: text,
  targetVersion: count,
  targetHash: text,
  status: text,
  waves: z.array(
    z.strictObject({ name: text, done: count, failed: count, pending: count, reverted: count }),
  ),
  options: z.strictObject({
    lanes: count,
    failuresMax: count,
    slownessMax: count,
    snapshots: z.boolean(),
    allowDestructive: z.boolean(),
  }),
  reason: text,
  startedBy: text,
  startedAt: at,
  finishedAt: at.nullable(),
  haltReason: text.nullable(),
  fence: count,
  leaseUntil: at,
  holder: z
    .strictObject({
      name: text,
      host: text,
      pid: count,
      machine: text.nullable(),
      startedAt: text.nullable(),
    })
    .nullable()
    .describe("the process that took it up last"),
  heldSince: at.nullable(),
  isAbandoned: z.boolean().describe("its process is gone"),
  remaining: count.describe("guilds that are left"),
  perMinute: count.nullable(),
  remainingMs: count.nullable().describe("how long the rest takes at that rate"),
  failures: z.array(z.strictObject({ cause: text, count, slugs: z.array(text) })),
  next: z.array(text).describe("what to type now"),
});
const rehearsal = z.strictObject({
  slug: text,
  from: count,
  to: count,
  durationMs: z.number(),
  rowsTouched: count,
  bytesBefore: count,
  bytesAfter: count,
  violatesForeignKeys: z.boolean(),
  error,
});
const losing = z.array(
  z.strictObject({
    guildId: text,
    slug: text,
    snapshot: text,
    changes: count.describe("what was written since, and would be lost"),
    fromVersion: count,
    actions: z.record(z.string(), count),
    wasReplaced: z.boolean().describe("by a restore or a move since the copy"),
    error: error.describe("why it cannot go back"),
  }),
);

export const migrateShapes = {
  "migrate platform": orWould(
    z.strictObject({
      applied: z.array(text),
      convertedPlaces: count.describe("guilds that were found by a path of a machine"),
      copy: text.nullable().describe("in the backup store; null when nothing was due"),
    }),
  ),
  "migrate plan": plan,
  "migrate rehearse": z.strictObject({
    rehearsals: z.array(rehearsal),
    behind: count,
    estimateMs: count.describe("for all guilds that are behind"),
  }),
  "migrate status": rollout.nullable().describe("null before the first rollout"),
  "migrate apply": z
    .union([rollout, plan])
    .describe("the plan with --dry-run, or when there is nothing to do"),
  "migrate pause": orWould(z.strictObject({ paused: text })),
  "migrate resume": orWould(rollout),
  "migrate retry": orWould(rollout),
  "migrate revert": z.union([
    z.strictObject({ rollout: text, reverted: count, left: count, losing, failed: losing }),
    z
      .strictObject({ rollout: text, guilds: losing, withoutCopy: count })
      .describe("when nothing was changed"),
  ]),
  "migrate verify": z.strictObject({
    checked: count,
    behind: count,
    found: z.array(
      z.strictObject({ slug: text, drift: z.array(drift), ledgerDifferences: count, error }),
    ),
  }),
  "migrate repair": z.strictObject({
    slug: text,
    statements: z.array(text),
    byHand: z.array(text),
    applied: z.boolean(),
  }),
};
