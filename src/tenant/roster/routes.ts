import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as characters from "./characters.ts";
import { importRoster, previewRoster } from "./importing.ts";
import * as inputs from "./inputs.ts";
import { linkMember } from "./linking.ts";
import * as service from "./service.ts";

const api = guildOperations("Roster");
const id = z.object({ id: z.uuid() });
const onePerson = { 200: json(inputs.personJson, "The person as it is now.") };
const newPerson = { 201: json(inputs.personJson, "The person as it is now.") };

/** People and characters. */
export const rosterApi = createRouter<GuildEnv>();

rosterApi.openapi(
  api.get("/roster", {
    id: "listPersons",
    summary: "List persons",
    needs: "roster.view",
    query: paging.extend(inputs.rosterFilters.shape),
    answers: { 200: json(pageOf(inputs.personJson), "People and characters.") },
  }),
  async (c) => {
    const page = await service.persons(c.var.guild, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(plain) }, 200);
  },
);

rosterApi.openapi(
  api.get("/roster/persons/{id}", {
    id: "getPerson",
    summary: "Get person",
    needs: "roster.view",
    params: id,
    answers: onePerson,
  }),
  async (c) => c.json(plain(await service.person(c.var.guild, c.req.valid("param").id)), 200),
);

rosterApi.openapi(
  api.post("/roster/persons", {
    id: "addPerson",
    summary: "Add person",
    needs: "roster.manage",
    body: inputs.newPerson,
    answers: newPerson,
  }),
  async (c) => {
    const person = await service.addPerson(c.var.guild, c.req.valid("json"));
    c.header("Location", `/api/g/${c.var.guild.guild.slug}/roster/persons/${person.id}`);
    return c.json(plain(person), 201);
  },
);

rosterApi.openapi(
  api.patch("/roster/persons/{id}", {
    id: "changePerson",
    summary: "Change person",
    needs: "roster.manage",
    params: id,
    body: inputs.personChange,
    answers: onePerson,
  }),
  async (c) => {
    const { id: personId } = c.req.valid("param");
    return c.json(
      plain(await service.changePerson(c.var.guild, personId, c.req.valid("json"))),
      200,
    );
  },
);

rosterApi.openapi(
  api.put("/roster/persons/{id}/archival", {
    id: "archivePerson",
    summary: "Archive person",
    needs: "roster.manage",
    params: id,
    answers: onePerson,
  }),
  async (c) =>
    c.json(plain(await service.setArchived(c.var.guild, c.req.valid("param").id, true)), 200),
);

rosterApi.openapi(
  api.delete("/roster/persons/{id}/archival", {
    id: "restorePerson",
    summary: "Restore person",
    needs: "roster.manage",
    params: id,
    answers: onePerson,
  }),
  async (c) =>
    c.json(plain(await service.setArchived(c.var.guild, c.req.valid("param").id, false)), 200),
);

rosterApi.openapi(
  api.post("/roster/persons/{id}/characters", {
    id: "addCharacter",
    summary: "Add character",
    needs: "roster.manage",
    params: id,
    body: inputs.newCharacter,
    answers: newPerson,
  }),
  async (c) => {
    const { id: personId } = c.req.valid("param");
    return c.json(
      plain(await characters.addCharacter(c.var.guild, personId, c.req.valid("json"))),
      201,
    );
  },
);

rosterApi.openapi(
  api.patch("/roster/characters/{id}", {
    id: "changeCharacter",
    summary: "Change character",
    needs: "roster.manage",
    params: id,
    body: inputs.characterChange,
    answers: onePerson,
  }),
  async (c) => {
    const { id: characterId } = c.req.valid("param");
    return c.json(
      plain(await characters.changeCharacter(c.var.guild, characterId, c.req.valid("json"))),
      200,
    );
  },
);

rosterApi.openapi(
  api.put("/roster/persons/{id}/member", {
    id: "linkMember",
    summary: "Link member",
    needs: "roster.manage",
    params: id,
    body: inputs.memberLink,
    answers: onePerson,
  }),
  async (c) => {
    const { id: personId } = c.req.valid("param");
    const { personId: fromId } = c.req.valid("json");
    return c.json(plain(await linkMember(c.var.guild, personId, fromId)), 200);
  },
);

rosterApi.openapi(
  api.put("/roster/characters/{id}/main", {
    id: "makeMain",
    summary: "Make main",
    needs: "roster.manage",
    params: id,
    answers: onePerson,
  }),
  async (c) => c.json(plain(await characters.makeMain(c.var.guild, c.req.valid("param").id)), 200),
);

rosterApi.openapi(
  api.delete("/roster/characters/{id}", {
    id: "removeCharacter",
    summary: "Remove character",
    needs: "roster.manage",
    params: id,
    answers: { 204: { description: "Removed." } },
  }),
  async (c) => {
    await characters.removeCharacter(c.var.guild, c.req.valid("param").id);
    return c.body(null, 204);
  },
);

rosterApi.openapi(
  api.post("/roster/previews", {
    id: "previewRoster",
    summary: "Preview roster",
    needs: "roster.manage",
    body: inputs.rosterText,
    answers: {
      200: json(z.object({ lines: z.array(inputs.previewLineJson) }), "What each line would do."),
    },
  }),
  async (c) => {
    const lines = await previewRoster(c.var.guild, c.req.valid("json").text);
    return c.json({ lines: lines.map((line) => ({ ...line, problems: [...line.problems] })) }, 200);
  },
);

rosterApi.openapi(
  api.post("/roster/imports", {
    id: "importRoster",
    summary: "Import roster",
    needs: "roster.manage",
    body: inputs.rosterText,
    answers: { 201: json(inputs.importJson, "What was taken over.") },
  }),
  async (c) => c.json(await importRoster(c.var.guild, c.req.valid("json").text), 201),
);

function plain(person: service.Person) {
  return { ...person, characters: [...person.characters] };
}
