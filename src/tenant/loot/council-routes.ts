import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./councils.ts";

const api = guildOperations("Loot");
const params = z.object({ id: z.uuid() });
const oneCouncil = {
  200: json(inputs.councilViewJson, "The council as it now is."),
};

/** Councils: responses, votes and decisions. */
export const councilsApi = createRouter<GuildEnv>();

councilsApi.openapi(
  api.get("/loot-councils", {
    id: "listCouncils",
    summary: "List loot councils",
    description: "Returns councils, the latest first.",
    needs: "auctions.view",
    query: paging,
    answers: { 200: json(pageOf(inputs.councilJson), "The latest first.") },
  }),
  async (c) => c.json(await service.councils(c.var.guild, c.req.valid("query")), 200),
);

councilsApi.openapi(
  api.post("/loot-councils", {
    id: "openCouncil",
    summary: "Open a loot council",
    description: "Puts an item before the council and lets people respond to it.",
    problems: ["raids/other-pool", "dkp/pool-not-found"],
    needs: "auctions.run",
    body: inputs.newCouncil,
    answers: { 201: json(inputs.councilViewJson, "The council.") },
  }),
  async (c) => c.json(await service.openCouncil(c.var.guild, c.req.valid("json")), 201),
);

councilsApi.openapi(
  api.get("/loot-councils/{id}", {
    id: "getCouncil",
    summary: "Get a loot council",
    description:
      "Returns the council with its candidates. Only officers see votes before the " + "decision.",
    problems: ["loot/council-not-found"],
    needs: "auctions.view",
    params,
    answers: oneCouncil,
  }),
  async (c) => c.json(await service.council(c.var.guild, c.req.valid("param").id), 200),
);

councilsApi.openapi(
  api.put("/loot-councils/{id}/response", {
    id: "respondToCouncil",
    summary: "Respond to a loot council",
    description: "Says how much the caller wants the item, and replaces an earlier response.",
    problems: ["loot/council-not-found", "loot/council-over", "roster/person-not-found"],
    needs: "auctions.bid",
    params,
    body: inputs.responseBody,
    answers: oneCouncil,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.respond(c.var.guild, id, c.req.valid("json")), 200);
  },
);

councilsApi.openapi(
  api.put("/loot-councils/{id}/vote", {
    id: "voteInCouncil",
    summary: "Vote in a loot council",
    description: "Votes for one candidate, and replaces an earlier vote.",
    problems: ["loot/council-not-found", "loot/council-over"],
    needs: "auctions.run",
    params,
    body: inputs.voteBody,
    answers: oneCouncil,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.vote(c.var.guild, id, c.req.valid("json").personId), 200);
  },
);

councilsApi.openapi(
  api.post("/loot-councils/{id}/decision", {
    id: "decideCouncil",
    summary: "Decide a loot council",
    description:
      "Gives the item to one candidate and closes the council. Decision, loot and price " +
      "are one transaction.",
    problems: [
      "loot/council-not-found",
      "loot/council-over",
      "loot/bad-loot",
      "dkp/below-minimum",
      "dkp/behind-decay",
      "dkp/insufficient-balance",
      "raids/other-pool",
    ],
    needs: "auctions.run",
    params,
    body: inputs.decisionBody,
    answers: oneCouncil,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.decideCouncil(c.var.guild, id, c.req.valid("json")), 200);
  },
);

councilsApi.openapi(
  api.post("/loot-councils/{id}/cancellation", {
    id: "cancelCouncil",
    summary: "Cancel a loot council",
    description: "Closes the council without an award.",
    problems: ["loot/council-not-found", "loot/council-over"],
    needs: "auctions.run",
    params,
    answers: oneCouncil,
  }),
  async (c) => c.json(await service.voidCouncil(c.var.guild, c.req.valid("param").id), 200),
);
