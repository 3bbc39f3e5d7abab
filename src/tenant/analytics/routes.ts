import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, problem } from "../../http/router.ts";
import { poolJson } from "../dkp/inputs.ts";
import { analytics } from "./service.ts";

const amount = z.number().int();

const read = createRoute({
  method: "get",
  path: "/analytics",
  operationId: "getAnalytics",
  tags: ["Analytics"],
  middleware: [requirePermission("ledger.view")] as const,
  request: { query: z.object({ pool: z.uuid().optional() }) },
  responses: {
    200: json(
      z
        .object({
          pool: poolJson,
          weeks: z
            .array(z.object({ monday: z.string(), minted: amount, spent: amount, decayed: amount }))
            .readonly(),
          gini: z.number().nullable(),
          people: amount,
          shares: z
            .array(
              z.object({
                personId: z.string(),
                name: z.string(),
                items: amount,
                percent: z.number(),
              }),
            )
            .readonly(),
          nights: z
            .array(
              z.object({ id: z.string(), name: z.string(), startsAt: amount, present: amount }),
            )
            .readonly(),
        })
        .openapi("Analytics"),
      "Points by week, how they are spread, loot by person, people by raid.",
    ),
    default: problem,
  },
});

/** Figures of a guild over time. */
export function analyticsApi() {
  return createRouter<GuildEnv>().openapi(read, async (c) =>
    c.json(await analytics(c.var.guild, c.req.valid("query").pool), 200),
  );
}
