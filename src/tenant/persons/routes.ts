import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { personJson } from "../roster/api.ts";
import * as inputs from "./api.ts";
import { linkMember } from "./member-links.ts";
import * as service from "./service.ts";

const api = guildOperations("Roster");
const id = z.object({ id: z.uuid() });
const REFUSALS = [
  "roster/person-not-found",
  "persons/not-joinable",
  "persons/already-joined",
  "persons/two-logins",
  "persons/two-discord-accounts",
  "persons/bids-need-points",
  "persons/changed",
] as const;

/** Persons that become one, and characters that change their person. */
export const personsApi = createRouter<GuildEnv>();

personsApi.openapi(
  api.post("/roster/join-previews", {
    id: "previewPersonJoin",
    summary: "Preview a join of two persons",
    description:
      "Says what would move from one person to the other, and for which raids and items both have " +
      "something of which one stays. Changes nothing.",
    problems: REFUSALS,
    needs: "roster.manage",
    body: inputs.joinBody,
    answers: { 200: json(inputs.previewJson, "What the join would do.") },
  }),
  async (c) => {
    const { from, into, moves, overlaps } = await service.previewJoin(
      c.var.guild,
      c.var.services.platform,
      c.req.valid("json"),
    );
    return c.json({ from, into, moves: [...moves], overlaps: [...overlaps] }, 200);
  },
);

personsApi.openapi(
  api.post("/roster/joins", {
    id: "joinPersons",
    summary: "Join two persons",
    description:
      "Makes one person of two: points, characters, sign-ups, attendance, bids, wishes, loot, votes, " +
      "links and the member's account go to one of them, and the other is archived. It can be undone.",
    problems: REFUSALS,
    needs: "roster.manage",
    body: inputs.joinBody,
    answers: { 201: json(inputs.joinJson, "The join.") },
  }),
  async (c) =>
    c.json(
      await service.joinPersons(c.var.guild, c.var.services.platform, c.req.valid("json")),
      201,
    ),
);

personsApi.openapi(
  api.get("/roster/joins", {
    id: "listPersonJoins",
    summary: "List joins and moves",
    description: "Lists the latest joins of persons and moves of characters, undone ones too.",
    needs: "roster.manage",
    answers: { 200: json(z.object({ items: z.array(inputs.joinJson) }), "Joins and moves.") },
  }),
  async (c) => c.json({ items: [...(await service.joins(c.var.guild))] }, 200),
);

personsApi.openapi(
  api.post("/roster/joins/{id}/reversal", {
    id: "undoPersonJoin",
    summary: "Undo a join or a move",
    description:
      "Gives back what moved. Points go back by entries of the ledger. What was added since stays.",
    problems: [
      "persons/join-not-found",
      "persons/undone-already",
      "persons/undo-later-first",
      "persons/bids-need-points",
      "persons/changed",
    ],
    needs: "roster.manage",
    params: id,
    answers: { 200: json(inputs.joinJson, "The join as it is now.") },
  }),
  async (c) => c.json(await service.undoJoin(c.var.guild, c.req.valid("param").id), 200),
);

personsApi.openapi(
  api.post("/roster/characters/{id}/moves", {
    id: "moveCharacter",
    summary: "Move a character to another person",
    description:
      "Moves the character and its link. Points stay with the person who has them. It can be undone.",
    problems: [
      "roster/character-not-found",
      "roster/person-not-found",
      "persons/not-joinable",
      "persons/already-joined",
      "persons/archived",
      "identity/verified",
      "persons/changed",
    ],
    needs: "roster.manage",
    params: id,
    body: inputs.moveBody,
    answers: { 201: json(inputs.joinJson, "The move.") },
  }),
  async (c) => {
    const { id: characterId } = c.req.valid("param");
    const { personId } = c.req.valid("json");
    return c.json(await service.moveCharacter(c.var.guild, characterId, personId), 201);
  },
);

personsApi.openapi(
  api.put("/roster/persons/{id}/member", {
    id: "linkMember",
    summary: "Link a member to a person",
    description:
      "Joins the member's own person with a person of the roster, so that the member has the " +
      "characters and the points of both. It can be undone like every join.",
    problems: [...REFUSALS, "roster/already-linked"],
    needs: "roster.manage",
    params: id,
    body: inputs.memberLink,
    answers: { 200: json(personJson, "The person as it is now.") },
  }),
  async (c) => {
    const { id: personId } = c.req.valid("param");
    const { personId: fromId } = c.req.valid("json");
    const person = await linkMember(c.var.guild, c.var.services.platform, personId, fromId);
    return c.json({ ...person, characters: [...person.characters] }, 200);
  },
);
