import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./service.ts";

const api = guildOperations("Points");
const byId = z.object({ id: z.uuid() });
const created = {
  201: {
    ...json(inputs.entryJson, "The new entry."),
    headers: z.object({ location: z.string() }),
  },
} as const;

/** Points: standings, the ledger, and the four operations that add to it. */
export const dkpApi = createRouter<GuildEnv>();

const headersOf = (slug: string, id: string) => ({
  location: `/api/g/${slug}/dkp/entries/${id}`,
});
dkpApi.openapi(
  api.get("/standings", {
    id: "listStandings",
    summary: "List the standings",
    description:
      "Returns the active people and their balances in one pool, the default pool if none " +
      "is named.",
    problems: ["dkp/pool-not-found"],
    needs: "standings.view",
    query: paging.extend(inputs.standingsFilters.shape),
    answers: {
      200: json(
        pageOf(inputs.standingJson).extend({ pool: inputs.poolJson }),
        "The active people and their balances.",
      ),
    },
  }),
  async (c) => c.json(await service.standings(c.var.guild, c.req.valid("query")), 200),
);

dkpApi.openapi(
  api.get("/dkp/pools", {
    id: "listPools",
    summary: "List the point pools",
    description: "Returns all pools with their current rules, the default pool first.",
    needs: "standings.view",
    answers: {
      200: json(
        z.object({ items: z.array(inputs.poolJson).readonly() }),
        "All pools, the default one first.",
      ),
    },
  }),
  async (c) => c.json({ items: await service.pools(c.var.guild) }, 200),
);

dkpApi.openapi(
  api.post("/dkp/awards", {
    id: "awardPoints",
    summary: "Award points",
    description:
      "Gives each person the same points in one entry of the ledger, within the caps of " +
      "the pool. Send an Idempotency-Key, so that a repeated request awards once.",
    problems: [
      "dkp/bad-people",
      "dkp/bad-points",
      "dkp/bad-reason",
      "dkp/bad-time",
      "dkp/balance-too-large",
      "dkp/behind-decay",
      "dkp/pool-archived",
      "dkp/pool-not-found",
    ],
    needs: "points.award",
    body: inputs.awardBody,
    answers: created,
  }),
  async (c) => {
    const entry = await service.award(c.var.guild, c.req.valid("json"));
    return c.json(entry, 201, headersOf(c.var.guild.guild.slug, entry.id));
  },
);

dkpApi.openapi(
  api.post("/dkp/spends", {
    id: "spendPoints",
    summary: "Spend points",
    description:
      "Takes points from one person for what they got. The balance cannot fall below the " +
      "pool's floor.",
    problems: [
      "dkp/bad-people",
      "dkp/bad-points",
      "dkp/bad-reason",
      "dkp/bad-time",
      "dkp/insufficient-balance",
      "dkp/behind-decay",
      "dkp/pool-archived",
      "dkp/pool-not-found",
    ],
    needs: "points.award",
    body: inputs.spendBody,
    answers: created,
  }),
  async (c) => {
    const entry = await service.spend(c.var.guild, c.req.valid("json"));
    return c.json(entry, 201, headersOf(c.var.guild.guild.slug, entry.id));
  },
);

dkpApi.openapi(
  api.post("/dkp/adjustments", {
    id: "adjustPoints",
    summary: "Adjust points",
    description:
      "Corrects balances by hand. Points may be negative, and the pool's floor does not " +
      "limit them.",
    problems: [
      "dkp/bad-people",
      "dkp/bad-points",
      "dkp/bad-reason",
      "dkp/bad-time",
      "dkp/balance-too-large",
      "dkp/behind-decay",
      "dkp/pool-archived",
      "dkp/pool-not-found",
    ],
    needs: "points.award",
    body: inputs.adjustBody,
    answers: created,
  }),
  async (c) => {
    const entry = await service.adjust(c.var.guild, c.req.valid("json"));
    return c.json(entry, 201, headersOf(c.var.guild.guild.slug, entry.id));
  },
);

dkpApi.openapi(
  api.post("/dkp/entries/{id}/reversal", {
    id: "reverseEntry",
    summary: "Reverse an entry of the ledger",
    description:
      "Adds the exact opposite of an entry. Nothing is deleted, and an entry can be " +
      "reversed once.",
    problems: [
      "dkp/already-reversed",
      "dkp/entry-not-found",
      "dkp/reversal-is-final",
      "dkp/pool-archived",
    ],
    needs: "points.award",
    params: byId,
    body: inputs.reversalBody,
    answers: created,
  }),
  async (c) => {
    const input = { txId: c.req.valid("param").id, ...c.req.valid("json") };
    const entry = await service.reverse(c.var.guild, input);
    return c.json(entry, 201, headersOf(c.var.guild.guild.slug, entry.id));
  },
);

dkpApi.openapi(
  api.get("/dkp/entries", {
    id: "listLedgerEntries",
    summary: "List entries of the ledger",
    description: "Returns one pool's entries, newest first. Filter them by kind, person and time.",
    problems: ["dkp/pool-not-found"],
    needs: "ledger.view",
    query: paging.extend(inputs.ledgerFilters.shape),
    answers: {
      200: json(
        pageOf(inputs.entrySummaryJson).extend({ pool: inputs.poolJson }),
        "One pool's entries, newest first.",
      ),
    },
  }),
  async (c) => c.json(await service.ledger(c.var.guild, c.req.valid("query")), 200),
);

dkpApi.openapi(
  api.get("/dkp/entries/{id}", {
    id: "getLedgerEntry",
    summary: "Get an entry of the ledger",
    description: "Returns the entry with its line for each person.",
    problems: ["dkp/entry-not-found"],
    needs: "ledger.view",
    params: byId,
    answers: { 200: json(inputs.entryJson, "One entry with all its lines.") },
  }),
  async (c) => c.json(await service.entry(c.var.guild, c.req.valid("param").id), 200),
);

dkpApi.openapi(
  api.get("/dkp/persons/{id}/statement", {
    id: "getStatement",
    summary: "Get a person's statement",
    description:
      "Returns every change to one person's balance, newest first, with the balance after " + "it.",
    problems: ["roster/person-not-found", "dkp/pool-not-found"],
    needs: "ledger.view",
    params: byId,
    query: paging.extend({ pool: z.uuid().optional() }),
    answers: {
      200: json(
        pageOf(inputs.statementLineJson).extend({
          pool: inputs.poolJson,
          account: inputs.accountJson,
        }),
        "Every change to one person's account, newest first, with the balance after it.",
      ),
    },
  }),
  async (c) => {
    const query = { personId: c.req.valid("param").id, ...c.req.valid("query") };
    return c.json(await service.statement(c.var.guild, query), 200);
  },
);

dkpApi.openapi(
  api.get("/dkp/verification", {
    id: "verifyLedger",
    summary: "Verify the ledger",
    description:
      "Adds up all entries again and compares the sums with the stored balances. The " +
      "answer names every difference.",
    needs: "ledger.view",
    answers: {
      200: json(inputs.verificationJson, "What was compared, and every difference found."),
    },
  }),
  async (c) => c.json(await service.verify(c.var.guild), 200),
);
