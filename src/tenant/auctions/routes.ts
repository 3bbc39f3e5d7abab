import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./service.ts";

const api = guildOperations("Auctions");
const auctionId = z.object({ id: z.uuid() });
const oneAuction = { 200: json(inputs.auctionJson, "The auction as it now is.") };
const created = {
  201: {
    ...json(inputs.auctionJson, "The auction that has begun."),
    headers: z.object({ location: z.string() }),
  },
} as const;

/** Auctions and their bids. */
export const auctionsApi = createRouter<GuildEnv>();

const location = (slug: string, id: string) => ({ location: `/api/g/${slug}/auctions/${id}` });
auctionsApi.openapi(
  api.get("/auctions", {
    id: "listAuctions",
    summary: "List auctions",
    description: "Returns auctions with the bids that the caller may see.",
    needs: "auctions.view",
    query: paging.extend({
      status: z.enum(["open", "over"]).default("open").openapi({
        description: "`open`: all that go on, the first to close first. `over`: latest first.",
      }),
    }),
    answers: { 200: json(pageOf(inputs.auctionJson), "Auctions.") },
  }),
  async (c) => {
    const { status, ...query } = c.req.valid("query");
    const ctx = c.var.guild;
    if (status === "over") return c.json(await service.pastAuctions(ctx, query), 200);
    return c.json({ items: await service.openAuctions(ctx) }, 200);
  },
);

auctionsApi.openapi(
  api.post("/auctions", {
    id: "openAuction",
    summary: "Open an auction",
    description: "Starts an auction at once. It closes by itself after its time.",
    problems: [
      "auctions/bad-terms",
      "auctions/too-many",
      "dkp/pool-archived",
      "dkp/pool-not-found",
      "raids/other-pool",
    ],
    needs: "auctions.run",
    body: inputs.newAuction,
    answers: created,
  }),
  async (c) => {
    const { guild, services } = c.var;
    const made = await service.openAuction(guild, services.jobs, c.req.valid("json"));
    return c.json(made, 201, location(guild.guild.slug, made.id));
  },
);

auctionsApi.openapi(
  api.get("/auctions/{id}", {
    id: "getAuction",
    summary: "Get an auction",
    description:
      "Returns the auction with the bids that the caller may see, and the caller's own " +
      "funds. The seed is shown once the auction is over.",
    problems: ["auctions/not-found"],
    needs: "auctions.view",
    params: auctionId,
    answers: oneAuction,
  }),
  async (c) => {
    return c.json(await service.auction(c.var.guild, c.req.valid("param").id), 200);
  },
);

auctionsApi.openapi(
  api.post("/auctions/{id}/bids", {
    id: "placeBid",
    summary: "Place a bid",
    description:
      "Bids points for the item, and replaces the caller's earlier bid. The points are " +
      "held until the bid is beaten or the auction closes.",
    problems: [
      "auctions/not-found",
      "auctions/closed",
      "auctions/not-eligible",
      "auctions/not-in-roster",
      "auctions/not-present",
      "dkp/below-minimum",
      "auctions/off-spec",
      "auctions/bad-points",
      "auctions/bid-too-high",
      "auctions/bid-too-low",
      "auctions/insufficient-points",
      "auctions/outbid",
      "auctions/spec-change",
    ],
    needs: "auctions.bid",
    params: auctionId,
    body: inputs.bidBody,
    answers: { 201: json(inputs.placedBidJson, "The accepted bid.") },
    runsEachTime: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.placeBid(c.var.guild, id, c.req.valid("json")), 201);
  },
);

auctionsApi.openapi(
  api.post("/auctions/{id}/retraction", {
    id: "retractBid",
    summary: "Retract a bid",
    description: "Takes the caller's bid back. A bid that others had to beat stays.",
    problems: ["auctions/not-found", "auctions/closed", "auctions/bid-stays", "auctions/no-bid"],
    needs: "auctions.bid",
    params: auctionId,
    answers: oneAuction,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    await service.retractBid(c.var.guild, id);
    return c.json(await service.auction(c.var.guild, id), 200);
  },
);

auctionsApi.openapi(
  api.post("/auctions/{id}/pass", {
    id: "passAuction",
    summary: "Pass on an item",
    description:
      "Says that the caller does not want the item, and withdraws their bid where bids can be " +
      "withdrawn. A later bid removes the pass. The auction may end once all have decided.",
    problems: [
      "auctions/not-found",
      "auctions/closed",
      "auctions/bid-stays",
      "auctions/not-in-roster",
    ],
    needs: "auctions.bid",
    params: auctionId,
    answers: oneAuction,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    await service.passItem(c.var.guild, id);
    return c.json(await service.auction(c.var.guild, id), 200);
  },
);

auctionsApi.openapi(
  api.post("/auctions/{id}/cancellation", {
    id: "cancelAuction",
    summary: "Cancel an auction",
    description: "Ends an auction without a winner and releases the points that it held.",
    problems: ["auctions/not-found", "auctions/not-open"],
    needs: "auctions.run",
    params: auctionId,
    body: inputs.reasonBody,
    answers: oneAuction,
  }),
  async (c) => {
    const { reason } = c.req.valid("json");
    const { id } = c.req.valid("param");
    return c.json(await service.voidAuction(c.var.guild, id, reason), 200);
  },
);

auctionsApi.openapi(
  api.post("/auctions/{id}/reopening", {
    id: "reopenAuction",
    summary: "Reopen an auction",
    description:
      "Reverses the payments of an auction that is over, marks its loot, and starts a new " +
      "auction with the same terms.",
    problems: [
      "auctions/not-found",
      "auctions/still-open",
      "auctions/reopened-already",
      "auctions/too-many",
    ],
    needs: "auctions.run",
    params: auctionId,
    body: inputs.reopenBody,
    answers: created,
  }),
  async (c) => {
    const { guild, services } = c.var;
    const { durationMs } = c.req.valid("json");
    const { id } = c.req.valid("param");
    const made = await service.reopenAuction(guild, services.jobs, id, durationMs);
    return c.json(made, 201, location(guild.guild.slug, made.id));
  },
);
