import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { guildHref } from "../../web/layout.tsx";
import { parsedForm, sentForm } from "../page-forms.ts";
import { person } from "../roster/service.ts";
import { joinBody, memberLink, moveBody } from "./api.ts";
import { linkMember } from "./member-links.ts";
import * as service from "./service.ts";
import { JoinPage } from "./views/join.tsx";

type Page = Context<GuildEnv>;

/** Below `/g/:guild/roster`: joins of persons, moves of characters, and their undoing. */
export function personsPages() {
  const pages = createRouter<GuildEnv>();
  const manage = requirePermission("roster.manage");
  pages.get("/roster/:id/join", manage, showPreview);
  pages.post("/roster/:id/join", manage, async (c) => {
    const { fromId } = await sentForm(c);
    const intoId = c.req.param("id")!;
    await service.joinPersons(
      c.var.guild,
      c.var.services.platform,
      parsedForm(joinBody, { fromId, intoId }),
    );
    return toPerson(c, intoId, "saved");
  });
  pages.post("/roster/:id/member", manage, async (c) => {
    const { personId } = parsedForm(memberLink, await sentForm(c));
    await linkMember(c.var.guild, c.var.services.platform, c.req.param("id")!, personId);
    return toPerson(c, c.req.param("id")!, "saved");
  });
  pages.post("/roster/:id/joins/:join/reversal", manage, async (c) => {
    await service.undoJoin(c.var.guild, c.req.param("join")!);
    return toPerson(c, c.req.param("id")!, "undone");
  });
  pages.post("/roster/:id/characters/:character/moves", manage, async (c) => {
    const { personId } = await sentForm(c);
    const choice = parsedForm(moveBody, { personId: personId || null });
    const character = c.req.param("character")!;
    const { into } = await service.moveCharacter(c.var.guild, character, choice.personId);
    return toPerson(c, into.id, "saved");
  });
  return pages;
}

async function showPreview(c: Page) {
  const ctx = c.var.guild;
  const into = await person(ctx, c.req.param("id")!);
  const input = parsedForm(joinBody, { fromId: c.req.query("fromId") ?? "", intoId: into.id });
  const preview = await service.previewJoin(ctx, c.var.services.platform, input);
  return c.html(<JoinPage view={viewOf(c)} input={input} preview={preview} />);
}

function toPerson(c: Page, id: string, done: "saved" | "undone") {
  return c.redirect(`${guildHref(viewOf(c), `/roster/${id}`)}?done=${done}`, 303);
}
