import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./service.ts";

const api = guildOperations("Points");
const params = z.object({ id: z.uuid() });
const onePool = { 200: json(inputs.poolJson, "The pool as it now is.") };

/** Pools and their rules. */
export const poolsApi = createRouter<GuildEnv>();

poolsApi.openapi(
  api.post("/dkp/pools", {
    id: "addPool",
    summary: "Add a point pool",
    description: "Makes a pool with ledger, standings and rules of its own.",
    problems: ["dkp/bad-rules", "dkp/pool-name-taken"],
    needs: "settings.manage",
    body: inputs.newPool,
    answers: { 201: json(inputs.poolJson, "The new pool.") },
  }),
  async (c) => c.json(await service.addPool(c.var.guild, c.req.valid("json")), 201),
);

poolsApi.openapi(
  api.patch("/dkp/pools/{id}", {
    id: "changePool",
    summary: "Change the rules of a pool",
    description: "Saves a new version of the rules. Entries that exist keep their values.",
    problems: ["dkp/bad-rules", "dkp/pool-name-taken", "dkp/pool-not-found", "dkp/rules-changed"],
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
  api.post("/dkp/pools/{id}/preview", {
    id: "previewPoolRules",
    summary: "Preview a change of a pool's rules",
    description:
      "Applies the change to the standings as they are, and saves nothing. The answer shows " +
      "each person's place, priority and balance after the next decay, now and then.",
    problems: ["dkp/bad-rules", "dkp/pool-not-found"],
    needs: "settings.manage",
    params,
    body: inputs.rulesChange,
    answers: { 200: json(inputs.previewJson, "What the change would do to each person.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.previewRules(c.var.guild, id, c.req.valid("json")), 200);
  },
);

poolsApi.openapi(
  api.post("/dkp/pools/{id}/archival", {
    id: "archivePool",
    summary: "Archive a pool",
    description:
      "Closes the pool to new entries. Its ledger stays readable. The default pool cannot " +
      "be archived.",
    problems: ["dkp/pool-is-default", "dkp/pool-in-use", "dkp/pool-not-found"],
    needs: "settings.manage",
    params,
    answers: onePool,
  }),
  async (c) => c.json(await service.archivePool(c.var.guild, c.req.valid("param").id), 200),
);

poolsApi.openapi(
  api.post("/dkp/pools/{id}/decays", {
    id: "decayPool",
    summary: "Run the decay of a pool",
    description:
      "Applies the pool's decay for the current week in the guild's time zone. A second " +
      "call in one week returns the first result.",
    problems: ["dkp/no-decay", "dkp/pool-not-found", "dkp/pool-archived"],
    needs: "points.award",
    params,
    body: inputs.decayBody.optional(),
    answers: { 200: json(inputs.decayJson, "What was done, now or before in this period.") },
  }),
  async (c) => {
    const { personIds } = c.req.valid("json") ?? {};
    const input = { pool: c.req.valid("param").id, personIds };
    return c.json(await service.runDecay(c.var.guild, input), 200);
  },
);

poolsApi.openapi(
  api.get("/dkp/pools/{id}/rules", {
    id: "listPoolRules",
    summary: "List the versions of a pool's rules",
    description: "Returns every version of the rules, the latest first.",
    problems: ["dkp/pool-not-found"],
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
