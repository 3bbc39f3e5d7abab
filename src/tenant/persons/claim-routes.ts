import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./claims.ts";

const api = guildOperations("Roster");

/** New members say which character is theirs. */
export const claimsApi = createRouter<GuildEnv>();

claimsApi.openapi(
  api.get("/roster/claim", {
    id: "getOwnClaim",
    summary: "Get the caller's claim",
    description:
      "Says whether the caller has a character, and which ones they may choose: equal names first.",
    problems: ["roster/person-not-found"],
    needs: "roster.view",
    query: inputs.claimQuery,
    answers: { 200: json(inputs.ownClaimJson, "The claim and the characters.") },
  }),
  async (c) =>
    c.json(
      plain(await service.ownClaim(c.var.guild, c.var.services.platform, c.req.valid("query").q)),
      200,
    ),
);

claimsApi.openapi(
  api.put("/roster/claim", {
    id: "claimCharacter",
    summary: "Claim a character",
    description: "The caller says which character of the roster is theirs. An officer decides.",
    problems: ["roster/person-not-found", "roster/character-not-found", "persons/linked-already"],
    needs: "roster.view",
    body: inputs.claimBody,
    answers: { 200: json(inputs.ownClaimJson, "The claim as it is now.") },
  }),
  async (c) => {
    const { characterId } = c.req.valid("json");
    const { guild, services } = c.var;
    return c.json(plain(await service.claimCharacter(guild, services.platform, characterId)), 200);
  },
);

claimsApi.openapi(
  api.get("/roster/claims", {
    id: "listClaims",
    summary: "List claims that wait",
    description: "Lists new members who wait for an officer's decision, the oldest first.",
    needs: "roster.manage",
    answers: { 200: json(z.object({ items: z.array(inputs.claimJson) }), "Claims.") },
  }),
  async (c) => c.json({ items: [...(await service.claims(c.var.guild))] }, 200),
);

claimsApi.openapi(
  api.put("/roster/claims/{userId}/decision", {
    id: "decideClaim",
    summary: "Decide a claim",
    description:
      "Confirms the claim, so that the member has the character's person, or refuses it. A member " +
      "without a character gets a person of their own.",
    problems: ["persons/claim-not-found", "persons/claim-changed", "roster/already-linked"],
    needs: "roster.manage",
    params: z.object({ userId: z.uuid() }),
    body: inputs.decisionBody,
    answers: { 204: { description: "Decided." } },
  }),
  async (c) => {
    const { userId } = c.req.valid("param");
    const { guild, services } = c.var;
    await service.decideClaim(guild, services.platform, userId, c.req.valid("json"));
    return c.body(null, 204);
  },
);

function plain(claim: service.OwnClaim) {
  return { ...claim, candidates: [...claim.candidates] };
}
