import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { poolJson } from "../dkp/api.ts";
import { analytics } from "./service.ts";

const api = guildOperations("Analytics");

const amount = z.number().int();

/** Figures of a guild over time. */
export const analyticsApi = createRouter<GuildEnv>();

analyticsApi.openapi(
  api.get("/analytics", {
    id: "getAnalytics",
    summary: "Get analytics of a guild",
    description: "Returns points by week, their spread, loot by person and people by raid.",
    problems: ["plan/analytics"],
    needs: "ledger.view",
    query: z.object({ pool: z.uuid().optional() }),
    answers: {
      200: json(
        z
          .object({
            pool: poolJson,
            weeks: z
              .array(
                z.object({ monday: z.string(), minted: amount, spent: amount, decayed: amount }),
              )
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
    },
  }),
  async (c) => c.json(await analytics(c.var.guild, c.req.valid("query").pool), 200),
);
