import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import * as characters from "./characters.ts";
import { importRoster, previewRoster } from "./importing.ts";
import * as inputs from "./inputs.ts";
import { linkMember } from "./linking.ts";
import * as service from "./service.ts";

const tags = ["Roster"];
const id = z.object({ id: z.uuid() });
const manage = requirePermission("roster.manage");
const onePerson = { 200: json(inputs.personJson, "The person as it is now."), default: problem };
const newPerson = { 201: json(inputs.personJson, "The person as it is now."), default: problem };

const list = createRoute({
  method: "get",
  path: "/roster",
  operationId: "listPersons",
  tags,
  middleware: [requirePermission("roster.view")] as const,
  request: { query: paging.extend(inputs.rosterFilters.shape) },
  responses: { 200: json(pageOf(inputs.personJson), "People and characters."), default: problem },
});

const get = createRoute({
  method: "get",
  path: "/roster/persons/{id}",
  operationId: "getPerson",
  tags,
  middleware: [requirePermission("roster.view")] as const,
  request: { params: id },
  responses: onePerson,
});

const add = createRoute({
  method: "post",
  path: "/roster/persons",
  operationId: "addPerson",
  tags,
  middleware: manage,
  request: { body: jsonBody(inputs.newPerson) },
  responses: newPerson,
});

const change = createRoute({
  method: "patch",
  path: "/roster/persons/{id}",
  operationId: "changePerson",
  tags,
  middleware: manage,
  request: { params: id, body: jsonBody(inputs.personChange) },
  responses: onePerson,
});

const archive = createRoute({
  method: "put",
  path: "/roster/persons/{id}/archival",
  operationId: "archivePerson",
  tags,
  middleware: manage,
  request: { params: id },
  responses: onePerson,
});

const restore = createRoute({
  method: "delete",
  path: "/roster/persons/{id}/archival",
  operationId: "restorePerson",
  tags,
  middleware: manage,
  request: { params: id },
  responses: onePerson,
});

const addCharacter = createRoute({
  method: "post",
  path: "/roster/persons/{id}/characters",
  operationId: "addCharacter",
  tags,
  middleware: manage,
  request: { params: id, body: jsonBody(inputs.newCharacter) },
  responses: newPerson,
});

const changeCharacter = createRoute({
  method: "patch",
  path: "/roster/characters/{id}",
  operationId: "changeCharacter",
  tags,
  middleware: manage,
  request: { params: id, body: jsonBody(inputs.characterChange) },
  responses: onePerson,
});

const link = createRoute({
  method: "put",
  path: "/roster/persons/{id}/member",
  operationId: "linkMember",
  tags,
  middleware: manage,
  request: { params: id, body: jsonBody(inputs.memberLink) },
  responses: onePerson,
});

const makeMain = createRoute({
  method: "put",
  path: "/roster/characters/{id}/main",
  operationId: "makeMain",
  tags,
  middleware: manage,
  request: { params: id },
  responses: onePerson,
});

const removeCharacter = createRoute({
  method: "delete",
  path: "/roster/characters/{id}",
  operationId: "removeCharacter",
  tags,
  middleware: manage,
  request: { params: id },
  responses: { 204: { description: "Removed." }, default: problem },
});

const preview = createRoute({
  method: "post",
  path: "/roster/previews",
  operationId: "previewRoster",
  tags,
  middleware: manage,
  request: { body: jsonBody(inputs.rosterText) },
  responses: {
    200: json(z.object({ lines: z.array(inputs.previewLineJson) }), "What each line would do."),
    default: problem,
  },
});

const imports = createRoute({
  method: "post",
  path: "/roster/imports",
  operationId: "importRoster",
  tags,
  middleware: manage,
  request: { body: jsonBody(inputs.rosterText) },
  responses: { 201: json(inputs.importJson, "What was taken over."), default: problem },
});

/** People and characters. */
export function rosterApi() {
  return createRouter<GuildEnv>()
    .openapi(list, async (c) => {
      const page = await service.persons(c.var.guild, c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(plain) }, 200);
    })
    .openapi(get, async (c) =>
      c.json(plain(await service.person(c.var.guild, c.req.valid("param").id)), 200),
    )
    .openapi(add, async (c) => {
      const person = await service.addPerson(c.var.guild, c.req.valid("json"));
      c.header("Location", `/api/g/${c.var.guild.guild.slug}/roster/persons/${person.id}`);
      return c.json(plain(person), 201);
    })
    .openapi(change, async (c) => {
      const { id: personId } = c.req.valid("param");
      return c.json(
        plain(await service.changePerson(c.var.guild, personId, c.req.valid("json"))),
        200,
      );
    })
    .openapi(archive, async (c) =>
      c.json(plain(await service.setArchived(c.var.guild, c.req.valid("param").id, true)), 200),
    )
    .openapi(restore, async (c) =>
      c.json(plain(await service.setArchived(c.var.guild, c.req.valid("param").id, false)), 200),
    )
    .openapi(addCharacter, async (c) => {
      const { id: personId } = c.req.valid("param");
      return c.json(
        plain(await characters.addCharacter(c.var.guild, personId, c.req.valid("json"))),
        201,
      );
    })
    .openapi(changeCharacter, async (c) => {
      const { id: characterId } = c.req.valid("param");
      return c.json(
        plain(await characters.changeCharacter(c.var.guild, characterId, c.req.valid("json"))),
        200,
      );
    })
    .openapi(link, async (c) => {
      const { id: personId } = c.req.valid("param");
      const { personId: fromId } = c.req.valid("json");
      return c.json(plain(await linkMember(c.var.guild, personId, fromId)), 200);
    })
    .openapi(makeMain, async (c) =>
      c.json(plain(await characters.makeMain(c.var.guild, c.req.valid("param").id)), 200),
    )
    .openapi(removeCharacter, async (c) => {
      await characters.removeCharacter(c.var.guild, c.req.valid("param").id);
      return c.body(null, 204);
    })
    .openapi(preview, async (c) => {
      const lines = await previewRoster(c.var.guild, c.req.valid("json").text);
      return c.json(
        { lines: lines.map((line) => ({ ...line, problems: [...line.problems] })) },
        200,
      );
    })
    .openapi(imports, async (c) =>
      c.json(await importRoster(c.var.guild, c.req.valid("json").text), 201),
    );
}

function plain(person: service.Person) {
  return { ...person, characters: [...person.characters] };
}
