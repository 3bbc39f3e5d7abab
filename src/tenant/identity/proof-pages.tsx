import type { Context } from "hono";
import { requireMember } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { namespaceOf } from "../../kernel/game/editions.ts";
import { type OwnedCharacters, unseal } from "../../platform/accounts/providers/flows.ts";
import {
  forgetSealedCookie,
  sealedCookie,
  setSealedCookie,
} from "../../platform/accounts/providers/sealed-cookie.ts";
import { beginFlow } from "../../platform/accounts/providers/service.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { guildHref } from "../../web/layout.tsx";
import { parsedForm, sentForm } from "../page-forms.ts";
import { noteCodeBody, provableFilter } from "./api.ts";
import * as service from "./proofs.ts";
import { BattlenetPage, ProofsPage } from "./views/proofs.tsx";

type Page = Context<GuildEnv>;

/** Below `/g/:guild/identity/proofs`: members prove which characters are theirs. */
export function proofsPages() {
  const pages = createRouter<GuildEnv>();
  const member = requireMember("roster.view");
  pages.get("/identity/proofs", member, async (c) => c.html(await proofsHtml(c, emptyForm)));
  pages.post("/identity/proofs/codes", member, makeCode);
  pages.post("/identity/proofs/:id/withdrawal", member, async (c) => {
    await service.withdrawProof(c.var.guild, c.req.param("id")!);
    return toProofs(c, "removed");
  });
  pages.get("/identity/proofs/battlenet/start", member, toBattlenet);
  pages.get("/identity/proofs/battlenet", member, async (c) => {
    const owned = await ownedOf(c);
    const found = owned && (await service.ownedHere(c.var.guild, owned));
    const isRefused = c.req.query("refused") === "yes";
    c.header("Cache-Control", "no-store");
    return c.html(<BattlenetPage view={viewOf(c)} found={found} isRefused={isRefused} />);
  });
  pages.post("/identity/proofs/battlenet", member, confirmBattlenet);
  return pages;
}

async function makeCode(c: Page) {
  const values = await sentForm(c);
  try {
    const { characterId } = parsedForm(noteCodeBody, values);
    const made = await service.openNoteCode(c.var.guild, characterId);
    c.header("Cache-Control", "no-store");
    return c.html(await proofsHtml(c, emptyForm, made), 201);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const form = failedForm(error, values, viewOf(c).messages);
    return c.html(await proofsHtml(c, form), statusOf(error) as 422);
  }
}

async function proofsHtml(c: Page, form: FormState, made?: service.NoteCode) {
  const ctx = c.var.guild;
  const { q } = parsedForm(provableFilter, { q: c.req.query("q") ?? "" });
  const shown = {
    proofs: await service.ownProofs(ctx),
    characters: await service.provableCharacters(ctx, q),
    hasBattlenet: await hasBattlenet(c),
    ...(made && { made }),
  };
  return <ProofsPage view={viewOf(c)} form={form} {...shown} />;
}

/** Is the server registered at Battle.net, and has Blizzard an API for the guild's game? */
async function hasBattlenet(c: Page): Promise<boolean> {
  const { edition, region } = await service.gameOf(c.var.guild);
  const { battlenet } = c.var.services.config.providers;
  return battlenet !== undefined && namespaceOf(edition, "profile", region) !== undefined;
}

async function toBattlenet(c: Page) {
  const { host, origin } = c.var.services.config.publicUrl;
  if (!(await hasBattlenet(c))) return c.redirect(guildHref(viewOf(c), "/identity/proofs"), 303);
  const here = guildHref(viewOf(c), "/identity/proofs/battlenet");
  // The provider returns to the main host. A cookie of a guild's own host would not reach it.
  if (new URL(c.req.url).host !== host) return c.redirect(`${origin}${here}/start`, 303);
  const { url, sealed } = await beginFlow(c.var.platform, {
    provider: "battlenet",
    purpose: "characters",
    next: here,
    game: await service.gameOf(c.var.guild),
  });
  setSealedCookie(c, "round", sealed);
  c.header("Cache-Control", "no-store");
  return c.redirect(url.href, 303);
}

async function confirmBattlenet(c: Page) {
  const owned = await ownedOf(c);
  forgetSealedCookie(c, "characters");
  if (owned === undefined) {
    return c.redirect(guildHref(viewOf(c), "/identity/proofs/battlenet"), 303);
  }
  await service.proveByBattlenet(c.var.guild, c.var.services, owned);
  return toProofs(c, "saved");
}

/** What Battle.net listed for this very session. */
async function ownedOf(c: Page): Promise<OwnedCharacters | undefined> {
  const owned = await unseal(c.var.services, "characters", sealedCookie(c, "characters"));
  const { caller } = c.var;
  return caller.type === "user" && owned?.sessionId === caller.sessionId ? owned : undefined;
}

function toProofs(c: Page, done: "saved" | "removed") {
  return c.redirect(`${guildHref(viewOf(c), "/identity/proofs")}?done=${done}`, 303);
}
