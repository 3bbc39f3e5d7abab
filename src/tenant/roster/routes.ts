import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as characters from "./characters.ts";
import { importRoster, previewRoster } from "./import.ts";
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
    summary: "List people and their characters",
    description: "Returns a page of the roster. Filter it by name, class, role and status.",
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
    summary: "Get a person",
    description: "Returns the person with all characters. Officers see the officers' note as well.",
    problems: ["roster/person-not-found"],
    needs: "roster.view",
    params: id,
    answers: onePerson,
  }),
  async (c) => c.json(plain(await service.person(c.var.guild, c.req.valid("param").id)), 200),
);

rosterApi.openapi(
  api.post("/roster/persons", {
    id: "addPerson",
    summary: "Add a person",
    description: "Adds a person to the roster, with a first character if one is given.",
    problems: ["roster/name-taken"],
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
    summary: "Change a person",
    description: "Changes the fields that are sent and keeps the others.",
    problems: ["roster/person-not-found", "roster/name-taken"],
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
    summary: "Archive a person",
    description: "Takes the person out of the lists. Points and history stay.",
    problems: ["roster/person-not-found"],
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
    summary: "Restore an archived person",
    description: "Brings the person back to the active roster, with their history and points.",
    problems: ["roster/person-not-found"],
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
    summary: "Add a character",
    description: "Adds a character to the person. The first character of a person is the main.",
    problems: ["roster/person-not-found", "roster/name-taken"],
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
    summary: "Change a character",
    description: "Changes the fields that are sent and keeps the others.",
    problems: ["roster/character-not-found", "roster/name-taken"],
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
  api.put("/roster/characters/{id}/main", {
    id: "makeMain",
    summary: "Make a character the main",
    description: "The person's main before becomes an alternate character.",
    problems: ["roster/character-not-found"],
    needs: "roster.manage",
    params: id,
    answers: onePerson,
  }),
  async (c) => c.json(plain(await characters.makeMain(c.var.guild, c.req.valid("param").id)), 200),
);

rosterApi.openapi(
  api.delete("/roster/characters/{id}", {
    id: "removeCharacter",
    summary: "Remove a character",
    description:
      "Removes the character. The person and the points stay. After a main, the oldest " +
      "other character becomes the main.",
    problems: ["roster/character-not-found"],
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
    summary: "Preview an import of a roster",
    description:
      "Reads the pasted text or CSV and says for each line what an import would do. " +
      "Changes nothing.",
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
    summary: "Import a roster",
    description:
      "Imports every good line of a pasted text or CSV, all of them or none. The same text " +
      "again changes nothing. Preview the text first.",
    problems: ["roster/name-taken"],
    needs: "roster.manage",
    body: inputs.rosterText,
    answers: { 201: json(inputs.importJson, "What was taken over.") },
  }),
  async (c) => c.json(await importRoster(c.var.guild, c.req.valid("json").text), 201),
);

function plain(person: service.Person) {
  return { ...person, characters: [...person.characters] };
}
