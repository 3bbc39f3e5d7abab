import { z } from "@hono/zod-openapi";
import { createRouter, json } from "../../http/router.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";
import * as figures from "./figures.ts";

const api = operatorOperations("Operators");
const guildId = z.object({ id: z.uuid() });
const { statistics, figures: bounds } = limits;

const period = z.object({
  days: z.coerce.number().int().min(1).max(bounds.daysMax).default(statistics.days),
});
const guildName = z.string().min(1).max(36);

/** Guilds to compare, by slug or by id. A query string with one name is a text, not a list. */
const compared = z
  .union([guildName.transform((one) => [one]), z.array(guildName).max(bounds.comparedMax)])
  .openapi({
    type: "array",
    items: { type: "string" },
    maxItems: bounds.comparedMax,
    description: "The slug or the id of a guild. Repeat it for each guild.",
  });

const amount = z.int();
const dayJson = {
  fights: amount,
  kills: amount,
  combatMs: amount,
  changes: amount,
};
const recentJson = z.object({ days: amount, ...dayJson });
const statsJson = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    status: z.enum(["creating", "ready", "suspended", "deleted", "deleting", "failed"]),
    plan: z.string(),
    members: amount,
    countedAt: amount.nullable(),
    totals: z
      .object({
        fights: amount,
        kills: amount,
        combatMs: amount,
        averageMs: amount,
        bosses: amount,
        characters: amount,
        persons: amount,
        raids: amount,
        ledgerEntries: amount,
        auctions: amount,
        logs: amount,
        databaseBytes: amount,
        logBytes: amount,
        lastActivityAt: amount.nullable(),
      })
      .nullable(),
    recent: recentJson,
  })
  .openapi("GuildStatistics");
const ranking = z
  .array(z.object({ id: z.string(), slug: z.string(), name: z.string(), value: amount }))
  .readonly();

/** Below `/api/operator`: figures of guilds and of the whole platform. */
export const figuresApi = createRouter<OperatorEnv>();

figuresApi.openapi(
  api.get("/guilds/{id}/stats", {
    id: "getGuildStatistics",
    summary: "Get the statistics of a guild",
    description:
      "Returns what the guild had when it was counted last: fights, characters, time in fights, " +
      "bosses, size and last activity. Guilds with changes are counted once a day.",
    problems: ["operator/no-such-guild"],
    needs: "guilds",
    params: guildId,
    answers: { 200: json(statsJson, "The guild's statistics. `totals` is null before a count.") },
  }),
  async (c) =>
    c.json(await figures.guildStats(c.var.operator, c.req.valid("param").id as GuildId), 200),
);

figuresApi.openapi(
  api.post("/guilds/{id}/stats", {
    id: "countGuild",
    summary: "Count a guild now",
    description: "Queues a count of the guild. Requests that wait together are one count.",
    problems: ["operator/no-such-guild"],
    needs: "guilds",
    params: guildId,
    answers: { 202: { description: "A server does it within seconds." } },
  }),
  async (c) => {
    await figures.countNow(c.var.operator, c.req.valid("param").id as GuildId);
    return c.body(null, 202);
  },
);

figuresApi.openapi(
  api.get("/guilds/{id}/activity", {
    id: "getGuildActivity",
    summary: "Get the activity of a guild by day",
    description:
      "Returns fights and changes on each of the last days (UTC), today included, and the " +
      "guild's size on the days on which it was counted.",
    problems: ["operator/no-such-guild"],
    needs: "guilds",
    params: guildId,
    query: period,
    answers: {
      200: json(
        z.object({
          items: z
            .array(
              z.object({
                day: z.string(),
                ...dayJson,
                size: z
                  .object({ characters: amount, ledgerEntries: amount, bytes: amount })
                  .nullable(),
              }),
            )
            .readonly(),
        }),
        "Every day, the oldest first.",
      ),
    },
  }),
  async (c) => {
    const id = c.req.valid("param").id as GuildId;
    const { days } = c.req.valid("query");
    return c.json({ items: await figures.guildActivity(c.var.operator, id, days) }, 200);
  },
);

figuresApi.openapi(
  api.get("/stats", {
    id: "getPlatformStatistics",
    summary: "Get the statistics of all guilds",
    description:
      "Returns sums over all guilds, activity and new guilds by day, and the guilds with the most " +
      "data and the most fights.",
    needs: "guilds",
    query: period,
    answers: {
      200: json(
        z.object({
          guilds: amount,
          counted: amount,
          totals: z.object({
            fights: amount,
            kills: amount,
            combatMs: amount,
            averageMs: amount,
            characters: amount,
            persons: amount,
            bytes: amount,
          }),
          recent: recentJson.extend({ activeGuilds: amount }),
          days: z
            .array(
              z.object({ day: z.string(), ...dayJson, activeGuilds: amount, newGuilds: amount }),
            )
            .readonly(),
          largest: ranking,
          busiest: ranking,
        }),
        "Sums, days and rankings.",
      ),
    },
  }),
  async (c) =>
    c.json(await figures.platformFigures(c.var.operator, c.req.valid("query").days), 200),
);

figuresApi.openapi(
  api.get("/compare", {
    id: "compareGuilds",
    summary: "Compare guilds",
    description: "Returns the statistics of the named guilds in this order.",
    problems: ["operator/no-such-guild"],
    needs: "guilds",
    query: z.object({ guild: compared }),
    answers: {
      200: json(z.object({ items: z.array(statsJson).readonly() }), "Each guild's statistics."),
    },
  }),
  async (c) => {
    const items = await figures.compareGuilds(c.var.operator, c.req.valid("query").guild);
    return c.json({ items }, 200);
  },
);
