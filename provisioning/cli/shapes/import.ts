import { z } from "@hono/zod-openapi";
import { importDetailJson, importJson } from "../../../src/tenant/imports/api.ts";
import { at, count, orWould, text } from "./parts.ts";

const counts = { encounters: count, characters: count, metrics: count, logFiles: count };

const imported = importDetailJson.extend({
  dryRun: z.boolean().describe("true without --yes as well: nothing of the guild was changed"),
});

export const importShapes = {
  "import file": imported.strict(),
  "import list": z.array(importJson.strict()),
  "import show": importDetailJson.strict(),
  "import revert": imported.strict(),
  "import combat-logs": z.strictObject({
    dryRun: z.boolean(),
    schemaVersion: text.describe("1 or 2"),
    guilds: z.array(
      z.strictObject({
        slug: text,
        batchId: text.describe("made from the file's content: the same for every run of it"),
        legacyGuildId: z.int().nullable().describe("null for a database without guilds"),
        ...counts,
        alreadyKnown: z.strictObject(counts),
      }),
    ),
    unassigned: z
      .array(z.strictObject({ table: text, id: z.int(), why: text }))
      .describe("rows that are not imported, each with the reason"),
    unassignedMore: count.describe(
      "rows that the list leaves out, because it would become too long",
    ),
    notImported: z
      .record(z.string(), z.record(z.string(), count))
      .describe("how many encounters and metrics for each reason"),
    guildsToCreate: z
      .array(
        z.strictObject({
          id: z.int(),
          name: text,
          realm: text,
          region: text,
          faction: text,
          isActive: z.boolean(),
        }),
      )
      .describe("guilds of the file that --map does not name"),
    transfers: z.strictObject({ completed: count, pending: count, notInEffect: count }),
    apiKeys: z
      .array(
        z.strictObject({
          keyId: text,
          clientId: text,
          guild: z.int().nullable(),
          scopes: z.array(text),
          eventsPerMinute: z.int().nullable(),
          maxConnections: z.int().nullable(),
          active: z.boolean(),
          imported: z.literal(false),
        }),
      )
      .describe("keys of the legacy system, for admins who make new ones"),
  }),
  "transfer encounters": z.strictObject({
    dryRun: z.boolean(),
    transferId: text.nullable(),
    state: text.nullable().describe("done; null with --dry-run or without --yes"),
    from: text,
    to: text,
    encounters: count,
    metrics: count.describe("figures of players"),
    damage: count.describe("the damage in them"),
    fights: z.array(z.strictObject({ id: text, name: text, difficulty: z.int(), startAt: at })),
    twins: z
      .array(z.strictObject({ id: text, twin: text }))
      .describe("fights of the target that are the same pulls"),
  }),
  "transfer revert": z.strictObject({
    reverts: text,
    transferId: text.nullable(),
    dryRun: z.boolean(),
    encounters: count,
    state: text.nullable(),
  }),
  "transfer resume": orWould(
    z.strictObject({ finished: z.array(z.strictObject({ id: text, state: text })) }),
  ),
};
