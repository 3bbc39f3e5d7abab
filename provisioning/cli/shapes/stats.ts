import { z } from "@hono/zod-openapi";
import { at, count, day, text } from "./parts.ts";

const counts = z.array(z.strictObject({ name: text, count }));
const performance = z.strictObject({
  at,
  queries: count,
  failures: count,
  slow: count,
  meanMs: z.number(),
  slowestMs: z.number(),
  slowestSql: text,
  poolHits: count,
  poolMisses: count,
});
const guild = z.strictObject({
  slug: text,
  status: text,
  plan: text,
  schemaVersion: count,
  members: count,
  characters: count,
  persons: count,
  raids: count,
  ledgerEntries: count,
  auctions: count,
  logs: count,
  bytes: count,
  activity: z.array(z.strictObject({ day, changes: count })),
});

export const statsShapes = {
  stats: z.union([
    z.strictObject({
      days: count,
      guilds: z.strictObject({ state: counts, plan: counts, host: counts, schema: counts }),
      accounts: count,
      memberships: count,
      signIns: counts,
      keyRequests: count,
      logsRead: count,
      logsFailed: count,
      backups: z.strictObject({
        guilds: count,
        without: count,
        late: count,
        lateSlugs: z.array(text),
        oldestAt: at.nullable(),
      }),
      jobsDue: count,
      jobsFailing: count,
    }),
    z
      .strictObject({
        days: count,
        guilds: z.array(z.union([guild, z.strictObject({ slug: text, error: text })])),
      })
      .describe("with slugs"),
    z
      .strictObject({
        days: count,
        guilds: z.array(
          z.strictObject({
            slug: text,
            total: performance.nullable(),
            hours: z.array(performance),
          }),
        ),
      })
      .describe("with --performance"),
  ]),
};
