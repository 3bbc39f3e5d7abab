import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { parsedForm, sentForm } from "../../http/forms.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter, invalidFrom } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { toCsv } from "../../kernel/csv.ts";
import { AppError, NotFound } from "../../kernel/errors.ts";
import type { CharacterId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { guildHref } from "../../web/layout.tsx";
import { type GuildContext, may } from "../context.ts";
import * as inputs from "./api.ts";
import * as characters from "./characters.ts";
import { importRoster, previewRoster } from "./import.ts";
import { isOwnPerson, joinsOf, looseMembers, otherPeople } from "./member-links.ts";
import * as service from "./service.ts";
import { CharacterPage, type PersonForms, PersonPage } from "./views/person.tsx";
import { AddPage, ImportPage, RosterPage } from "./views/roster.tsx";

type PageContext = Context<GuildEnv>;

/** Which of these characters a proof gave to their person. A later feature knows. */
type ProvedCharacters = (
  ctx: GuildContext,
  ids: readonly CharacterId[],
) => Promise<ReadonlySet<CharacterId>>;

/** The pages of the roster, of its people, and of the import from pasted text. */
export function rosterPages({ proved }: { readonly proved: ProvedCharacters }) {
  const router = createRouter<GuildEnv>();
  const canView = requirePermission("roster.view");
  const canManage = requirePermission("roster.manage");
  router.get("/roster", canView, showRoster);
  router.get("/roster/export.csv", canView, sendCsv);
  router.get("/roster/new", canManage, (c) =>
    c.html(<AddPage view={viewOf(c)} form={emptyForm} />),
  );
  router.post("/roster/new", canManage, addPerson);
  router.get("/roster/import", canManage, (c) =>
    c.html(<ImportPage view={viewOf(c)} text="" lines={undefined} />),
  );
  router.post("/roster/import", canManage, importText);
  router.get("/roster/:id", canView, (c) => showPerson(c, {}, proved));
  router.post("/roster/:id", canManage, (c) => changePerson(c, proved));
  router.post("/roster/:id/archival", canManage, async (c) => {
    const { isArchived } = await sentForm(c);
    await service.setArchived(c.var.guild, c.req.param("id")!, isArchived === "yes");
    return toPerson(c, "saved");
  });
  router.post("/roster/:id/characters", canManage, (c) => addCharacter(c, proved));
  router.get("/roster/:id/characters/:character", canManage, (c) => showCharacter(c, emptyForm));
  router.post("/roster/:id/characters/:character", canManage, changeCharacter);
  router.post("/roster/:id/characters/:character/main", canManage, async (c) => {
    await characters.makeMain(c.var.guild, c.req.param("character")!);
    return toPerson(c, "saved");
  });
  router.post("/roster/:id/characters/:character/removal", canManage, async (c) => {
    await characters.removeCharacter(c.var.guild, c.req.param("character")!);
    return toPerson(c, "removed");
  });
  return router;
}

async function showRoster(c: PageContext) {
  const sent = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  const filters = inputs.rosterFilters.safeParse(Object.fromEntries(sent));
  if (!filters.success) throw invalidFrom(filters.error, "query");
  const cursor = c.req.query("cursor");
  const page = await service.persons(c.var.guild, {
    ...filters.data,
    limit: limits.roster.pageRows,
    ...(cursor && { cursor }),
  });
  return c.html(<RosterPage view={viewOf(c)} page={page} filters={filters.data} />);
}

async function sendCsv(c: PageContext) {
  const rows = await service.rosterRows(c.var.guild);
  return c.body(toCsv(rows), 200, {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${c.var.guild.guild.slug}-roster.csv"`,
    "Cache-Control": "no-store",
  });
}

async function showPerson(c: PageContext, forms: PersonForms, proved: ProvedCharacters) {
  const ctx = c.var.guild;
  const person = await service.person(ctx, c.req.param("id")!);
  const mayManage = may(ctx, "roster.manage");
  const lists = {
    proved: await proved(
      ctx,
      person.characters.map(({ id }) => id),
    ),
    isOwn: await isOwnPerson(ctx, person.id),
    members: mayManage ? await looseMembers(ctx) : [],
    others: mayManage ? await otherPeople(ctx, person.id) : [],
    joins: mayManage ? await joinsOf(ctx, person.id) : [],
  };
  return c.html(<PersonPage view={viewOf(c)} person={person} forms={forms} {...lists} />);
}

async function showCharacter(c: PageContext, form: FormState) {
  const person = await service.person(c.var.guild, c.req.param("id")!);
  const character = person.characters.find(({ id }) => id === c.req.param("character"));
  if (character === undefined) {
    throw new NotFound(
      "roster/character-not-found",
      "This character does not exist. Reload the page of the person.",
    );
  }
  const others = await otherPeople(c.var.guild, person.id);
  const shown = { person, character, others, form };
  return c.html(<CharacterPage view={viewOf(c)} {...shown} />);
}

async function addPerson(c: PageContext) {
  const values = await sentForm(c);
  return await orForm(
    c,
    values,
    async () => {
      const { name, class: classId } = values;
      const input = { name, ...(classId && { character: { name, class: classId } }) };
      const person = await service.addPerson(c.var.guild, parsedForm(inputs.newPerson, input));
      return c.redirect(`${guildHref(viewOf(c), `/roster/${person.id}`)}?done=added`, 303);
    },
    async (form) => c.html(<AddPage view={viewOf(c)} form={form} />),
  );
}

async function changePerson(c: PageContext, proved: ProvedCharacters) {
  const values = await sentForm(c);
  return await orForm(
    c,
    values,
    async () => {
      const { personName: name, memberSince, isRaider, hasRaids, ...notes } = values;
      // A form of an older page has no fields about raids.
      const raids = { memberSince: memberSince || null, isRaider: isRaider === "on" };
      const change = parsedForm(inputs.personChange, { name, ...notes, ...(hasRaids && raids) });
      await service.changePerson(c.var.guild, c.req.param("id")!, change);
      return toPerson(c, "saved");
    },
    ({ errors, ...form }) => {
      const { name, ...rest } = errors;
      const shown = name === undefined ? rest : { ...rest, personName: name };
      return showPerson(c, { details: { ...form, errors: shown } }, proved);
    },
  );
}

async function addCharacter(c: PageContext, proved: ProvedCharacters) {
  const values = await sentForm(c);
  return await orForm(
    c,
    values,
    async () => {
      const input = parsedForm(inputs.newCharacter, characterFields(values));
      await characters.addCharacter(c.var.guild, c.req.param("id")!, input);
      return toPerson(c, "added");
    },
    (form) => showPerson(c, { character: form }, proved),
  );
}

async function changeCharacter(c: PageContext) {
  const values = await sentForm(c);
  return await orForm(
    c,
    values,
    async () => {
      const input = parsedForm(inputs.characterChange, characterFields(values));
      await characters.changeCharacter(c.var.guild, c.req.param("character")!, input);
      return toPerson(c, "saved");
    },
    (form) => showCharacter(c, form),
  );
}

async function importText(c: PageContext) {
  const values = await sentForm(c);
  const text = values["text"] ?? "";
  return await orForm(
    c,
    values,
    async () => {
      parsedForm(inputs.rosterText, { text });
      if (values["take"] === "yes") {
        await importRoster(c.var.guild, text);
        return c.redirect(`${guildHref(viewOf(c), "/roster")}?done=added`, 303);
      }
      const lines = await previewRoster(c.var.guild, text);
      return c.html(<ImportPage view={viewOf(c)} text={text} lines={lines} />);
    },
    async (form) =>
      c.html(<ImportPage view={viewOf(c)} text={text} lines={undefined} form={form} />),
  );
}

type Values = Record<string, string>;

/** A form cannot send null. An empty choice means that the role is not known. */
function characterFields({ role, ...rest }: Values) {
  return { ...rest, role: role || null };
}

function toPerson(c: PageContext, done: "saved" | "added" | "removed") {
  const path = guildHref(viewOf(c), `/roster/${c.req.param("id")}`);
  return c.redirect(`${path}?done=${done}`, 303);
}

/** Runs `act`. A refused input is shown again in its form, with the problem in the reader's language. */
async function orForm(
  c: PageContext,
  values: Values,
  act: () => Promise<Response>,
  show: (form: FormState) => Promise<Response>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 422);
    return await show(translated(c, failedForm(error, values, viewOf(c).messages), error.code));
  }
}

function translated(c: PageContext, form: FormState, code: string): FormState {
  const t = viewOf(c).messages.roster.errors;
  const isTaken = code === "roster/name-taken";
  if (!isTaken && code !== "request/invalid") return form;
  const name = form.errors["name"] !== undefined && { name: isTaken ? t.taken : t.name };
  return {
    ...form,
    detail: isTaken ? t.taken : t.input,
    errors: { ...form.errors, ...name },
  };
}
