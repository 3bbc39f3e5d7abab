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
const rankedGuilds = z.array(z.strictObject({ id: text, slug: text, name: text, value: count }));
const activity = { fights: count, kills: count, combatMs: count, changes: count };
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
  fights: count.describe("pulls of bosses"),
  kills: count,
  combatMs: count,
  averageMs: count,
  bosses: count,
  logBytes: count,
  lastActivityAt: at.nullable(),
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
    z
      .strictObject({
        guilds: count,
        counted: count,
        totals: z.strictObject({
          fights: count,
          kills: count,
          combatMs: count,
          averageMs: count,
          characters: count,
          persons: count,
          bytes: count,
        }),
        recent: z.strictObject({ days: count, ...activity, activeGuilds: count }),
        days: z.array(z.strictObject({ day, ...activity, activeGuilds: count, newGuilds: count })),
        largest: rankedGuilds,
        busiest: rankedGuilds,
      })
      .describe("with --figures"),
  ]),
};
