import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import * as inputs from "./inputs.ts";
import * as service from "./service.ts";

const api = guildOperations("Points");
const params = z.object({ id: z.uuid() });
const onePool = { 200: json(inputs.poolJson, "The pool as it now is.") };

/** Pools and their rules. */
export const poolsApi = createRouter<GuildEnv>();

poolsApi.openapi(
  api.post("/dkp/pools", {
    id: "addPool",
    summary: "Add pool",
    needs: "settings.manage",
    body: inputs.newPool,
    answers: { 201: json(inputs.poolJson, "The new pool.") },
  }),
  async (c) => c.json(await service.addPool(c.var.guild, c.req.valid("json")), 201),
);

poolsApi.openapi(
  api.patch("/dkp/pools/{id}", {
    id: "changePool",
    summary: "Change pool",
    needs: "settings.manage",
    params,
    body: inputs.rulesChange,
    answers: onePool,
  }),
  async (c) => {
    const { guild, services } = c.var;
    const { id } = c.req.valid("param");
    return c.json(await service.changeRules(guild, services.jobs, id, c.req.valid("json")), 200);
  },
);

poolsApi.openapi(
  api.post("/dkp/pools/{id}/archival", {
    id: "archivePool",
    summary: "Archive pool",
    needs: "settings.manage",
    params,
    answers: onePool,
  }),
  async (c) => c.json(await service.archivePool(c.var.guild, c.req.valid("param").id), 200),
);

poolsApi.openapi(
  api.post("/dkp/pools/{id}/decays", {
    id: "decayPool",
    summary: "Decay pool",
    needs: "points.award",
    params,
    answers: { 200: json(inputs.decayJson, "What was done, now or before in this period.") },
  }),
  async (c) => c.json(await service.runDecay(c.var.guild, { pool: c.req.valid("param").id }), 200),
);

poolsApi.openapi(
  api.get("/dkp/pools/{id}/rules", {
    id: "listPoolRules",
    summary: "List pool rules",
    needs: "standings.view",
    params,
    answers: {
      200: json(
        z.object({ items: z.array(inputs.rulesVersionJson).readonly() }),
        "Every version of the rules, the latest first.",
      ),
    },
  }),
  async (c) =>
    c.json({ items: await service.rulesHistory(c.var.guild, c.req.valid("param").id) }, 200),
);
