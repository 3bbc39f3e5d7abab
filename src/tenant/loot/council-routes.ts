import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import * as service from "./councils.ts";
import * as inputs from "./inputs.ts";

const tags = ["Loot"];
const view = requirePermission("raids.view");
const run = requirePermission("auctions.run");
const params = z.object({ id: z.uuid() });
const oneCouncil = {
  200: json(inputs.councilViewJson, "The council as it now is."),
  default: problem,
};

const list = createRoute({
  method: "get",
  path: "/loot/councils",
  operationId: "listCouncils",
  tags,
  middleware: [view] as const,
  request: { query: paging },
  responses: { 200: json(pageOf(inputs.councilJson), "The latest first."), default: problem },
});

const open = createRoute({
  method: "post",
  path: "/loot/councils",
  operationId: "openCouncil",
  tags,
  middleware: [run] as const,
  request: { body: jsonBody(inputs.newCouncil) },
  responses: { 201: json(inputs.councilViewJson, "The council."), default: problem },
});

const one = createRoute({
  method: "get",
  path: "/loot/councils/{id}",
  operationId: "getCouncil",
  tags,
  middleware: [view] as const,
  request: { params },
  responses: oneCouncil,
});

const respond = createRoute({
  method: "put",
  path: "/loot/councils/{id}/response",
  operationId: "respondToCouncil",
  tags,
  middleware: [requirePermission("auctions.bid")] as const,
  request: { params, body: jsonBody(inputs.responseBody) },
  responses: oneCouncil,
});

const vote = createRoute({
  method: "put",
  path: "/loot/councils/{id}/vote",
  operationId: "voteInCouncil",
  tags,
  middleware: [run] as const,
  request: { params, body: jsonBody(inputs.voteBody) },
  responses: oneCouncil,
});

const decide = createRoute({
  method: "post",
  path: "/loot/councils/{id}/decision",
  operationId: "decideCouncil",
  tags,
  middleware: [run] as const,
  request: { params, body: jsonBody(inputs.decisionBody) },
  responses: oneCouncil,
});

const cancel = createRoute({
  method: "post",
  path: "/loot/councils/{id}/cancellation",
  operationId: "cancelCouncil",
  tags,
  middleware: [run] as const,
  request: { params },
  responses: oneCouncil,
});

/** Councils: responses, votes and decisions. */
export function councilsApi() {
  return createRouter<GuildEnv>()
    .openapi(list, async (c) =>
      c.json(await service.councils(c.var.guild, c.req.valid("query")), 200),
    )
    .openapi(open, async (c) =>
      c.json(await service.openCouncil(c.var.guild, c.req.valid("json")), 201),
    )
    .openapi(one, async (c) =>
      c.json(await service.council(c.var.guild, c.req.valid("param").id), 200),
    )
    .openapi(respond, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.respond(c.var.guild, id, c.req.valid("json")), 200);
    })
    .openapi(vote, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.vote(c.var.guild, id, c.req.valid("json").personId), 200);
    })
    .openapi(decide, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.decideCouncil(c.var.guild, id, c.req.valid("json")), 200);
    })
    .openapi(cancel, async (c) =>
      c.json(await service.voidCouncil(c.var.guild, c.req.valid("param").id), 200),
    );
}
