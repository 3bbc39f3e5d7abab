import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import * as inputs from "./inputs.ts";
import * as service from "./service.ts";

const tags = ["Points"];
const manage = requirePermission("settings.manage");
const params = z.object({ id: z.uuid() });
const onePool = { 200: json(inputs.poolJson, "The pool as it now is."), default: problem };

const add = createRoute({
  method: "post",
  path: "/dkp/pools",
  operationId: "addPool",
  tags,
  middleware: [manage] as const,
  request: { body: jsonBody(inputs.newPool) },
  responses: { 201: json(inputs.poolJson, "The new pool."), default: problem },
});

const change = createRoute({
  method: "patch",
  path: "/dkp/pools/{id}",
  operationId: "changePool",
  tags,
  middleware: [manage] as const,
  request: { params, body: jsonBody(inputs.rulesChange) },
  responses: onePool,
});

const archive = createRoute({
  method: "post",
  path: "/dkp/pools/{id}/archival",
  operationId: "archivePool",
  tags,
  middleware: [manage] as const,
  request: { params },
  responses: onePool,
});

const decay = createRoute({
  method: "post",
  path: "/dkp/pools/{id}/decays",
  operationId: "decayPool",
  tags,
  middleware: [requirePermission("points.award")] as const,
  request: { params },
  responses: {
    200: json(inputs.decayJson, "What was done, now or before in this period."),
    default: problem,
  },
});

const rules = createRoute({
  method: "get",
  path: "/dkp/pools/{id}/rules",
  operationId: "listPoolRules",
  tags,
  middleware: [requirePermission("standings.view")] as const,
  request: { params },
  responses: {
    200: json(
      z.object({ items: z.array(inputs.rulesVersionJson).readonly() }),
      "Every version of the rules, the latest first.",
    ),
    default: problem,
  },
});

/** Pools and their rules. */
export function poolsApi() {
  return createRouter<GuildEnv>()
    .openapi(add, async (c) => c.json(await service.addPool(c.var.guild, c.req.valid("json")), 201))
    .openapi(change, async (c) => {
      const { guild, services } = c.var;
      const { id } = c.req.valid("param");
      return c.json(await service.changeRules(guild, services.jobs, id, c.req.valid("json")), 200);
    })
    .openapi(archive, async (c) =>
      c.json(await service.archivePool(c.var.guild, c.req.valid("param").id), 200),
    )
    .openapi(decay, async (c) =>
      c.json(await service.runDecay(c.var.guild, { pool: c.req.valid("param").id }), 200),
    )
    .openapi(rules, async (c) =>
      c.json({ items: await service.rulesHistory(c.var.guild, c.req.valid("param").id) }, 200),
    );
}
