import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as bossQueries from "./boss-queries.ts";
import { wipesAgainst } from "./wipes.ts";

const api = guildOperations("Combat logs");
const boss = z.object({
  gameId: z.coerce.number().int().min(0),
  difficulty: z.coerce.number().int().min(0),
});

/** The guild's progress by boss as JSON. */
export const bossesApi = createRouter<GuildEnv>();

bossesApi.openapi(
  api.get("/bosses", {
    id: "listBosses",
    summary: "List bosses",
    description:
      "Returns the bosses that the guild has fought, the latest first, with pulls and " + "kills.",
    needs: "progress.view",
    answers: {
      200: json(z.object({ items: z.array(inputs.bossJson).readonly() }), "The latest first."),
    },
  }),
  async (c) => c.json({ items: await bossQueries.bosses(c.var.guild) }, 200),
);

bossesApi.openapi(
  api.get("/bosses/{gameId}/{difficulty}/pulls", {
    id: "listPulls",
    summary: "List the pulls of a boss",
    description: "Returns all fights against one boss at one difficulty, the latest first.",
    problems: ["logs/boss-not-found"],
    needs: "progress.view",
    params: boss,
    query: paging,
    answers: { 200: json(pageOf(inputs.fightJson), "The latest first.") },
  }),
  async (c) => {
    const query = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json(await bossQueries.pulls(c.var.guild, query), 200);
  },
);

bossesApi.openapi(
  api.get("/bosses/{gameId}/{difficulty}/wipes", {
    id: "listBossWipes",
    summary: "List the wipes of a boss",
    description:
      "Returns the lost pulls of one boss at one difficulty, the latest first, with their first " +
      "deaths and the killing blow of the most players.",
    needs: "progress.view",
    params: boss,
    query: paging.pick({ cursor: true }),
    answers: { 200: json(pageOf(inputs.wipeJson), "The latest first.") },
  }),
  async (c) => {
    const { cursor } = c.req.valid("query");
    return c.json(await wipesAgainst(c.var.guild, c.req.valid("param"), cursor), 200);
  },
);
