import { z } from "@hono/zod-openapi";
import { importDetailJson, importJson } from "../../../src/tenant/imports/api.ts";
import { at, count, orWould, text } from "./parts.ts";

const counts = { encounters: count, characters: count, metrics: count, logFiles: count };

const legacyCounts = {
  ...{ accounts: count, memberships: count, persons: count, characters: count, entries: count },
  ...{ auctions: count, loot: count, raids: count, attendance: count, signups: count },
  ...{ wishes: count, councils: count },
};

const imported = importDetailJson.extend({
  dryRun: z.boolean().describe("true without --yes as well: nothing of the guild was changed"),
});

export const importShapes = {
  "import file": imported.strict(),
  "import list": z.array(importJson.strict()),
  "import show": importDetailJson.strict(),
  "import revert": imported.strict(),
  "import legacy": z.strictObject({
    dryRun: z.boolean().describe("true without --yes as well: nothing was changed"),
    batchId: text.describe("the import, as import show and import revert name it"),
    guild: text.describe("its slug; empty for a guild that a dry run would found"),
    counts: z.strictObject(legacyCounts).describe("what this import added"),
    alreadyKnown: z.strictObject(legacyCounts).describe("rows that the guild has already"),
    balances: z.array(
      z.strictObject({
        person: text,
        legacyUserId: z.int().nullable(),
        points: z.number().describe("the balance in the file, which the person has now"),
        corrected: z.number().describe("posted as an opening correction"),
        why: text.nullable(),
      }),
    ),
    epgp: z.array(
      z.strictObject({
        person: text,
        legacyUserId: z.int().nullable(),
        ep: z.number(),
        gp: z.number(),
        correctedEp: z.number(),
        correctedGp: z.number(),
      }),
    ),
    invitations: z
      .array(z.strictObject({ legacyUserId: z.int(), person: text, role: text, why: text }))
      .describe("members who get no account: invite them, and they claim their character"),
    settings: z.array(
      z.strictObject({
        key: text,
        value: text,
        mapsTo: text.nullable().describe("where it is set here; the import does not set it"),
        problem: text.nullable(),
      }),
    ),
    unknown: z.strictObject({ tables: z.record(z.string(), count), columns: z.array(text) }),
    notImported: z.array(z.strictObject({ what: text, count, why: text })),
    isIncomplete: z.boolean().describe("something could not be assigned; the command ends with 3"),
  }),
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
