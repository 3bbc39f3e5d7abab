import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import * as inputs from "./inputs.ts";
import * as service from "./service.ts";

const tags = ["Loot"];
const lootId = z.object({ id: z.uuid() });
const wishList = {
  200: json(z.object({ items: z.array(inputs.wishJson).readonly() }), "The most wanted first."),
  default: problem,
};

const list = createRoute({
  method: "get",
  path: "/loot",
  operationId: "listLoot",
  tags,
  middleware: [requirePermission("loot.view")] as const,
  request: { query: paging.extend(inputs.lootFilters.shape) },
  responses: { 200: json(pageOf(inputs.lootJson), "The latest first."), default: problem },
});

const add = createRoute({
  method: "post",
  path: "/loot",
  operationId: "addLoot",
  tags,
  middleware: [requirePermission("auctions.run")] as const,
  request: { body: jsonBody(inputs.newLoot) },
  responses: { 201: json(inputs.lootJson, "Where the item went."), default: problem },
});

const revert = createRoute({
  method: "post",
  path: "/loot/{id}/reversal",
  operationId: "revertLoot",
  tags,
  middleware: [requirePermission("auctions.run")] as const,
  request: { params: lootId, body: jsonBody(inputs.revertBody) },
  responses: { 200: json(inputs.lootJson, "The award, taken back."), default: problem },
});

const wishes = createRoute({
  method: "get",
  path: "/loot/wishes",
  operationId: "listWishes",
  tags,
  middleware: [requirePermission("raids.view")] as const,
  request: {
    query: z.object({ item: z.string().max(200).optional(), person: z.uuid().optional() }),
  },
  responses: wishList,
});

const setWishes = createRoute({
  method: "put",
  path: "/loot/wishes",
  operationId: "setWishes",
  tags,
  middleware: [requirePermission("raids.join")] as const,
  request: { body: jsonBody(inputs.wishesBody) },
  responses: wishList,
});

/** What dropped, who got it and who hopes for it. */
export function lootApi() {
  return createRouter<GuildEnv>()
    .openapi(list, async (c) => c.json(await service.loot(c.var.guild, c.req.valid("query")), 200))
    .openapi(add, async (c) => {
      return c.json(await service.addLoot(c.var.guild, c.req.valid("json")), 201);
    })
    .openapi(revert, async (c) => {
      const { reason } = c.req.valid("json");
      return c.json(await service.revertLoot(c.var.guild, c.req.valid("param").id, reason), 200);
    })
    .openapi(wishes, async (c) => {
      return c.json({ items: await service.wishes(c.var.guild, c.req.valid("query")) }, 200);
    })
    .openapi(setWishes, async (c) => {
      const { items } = c.req.valid("json");
      return c.json({ items: await service.setWishes(c.var.guild, items) }, 200);
    });
}
