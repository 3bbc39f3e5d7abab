import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import * as inputs from "./inputs.ts";
import * as service from "./service.ts";

const tags = ["Points"];
const entryId = z.object({ id: z.uuid() });
const created = {
  201: {
    ...json(inputs.entryJson, "The entry, as it now stands in the ledger."),
    headers: z.object({ location: z.string() }),
  },
  default: problem,
} as const;

const standings = createRoute({
  method: "get",
  path: "/standings",
  operationId: "listStandings",
  tags,
  middleware: [requirePermission("standings.view")] as const,
  request: { query: paging.extend(inputs.standingsFilters.shape) },
  responses: {
    200: json(
      pageOf(inputs.standingJson).extend({ pool: inputs.poolJson }),
      "The active people and their balances.",
    ),
    default: problem,
  },
});

const pools = createRoute({
  method: "get",
  path: "/dkp/pools",
  operationId: "listPools",
  tags,
  middleware: [requirePermission("standings.view")] as const,
  responses: {
    200: json(
      z.object({ items: z.array(inputs.poolJson).readonly() }),
      "All pools, the default one first.",
    ),
    default: problem,
  },
});

const award = createRoute({
  method: "post",
  path: "/dkp/awards",
  operationId: "awardPoints",
  tags,
  middleware: [requirePermission("points.award")] as const,
  request: { body: jsonBody(inputs.awardBody) },
  responses: created,
});

const spend = createRoute({
  method: "post",
  path: "/dkp/spends",
  operationId: "spendPoints",
  tags,
  middleware: [requirePermission("points.award")] as const,
  request: { body: jsonBody(inputs.spendBody) },
  responses: created,
});

const adjust = createRoute({
  method: "post",
  path: "/dkp/adjustments",
  operationId: "adjustPoints",
  tags,
  middleware: [requirePermission("points.award")] as const,
  request: { body: jsonBody(inputs.adjustBody) },
  responses: created,
});

const reversal = createRoute({
  method: "post",
  path: "/dkp/entries/{id}/reversal",
  operationId: "reverseEntry",
  tags,
  middleware: [requirePermission("points.award")] as const,
  request: { params: entryId, body: jsonBody(inputs.reversalBody) },
  responses: created,
});

const entries = createRoute({
  method: "get",
  path: "/dkp/entries",
  operationId: "listLedgerEntries",
  tags,
  middleware: [requirePermission("ledger.view")] as const,
  request: { query: paging.extend(inputs.ledgerFilters.shape) },
  responses: {
    200: json(
      pageOf(inputs.entrySummaryJson).extend({ pool: inputs.poolJson }),
      "One pool's entries, newest first.",
    ),
    default: problem,
  },
});

const entry = createRoute({
  method: "get",
  path: "/dkp/entries/{id}",
  operationId: "getLedgerEntry",
  tags,
  middleware: [requirePermission("ledger.view")] as const,
  request: { params: entryId },
  responses: { 200: json(inputs.entryJson, "One entry with all its lines."), default: problem },
});

const statement = createRoute({
  method: "get",
  path: "/dkp/persons/{id}/statement",
  operationId: "getStatement",
  tags,
  middleware: [requirePermission("ledger.view")] as const,
  request: { params: entryId, query: paging.extend({ pool: z.uuid().optional() }) },
  responses: {
    200: json(
      pageOf(inputs.statementLineJson).extend({
        pool: inputs.poolJson,
        account: inputs.accountJson,
      }),
      "Every change to one person's account, newest first, with the balance after it.",
    ),
    default: problem,
  },
});

const verification = createRoute({
  method: "get",
  path: "/dkp/verification",
  operationId: "verifyLedger",
  tags,
  middleware: [requirePermission("ledger.view")] as const,
  responses: {
    200: json(inputs.verificationJson, "What was compared, and every difference found."),
    default: problem,
  },
});

/** Points: standings, the ledger, and the four ways to add to it. */
export function dkpApi() {
  const router = createRouter<GuildEnv>();
  const headersOf = (slug: string, id: string) => ({
    location: `/api/g/${slug}/dkp/entries/${id}`,
  });
  return router
    .openapi(standings, async (c) => {
      return c.json(await service.standings(c.var.guild, c.req.valid("query")), 200);
    })
    .openapi(pools, async (c) => c.json({ items: await service.pools(c.var.guild) }, 200))
    .openapi(award, async (c) => {
      const made = await service.award(c.var.guild, c.req.valid("json"));
      return c.json(made, 201, headersOf(c.var.guild.guild.slug, made.id));
    })
    .openapi(spend, async (c) => {
      const made = await service.spend(c.var.guild, c.req.valid("json"));
      return c.json(made, 201, headersOf(c.var.guild.guild.slug, made.id));
    })
    .openapi(adjust, async (c) => {
      const made = await service.adjust(c.var.guild, c.req.valid("json"));
      return c.json(made, 201, headersOf(c.var.guild.guild.slug, made.id));
    })
    .openapi(reversal, async (c) => {
      const input = { txId: c.req.valid("param").id, ...c.req.valid("json") };
      const made = await service.reverse(c.var.guild, input);
      return c.json(made, 201, headersOf(c.var.guild.guild.slug, made.id));
    })
    .openapi(entries, async (c) => {
      return c.json(await service.ledger(c.var.guild, c.req.valid("query")), 200);
    })
    .openapi(entry, async (c) => {
      return c.json(await service.entry(c.var.guild, c.req.valid("param").id), 200);
    })
    .openapi(statement, async (c) => {
      const query = { personId: c.req.valid("param").id, ...c.req.valid("query") };
      return c.json(await service.statement(c.var.guild, query), 200);
    })
    .openapi(verification, async (c) => c.json(await service.verify(c.var.guild), 200));
}
