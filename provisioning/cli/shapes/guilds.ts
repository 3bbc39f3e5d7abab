import { z } from "@hono/zod-openapi";
import { at, count, day, error, orWould, rows, text } from "./parts.ts";

const guild = z.strictObject({
  id: text,
  slug: text,
  name: text,
  realm: text,
  region: text,
  faction: text,
  plan: text,
  status: text.describe("ready, suspended, creating, failed, deleted or deleting"),
  statusReason: text.nullable(),
  host: text.describe("file, sqld or turso"),
  databaseName: text,
  generation: count.describe("how many databases it had"),
  schemaVersion: count,
  schemaHash: text,
  createdAt: at,
});
const faults = z
  .array(z.strictObject({ code: text, cause: text, since: at }))
  .describe("what is wrong with its database; empty when all is well");
const step = z.strictObject({ seq: count, step: text, state: text, at, detail: text.nullable() });

/** One difference between a database and the expected schema. */
export const drift = z.strictObject({
  what: text,
  kind: z.enum(["missing", "extra", "different"]),
  repair: text.nullable().describe("the statement that mends it; null when a person has to look"),
});
const manifest = z.strictObject({
  format: text,
  formatVersion: count,
  exportedAt: day,
  guild: z.strictObject({
    id: text,
    name: text,
    realm: text,
    region: text,
    faction: text,
    description: text,
    contact: text,
    edition: text,
    timeZone: text,
    raidSchedule: z.unknown(),
  }),
  schemaVersion: count,
  rows,
});
const imported = manifest.extend({
  left: z.array(text).describe("what the file had otherwise than a guild has; it stays behind"),
});
const moved = z.strictObject({
  from: text,
  to: text,
  tables: z.record(z.string(), z.strictObject({ rows: count, hash: text })),
  rows: count,
  blockedMs: z.number().describe("how long it took no changes"),
  dryRun: z.boolean(),
});

const domain = z.strictObject({
  domain: text,
  status: z
    .enum(["pending", "active", "suspended", "lost"])
    .describe("suspended: proved, but its plan has no domains; lost: its record is gone"),
  recordName: text.describe("the TXT record that proves it"),
  recordValue: text,
  createdAt: at,
  provedAt: at.nullable(),
  checkedAt: at.nullable(),
  missingSince: at.nullable().describe("since when checks find no record"),
  lostAt: at.nullable().describe("when it is lost if the record stays away"),
});

export const guildShapes = {
  "guilds create": orWould(guild),
  "guilds list": z.array(
    guild.extend({
      faults,
      schemaState: z
        .enum(["current", "behind", "waits", "ahead"])
        .nullable()
        .describe("waits: an operator has to run a migration; null: no rollout touches the guild"),
    }),
  ),
  "guilds show": guild.extend({ error, faults, steps: z.array(step) }),
  "guilds domain": z.strictObject({
    slug: text,
    isIncluded: z.boolean().describe("whether its plan has domains"),
    claim: domain.nullable(),
  }),
  "guilds rename": orWould(z.strictObject({ id: text, name: text, slug: text })),
  "guilds suspend": orWould(z.strictObject({ suspended: text })),
  "guilds resume": orWould(z.strictObject({ resumed: text })),
  "guilds protect": orWould(z.strictObject({ id: text, isProtected: z.boolean() })),
  "guilds unprotect": orWould(z.strictObject({ id: text, isProtected: z.boolean() })),
  "guilds check": z.strictObject({
    isRight: z.boolean(),
    slug: text,
    bytes: count.nullable(),
    drift: z.array(drift),
    ledgerDifferences: count,
    error,
    integrity: text.optional().describe("ok, or what SQLite says of its pages and indexes"),
    brokenRows: count.optional().describe("rows that point nowhere"),
    audit: z.strictObject({
      bad: z.strictObject({ seq: count, fault: text }).nullable(),
      unguarded: z.array(text),
    }),
  }),
  "guilds move": moved,
  "guilds purge-moved": orWould(z.strictObject({ purged: text, host: text })),
  "guilds delete": z.union([
    z.strictObject({ deleted: text, purgeAfter: at }),
    z.strictObject({ wouldDelete: text }),
  ]),
  "guilds undelete": z.strictObject({ undeleted: text, dryRun: z.boolean() }),
  "guilds purge": z.union([
    z.strictObject({ purged: text }),
    z.strictObject({ wouldPurge: text, backups: count }),
  ]),
  "guilds export": orWould(manifest.extend({ file: text, bytes: count, sha256: text })),
  "guilds import": z.union([guild, imported]).describe("with --dry-run, what is in the file"),
  "guilds clone": orWould(guild),
};
