import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./service.ts";

const api = guildOperations("Loot");
const lootId = z.object({ id: z.uuid() });
const wishList = {
  200: json(z.object({ items: z.array(inputs.wishJson).readonly() }), "The most wanted first."),
};

/** Awards, item wishes and their CSV file. */
export const lootApi = createRouter<GuildEnv>();

lootApi.openapi(
  api.get("/loot", {
    id: "listLoot",
    summary: "List loot",
    description: "Returns awarded items, the latest first. Filter them by person, item and raid.",
    needs: "loot.view",
    query: paging.extend(inputs.lootFilters.shape),
    answers: { 200: json(pageOf(inputs.lootJson), "The latest first.") },
  }),
  async (c) => c.json(await service.loot(c.var.guild, c.req.valid("query")), 200),
);

lootApi.openapi(
  api.post("/loot", {
    id: "addLoot",
    summary: "Add loot",
    description:
      "Records where an item went. Its price is taken from the person's points in the same " +
      "transaction.",
    problems: ["loot/bad-loot", "dkp/insufficient-balance", "dkp/pool-not-found"],
    needs: "auctions.run",
    body: inputs.newLoot,
    answers: { 201: json(inputs.lootJson, "Where the item went.") },
  }),
  async (c) => {
    return c.json(await service.addLoot(c.var.guild, c.req.valid("json")), 201);
  },
);

lootApi.openapi(
  api.post("/loot/{id}/reversal", {
    id: "revertLoot",
    summary: "Revert an award of loot",
    description: "Marks the award as taken back and reverses its payment. The record stays.",
    problems: ["loot/not-found", "loot/reverted-already"],
    needs: "auctions.run",
    params: lootId,
    body: inputs.revertBody,
    answers: { 200: json(inputs.lootJson, "The award, taken back.") },
  }),
  async (c) => {
    const { reason } = c.req.valid("json");
    return c.json(await service.revertLoot(c.var.guild, c.req.valid("param").id, reason), 200);
  },
);

lootApi.openapi(
  api.get("/loot/wishes", {
    id: "listWishes",
    summary: "List wishes",
    description: "Returns wishes, the most wanted first. Filter them by item or person.",
    needs: "auctions.view",
    query: z.object({ item: z.string().max(200).optional(), person: z.uuid().optional() }),
    answers: wishList,
  }),
  async (c) => {
    return c.json({ items: await service.wishes(c.var.guild, c.req.valid("query")) }, 200);
  },
);

lootApi.openapi(
  api.put("/loot/wishes", {
    id: "setWishes",
    summary: "Set the caller's wishes",
    description: "Replaces the caller's whole list, the most wanted first.",
    problems: ["roster/person-not-found", "loot/bad-loot"],
    needs: "raids.join",
    body: inputs.wishesBody,
    answers: wishList,
  }),
  async (c) => {
    const { items } = c.req.valid("json");
    return c.json({ items: await service.setWishes(c.var.guild, items) }, 200);
  },
);
