import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import {
  createRouter,
  json,
  jsonBody,
  pageOf,
  paging,
  problem,
  runsEachTime,
} from "../../http/router.ts";
import * as inputs from "./inputs.ts";
import * as service from "./service.ts";

const tags = ["Auctions"];
const view = requirePermission("raids.view");
const run = requirePermission("auctions.run");
const bid = requirePermission("auctions.bid");
const auctionId = z.object({ id: z.uuid() });
const oneAuction = { 200: json(inputs.auctionJson, "The auction as it now is."), default: problem };
const created = {
  201: {
    ...json(inputs.auctionJson, "The auction that has begun."),
    headers: z.object({ location: z.string() }),
  },
  default: problem,
} as const;

const list = createRoute({
  method: "get",
  path: "/auctions",
  operationId: "listAuctions",
  tags,
  middleware: [view] as const,
  request: {
    query: paging.extend({
      status: z.enum(["open", "over"]).default("open").openapi({
        description: "`open`: all that go on, the first to close first. `over`: latest first.",
      }),
    }),
  },
  responses: { 200: json(pageOf(inputs.auctionJson), "Auctions."), default: problem },
});

const open = createRoute({
  method: "post",
  path: "/auctions",
  operationId: "openAuction",
  tags,
  middleware: [run] as const,
  request: { body: jsonBody(inputs.newAuction) },
  responses: created,
});

const one = createRoute({
  method: "get",
  path: "/auctions/{id}",
  operationId: "getAuction",
  tags,
  middleware: [view] as const,
  request: { params: auctionId },
  responses: oneAuction,
});

const place = createRoute({
  // Bids carry the key in their own rows: copies sent at once get one answer, in one write.
  ...runsEachTime,
  method: "post",
  path: "/auctions/{id}/bids",
  operationId: "placeBid",
  tags,
  middleware: [bid] as const,
  request: { params: auctionId, body: jsonBody(inputs.bidBody) },
  responses: { 201: json(inputs.placedBidJson, "The accepted bid."), default: problem },
});

const retract = createRoute({
  method: "post",
  path: "/auctions/{id}/retraction",
  operationId: "retractBid",
  tags,
  middleware: [bid] as const,
  request: { params: auctionId },
  responses: oneAuction,
});

const cancel = createRoute({
  method: "post",
  path: "/auctions/{id}/cancellation",
  operationId: "cancelAuction",
  tags,
  middleware: [run] as const,
  request: { params: auctionId, body: jsonBody(inputs.reasonBody) },
  responses: oneAuction,
});

const reopen = createRoute({
  method: "post",
  path: "/auctions/{id}/reopening",
  operationId: "reopenAuction",
  tags,
  middleware: [run] as const,
  request: { params: auctionId, body: jsonBody(inputs.reopenBody) },
  responses: created,
});

/** Auctions and the bids in them. */
export function auctionsApi() {
  const router = createRouter<GuildEnv>();
  const location = (slug: string, id: string) => ({ location: `/api/g/${slug}/auctions/${id}` });
  return router
    .openapi(list, async (c) => {
      const { status, ...query } = c.req.valid("query");
      const ctx = c.var.guild;
      if (status === "over") return c.json(await service.pastAuctions(ctx, query), 200);
      return c.json({ items: await service.openAuctions(ctx) }, 200);
    })
    .openapi(open, async (c) => {
      const { guild, services } = c.var;
      const made = await service.openAuction(guild, services.jobs, c.req.valid("json"));
      return c.json(made, 201, location(guild.guild.slug, made.id));
    })
    .openapi(one, async (c) => {
      return c.json(await service.auction(c.var.guild, c.req.valid("param").id), 200);
    })
    .openapi(place, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.placeBid(c.var.guild, id, c.req.valid("json")), 201);
    })
    .openapi(retract, async (c) => {
      const { id } = c.req.valid("param");
      await service.retractBid(c.var.guild, id);
      return c.json(await service.auction(c.var.guild, id), 200);
    })
    .openapi(cancel, async (c) => {
      const { reason } = c.req.valid("json");
      const { id } = c.req.valid("param");
      return c.json(await service.voidAuction(c.var.guild, id, reason), 200);
    })
    .openapi(reopen, async (c) => {
      const { guild, services } = c.var;
      const { durationMs } = c.req.valid("json");
      const { id } = c.req.valid("param");
      const made = await service.reopenAuction(guild, services.jobs, id, durationMs);
      return c.json(made, 201, location(guild.guild.slug, made.id));
    });
}
