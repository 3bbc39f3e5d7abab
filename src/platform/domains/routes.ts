import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { claimDomain, domainOf, removeDomain, verifyDomain } from "./service.ts";

const api = guildOperations("Guild");

const domainInput = z.strictObject({
  domain: lineField(limits.domains.inputCharsMax, 1),
});

/** The request body as a form sends it. The service checks the name. */
export const domainForm = z.object({ domain: domainInput.shape.domain });

const claimJson = z
  .object({
    domain: z.string(),
    status: z.enum(["pending", "active", "suspended", "lost"]),
    recordName: z.string(),
    recordValue: z.string(),
    createdAt: z.int(),
    provedAt: z.int().nullable(),
    checkedAt: z.int().nullable(),
    missingSince: z.int().nullable(),
    lostAt: z.int().nullable(),
  })
  .openapi("GuildDomain");

/** Below `/api/g/:guild`: the guild's own domain. */
export const domainsApi = createRouter<GuildEnv>();

domainsApi.openapi(
  api.get("/settings/domain", {
    id: "getDomain",
    summary: "Get the guild's own domain",
    description:
      "Returns the claimed domain with the TXT record that proves it, or null, and whether the " +
      "guild's plan has custom domains.",
    needs: "settings.manage",
    answers: {
      200: json(
        z.object({ isIncluded: z.boolean(), claim: claimJson.nullable() }),
        "The claimed domain.",
      ),
    },
  }),
  async (c) => c.json(await domainOf(c.var.guild, c.var.platform), 200),
);

domainsApi.openapi(
  api.put("/settings/domain", {
    id: "claimDomain",
    summary: "Claim a domain for the guild",
    description:
      "Sets the guild's domain, in place of an earlier one, which stops at once. Add the returned " +
      "TXT record at the domain's DNS host, then verify it. Until then nothing is served there.",
    problems: ["plan/custom-domain", "domain/bad-name"],
    needs: "settings.manage",
    body: domainInput,
    answers: { 200: json(claimJson, "The claim, and the TXT record that proves it.") },
  }),
  async (c) => {
    const { domain } = c.req.valid("json");
    return c.json(await claimDomain(c.var.guild, c.var.platform, domain), 200);
  },
);

domainsApi.openapi(
  api.delete("/settings/domain", {
    id: "removeDomain",
    summary: "Remove the guild's own domain",
    description: "The guild is no longer served there. Sign-ins at that domain end.",
    problems: ["domain/not-found", "domain/changed"],
    needs: "settings.manage",
    answers: { 204: { description: "Done." } },
  }),
  async (c) => {
    await removeDomain(c.var.guild, c.var.platform);
    return c.body(null, 204);
  },
);

domainsApi.openapi(
  api.post("/settings/domain/verification", {
    id: "verifyDomain",
    summary: "Verify the guild's own domain",
    description:
      "Looks for the TXT record and makes the domain active. A guild that had the domain before " +
      "loses it, if its own record is gone.",
    problems: [
      "plan/custom-domain",
      "domain/not-found",
      "domain/record-missing",
      "domain/taken",
      "domain/changed",
      "domain/dns-unreachable",
      "domain/no-dns",
    ],
    needs: "settings.manage",
    answers: { 200: json(claimJson, "The domain is active.") },
    runsEachTime: true,
  }),
  async (c) => c.json(await verifyDomain(c.var.guild, c.var.platform), 200),
);
