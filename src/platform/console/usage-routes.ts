import { z } from "@hono/zod-openapi";
import { createRouter, json } from "../../http/router.ts";
import { usageJson, usagePeriod } from "../usage/api.ts";
import { guildShares, platformUsage, rateStates } from "../usage/service.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";

const api = operatorOperations("Operators");
const used = z.object({ used: z.number(), limit: z.number().nullable() });

/** Below `/api/operator`: requests of the API, shares of limits, and rate limits. */
export const usageOperatorApi = createRouter<OperatorEnv>();

usageOperatorApi.openapi(
  api.get("/usage", {
    id: "getPlatformUsage",
    summary: "Get the usage of the API",
    description:
      "Returns requests of keys and people on the last days: together, by day, by operation and by " +
      "caller, with response times. Filter it by guild (slug or ID) and by kind of caller.",
    needs: "guilds",
    query: usagePeriod.extend({
      guild: z.string().min(1).max(36).optional(),
      caller: z.enum(["key", "user"]).optional(),
    }),
    answers: { 200: json(usageJson, "Requests of the last days, today included.") },
  }),
  async (c) => {
    const { days, guild, caller } = c.req.valid("query");
    return c.json(await platformUsage(c.var.operator, { days, guild, callerType: caller }), 200);
  },
);

usageOperatorApi.openapi(
  api.get("/limits", {
    id: "listGuildsByShare",
    summary: "List guilds by share of their limits",
    description:
      "Returns the guilds that are nearest to a limit of their plan: members, keys, database or " +
      "requests per minute.",
    needs: "guilds",
    answers: {
      200: json(
        z.object({
          items: z
            .array(
              z.object({
                id: z.string(),
                slug: z.string(),
                name: z.string(),
                plan: z.string(),
                members: used,
                keys: used,
                databaseBytes: used,
                requests: used,
                share: z.number(),
              }),
            )
            .readonly(),
        }),
        "The nearest first. `share` is 1 at a limit.",
      ),
    },
  }),
  async (c) => c.json({ items: await guildShares(c.var.operator) }, 200),
);

usageOperatorApi.openapi(
  api.get("/rate-limits", {
    id: "listRateLimits",
    summary: "List rate limits in use",
    description:
      "Returns the most used limits of the current windows, with the account, key, guild or address " +
      "that they count.",
    needs: "accounts",
    answers: {
      200: json(
        z.object({
          items: z
            .array(
              z.object({
                category: z.string(),
                subject: z.string(),
                identifier: z.string(),
                uses: z.int(),
                max: z.int().nullable(),
                windowMs: z.int().nullable(),
                endsAt: z.int(),
              }),
            )
            .readonly(),
        }),
        "The most used first.",
      ),
    },
  }),
  async (c) => c.json({ items: await rateStates(c.var.operator) }, 200),
);
