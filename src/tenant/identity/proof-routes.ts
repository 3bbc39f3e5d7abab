import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, shownOnce } from "../../http/router.ts";
import * as api from "./api.ts";
import * as service from "./proofs.ts";

const operations = guildOperations("Identity");

/** Members prove which characters are theirs. With Battle.net, a browser begins at the page of proofs. */
export const proofsApi = createRouter<GuildEnv>();

proofsApi.openapi(
  operations.get("/identity/proofs", {
    id: "listOwnProofs",
    summary: "List the caller's proofs",
    description: "Lists the proofs of the caller's characters, the newest first, and their state.",
    problems: ["roster/person-not-found", "operator/impersonating"],
    needs: "roster.view",
    answers: { 200: json(z.object({ items: z.array(api.proofJson) }), "Proofs.") },
  }),
  async (c) => c.json({ items: [...(await service.ownProofs(c.var.guild))] }, 200),
);

proofsApi.openapi(
  operations.get("/identity/proofs/characters", {
    id: "listProvableCharacters",
    summary: "List characters to prove",
    description:
      "Lists the guild's characters in the game that the caller may prove: their own first, then " +
      "those of the caller's name.",
    problems: ["roster/person-not-found", "operator/impersonating"],
    needs: "roster.view",
    query: api.provableFilter,
    answers: { 200: json(z.object({ items: z.array(api.provableJson) }), "Characters.") },
  }),
  async (c) => {
    const items = await service.provableCharacters(c.var.guild, c.req.valid("query").q);
    return c.json({ items: [...items] }, 200);
  },
);

proofsApi.openapi(
  operations.post("/identity/proofs/note-code", {
    id: "createNoteCode",
    summary: "Get a code for a public note",
    description:
      "The caller writes the code into the public note of the character. The next roster that has " +
      "it there proves that the character is theirs. A new code replaces the open one.",
    problems: [
      "roster/person-not-found",
      "operator/impersonating",
      "identity/character-not-found",
      "identity/proved-already",
      "identity/too-many-proofs",
    ],
    needs: "roster.view",
    body: api.noteCodeBody,
    answers: { 201: shownOnce(api.noteCodeJson, "The code. It is shown this once.") },
  }),
  async (c) =>
    c.json(await service.openNoteCode(c.var.guild, c.req.valid("json").characterId), 201),
);

proofsApi.openapi(
  operations.delete("/identity/proofs/{id}", {
    id: "withdrawProof",
    summary: "Withdraw a proof",
    description: "Takes back an open proof of the caller: its code proves nothing any more.",
    problems: ["roster/person-not-found", "operator/impersonating", "identity/proof-not-found"],
    needs: "roster.view",
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: "Withdrawn." } },
  }),
  async (c) => {
    await service.withdrawProof(c.var.guild, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
