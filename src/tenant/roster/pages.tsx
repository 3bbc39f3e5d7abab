import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter, invalidFrom } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { emptyForm, failedForm } from "../../web/forms.tsx";
import { guildHref } from "../../web/layout.tsx";
import { importRoster, previewRoster } from "./importing.ts";
import * as inputs from "./inputs.ts";
import * as service from "./service.ts";
import { AddPage, ImportPage, PersonPage, RosterPage } from "./views.tsx";

type PageContext = Context<GuildEnv>;

/** The roster, its people, and taking one over from pasted text. */
export function rosterPages() {
  const router = createRouter<GuildEnv>();
  const canManage = requirePermission("roster.manage");
  router.get("/roster", showRoster);
  router.get("/roster/new", canManage, (c) =>
    c.html(<AddPage view={viewOf(c)} form={emptyForm} />),
  );
  router.post("/roster/new", canManage, addPerson);
  router.get("/roster/import", canManage, (c) =>
    c.html(<ImportPage view={viewOf(c)} text="" lines={undefined} />),
  );
  router.post("/roster/import", canManage, importText);
  router.get("/roster/:id", async (c) => {
    const person = await service.person(c.var.guild, c.req.param("id"));
    return c.html(<PersonPage view={viewOf(c)} person={person} form={emptyForm} />);
  });
  router.post("/roster/:id/archival", canManage, async (c) => {
    const id = c.req.param("id")!;
    const { isArchived } = await c.req.parseBody();
    await service.setArchived(c.var.guild, id, isArchived === "yes");
    return c.redirect(`${guildHref(viewOf(c), `/roster/${id}`)}?done=saved`, 303);
  });
  router.post("/roster/:id/characters", canManage, addCharacter);
  router.post("/roster/:id/characters/:character/main", canManage, async (c) => {
    const { id } = await service.makeMain(c.var.guild, c.req.param("character")!);
    return c.redirect(`${guildHref(viewOf(c), `/roster/${id}`)}?done=saved`, 303);
  });
  router.post("/roster/:id/characters/:character/removal", canManage, async (c) => {
    await service.removeCharacter(c.var.guild, c.req.param("character")!);
    return c.redirect(`${guildHref(viewOf(c), `/roster/${c.req.param("id")}`)}?done=removed`, 303);
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

async function addPerson(c: PageContext) {
  const values = await textFields(c);
  return await orForm(
    c,
    async () => {
      const input = inputs.newPerson.safeParse({
        name: values["name"],
        ...(values["class"] && { character: { name: values["name"], class: values["class"] } }),
      });
      if (!input.success) throw invalidFrom(input.error, "form");
      const person = await service.addPerson(c.var.guild, input.data);
      return c.redirect(`${guildHref(viewOf(c), `/roster/${person.id}`)}?done=added`, 303);
    },
    (error) => <AddPage view={viewOf(c)} form={failedForm(error, values)} />,
  );
}

async function addCharacter(c: PageContext) {
  const id = c.req.param("id")!;
  const values = await textFields(c);
  return await orForm(
    c,
    async () => {
      const { role, ...rest } = values;
      const input = inputs.newCharacter.safeParse({ ...rest, ...(role && { role }) });
      if (!input.success) throw invalidFrom(input.error, "form");
      await service.addCharacter(c.var.guild, id, input.data);
      return c.redirect(`${guildHref(viewOf(c), `/roster/${id}`)}?done=added`, 303);
    },
    async (error) => {
      const person = await service.person(c.var.guild, id);
      return <PersonPage view={viewOf(c)} person={person} form={failedForm(error, values)} />;
    },
  );
}

async function importText(c: PageContext) {
  const { text = "", take } = await textFields(c);
  if (take === "yes") {
    await importRoster(c.var.guild, text);
    return c.redirect(`${guildHref(viewOf(c), "/roster")}?done=added`, 303);
  }
  const lines = await previewRoster(c.var.guild, text);
  return c.html(<ImportPage view={viewOf(c)} text={text} lines={lines} />);
}

type Values = Record<string, string>;

async function textFields(c: PageContext): Promise<Values> {
  const sent = Object.entries(await c.req.parseBody());
  return Object.fromEntries(
    sent.filter((one): one is [string, string] => typeof one[1] === "string"),
  );
}

/** Runs `act`; what goes wrong comes back in the form as it was sent. */
async function orForm(
  c: PageContext,
  act: () => Promise<Response>,
  show: (error: AppError) => FormHtml | Promise<FormHtml>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    c.status(statusOf(error) as 422);
    const page = await show(error);
    return c.html(page);
  }
}

type FormHtml = ReturnType<typeof AddPage>;
