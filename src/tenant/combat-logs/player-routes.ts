import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, paging } from "../../http/router.ts";
import { limits } from "../../limits.ts";
import * as inputs from "./api.ts";
import { trendOf } from "./player-trend.ts";

const api = guildOperations("Combat logs");

/** A player's weeks as JSON. */
export const playersApi = createRouter<GuildEnv>();

playersApi.openapi(
  api.get("/players/{guid}/weeks", {
    id: "listPlayerWeeks",
    summary: "List a player's weeks",
    description:
      "Returns the figures of a player of the combat logs in boss pulls, by week of the guild's " +
      "clock, the latest first. Percentiles compare kills with the guild's latest kills of the " +
      "same boss with the same spec.",
    problems: ["logs/player-not-found"],
    needs: "logs.view",
    params: z.object({ guid: z.string().max(limits.logs.nameBytesMax) }),
    query: paging.pick({ cursor: true }),
    answers: { 200: json(inputs.playerTrendJson, "The player's weeks, the latest first.") },
  }),
  async (c) => {
    const { guid } = c.req.valid("param");
    return c.json(await trendOf(c.var.guild, guid, c.req.valid("query").cursor), 200);
  },
);
