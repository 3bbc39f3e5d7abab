import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { guildHref } from "../../web/layout.tsx";
import { parsedForm, sentForm } from "../page-forms.ts";
import { claimBody, claimQuery, decisionBody } from "./api.ts";
import * as service from "./claims.ts";
import { ChoicePage, ClaimsPage } from "./views/claims.tsx";

type Page = Context<GuildEnv>;

/** The page "Which character is yours?" for new members, and the officers' list of claims. */
export function claimsPages() {
  const pages = createRouter<GuildEnv>();
  const manage = requirePermission("roster.manage");
  pages.get("/join", showChoice);
  pages.post("/join", async (c) => {
    const { characterId } = await sentForm(c);
    const choice = parsedForm(claimBody, { characterId: characterId || null });
    await service.claimCharacter(c.var.guild, c.var.services.platform, choice.characterId);
    return c.redirect(`${guildHref(viewOf(c), "/join")}?done=saved`, 303);
  });
  pages.get("/roster/claims", manage, async (c) =>
    c.html(<ClaimsPage view={viewOf(c)} claims={await service.claims(c.var.guild)} />),
  );
  pages.post("/roster/claims/:user/decision", manage, async (c) => {
    const { confirmed, characterId } = await sentForm(c);
    const { guild, services } = c.var;
    const decision = parsedForm(decisionBody, {
      confirmed: confirmed === "yes",
      ...(characterId !== undefined && { characterId: characterId || null }),
    });
    await service.decideClaim(guild, services.platform, c.req.param("user")!, decision);
    return c.redirect(`${guildHref(viewOf(c), "/roster/claims")}?done=saved`, 303);
  });
  return pages;
}

async function showChoice(c: Page) {
  const ctx = c.var.guild;
  const asked = await service.askForClaim(ctx, c.var.services.platform);
  // A member who has a person, and the first members of an empty roster, have nothing to choose.
  const isSettled = asked.state === "linked" || asked.state === "new";
  if (isSettled || (asked.state === "none" && asked.candidates.length === 0)) {
    return c.redirect(guildHref(viewOf(c), "/"), 303);
  }
  const { q } = parsedForm(claimQuery, c.req.query());
  const claim = q ? await service.ownClaim(ctx, c.var.services.platform, q) : asked;
  return c.html(<ChoicePage view={viewOf(c)} claim={claim} />);
}
