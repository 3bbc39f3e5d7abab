import { z } from "@hono/zod-openapi";
import { at, count, dryRun, error, orWould, text } from "./parts.ts";

const operator = z.strictObject({
  userId: text,
  email: text,
  name: text,
  areas: z.array(text),
  addedBy: text,
  addedAt: at,
});
const limit = count.nullable().describe("null is without limit");
const plan = z.strictObject({
  name: text,
  guildsPerAccountMax: limit,
  membersMax: limit,
  retentionDays: limit,
  keysMax: limit,
  eventsPerMinuteMax: limit,
  connectionsMax: limit,
  logBytesMax: limit,
  databaseBytesMax: limit,
  requestsPerMinuteMax: limit,
  features: z.array(text),
  guilds: count,
});
const sealing = z.strictObject({
  keys: z.array(
    z.strictObject({
      id: text,
      state: z.enum(["seals", "opens", "missing"]),
      guildSecrets: count,
      personalSecrets: count,
    }),
  ),
  behind: z.array(z.strictObject({ id: text, slug: text, count })),
  peopleBehind: count.describe("people's secrets that the first key did not seal"),
  failed: z.array(z.strictObject({ slug: text, error: text })),
});
const expiry = z.strictObject({
  done: z.enum(["went", "would go"]),
  places: z.array(
    z.strictObject({
      where: text.describe("platform, or a guild's slug"),
      removed: z.array(z.strictObject({ what: text, rows: count })),
      error,
    }),
  ),
  failed: count,
});

const clockState = z.strictObject({
  state: z.enum(["right", "ahead", "behind"]),
  shownAt: at.describe("what this machine's clock shows"),
  newestAt: at.nullable().describe("the newest time that a server has seen"),
});

const deadLetter = z.strictObject({
  id: text,
  kind: z.enum(["email", "discord"]),
  template: text,
  guildId: text.nullable(),
  slug: text.nullable(),
  createdAt: at,
  deadAt: at.nullable(),
  deadReason: text.nullable(),
});
const letterChange = z.strictObject({ id: text, done: z.enum(["retry", "discard"]) });

export const platformShapes = {
  "discord register": orWould(
    z.strictObject({
      application: text,
      commands: z.array(text),
      isChanged: z.boolean().describe("false: Discord had exactly these commands"),
      publicKey: text.describe("the value for DISCORD_PUBLIC_KEY"),
      isKeySet: z.boolean(),
    }),
  ),
  "outbox list": z.strictObject({ items: z.array(deadLetter), total: count }),
  "outbox retry": orWould(letterChange),
  "outbox discard": orWould(letterChange),
  "operators add": orWould(operator),
  "operators remove": orWould(z.strictObject({ removed: text })),
  "operators reset-factor": orWould(z.strictObject({ reset: text })),
  "operators list": z.array(operator),
  "plans list": z.array(plan),
  "plans grant": orWould(z.strictObject({ granted: text, plan: text, until: at.nullable() })),
  "plans revoke": orWould(z.strictObject({ revoked: text, plan: text })),
  doctor: z.strictObject({
    variables: z.array(
      z.strictObject({ name: text, meaning: text, state: text, fault: text.nullable() }),
    ),
    folder: text,
    observed: z.strictObject({
      metrics: text.describe("where /metrics is served, or off"),
      tracing: text.describe("where traces are sent, or off"),
    }),
    faults: z.array(text),
    findings: z.array(z.strictObject({ finding: text, next: text })),
  }),
  init: orWould(z.strictObject({ made: text.describe("the folder") })),
  sweep: z.union([
    z.strictObject({
      finished: z.array(text),
      failed: z.array(z.strictObject({ id: text, error: text })),
      orphans: z.array(text),
      unclaimed: z.array(text),
      spares: z.array(text),
    }),
    z.strictObject({
      dryRun,
      stranded: z.array(z.strictObject({ id: text, status: text })),
      orphans: z.array(text),
      unclaimed: z.array(text),
    }),
  ]),
  "audit verify": z.strictObject({
    checked: count,
    wrong: count,
    logs: z.array(
      z.strictObject({
        log: text.describe("platform, or a guild's slug"),
        rows: count,
        unsealed: count,
        head: z.strictObject({ seq: count, hash: text }).nullable(),
        bad: z.strictObject({ seq: count, fault: text }).nullable(),
        unguarded: z.array(text).describe("tables and triggers of the log that were changed"),
        isSigned: z.boolean().describe("whether signatures were checked"),
        error,
        next: z.array(text).describe("what to type now"),
      }),
    ),
  }),
  "audit accept": z.strictObject({
    log: text.describe("platform, or a guild's slug"),
    accepted: z.boolean(),
    head: z.strictObject({ seq: count, hash: text }).nullable(),
    fault: z.strictObject({ seq: count, fault: text }).nullable(),
    missing: count.describe("acknowledged writes that the platform lacks"),
  }),
  "clock status": clockState,
  "clock confirm": orWould(clockState),
  "retention preview": expiry,
  "retention run": expiry,
  "secrets status": sealing,
  "secrets rotate": z.union([
    sealing.extend({ enqueued: count }),
    sealing.extend({ changed: z.literal(false) }).describe("with --dry-run"),
  ]),
};
