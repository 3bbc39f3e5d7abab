import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../../../http/env.ts";
import { statusOf } from "../../../http/problem.ts";
import { createRouter } from "../../../http/router.ts";
import { onlyCookie } from "../../../http/session.ts";
import { viewOf } from "../../../http/view.ts";
import { AppError, Forbidden } from "../../../kernel/errors.ts";
import { limits } from "../../../limits.ts";
import { emptyForm } from "../../../web/forms.tsx";
import { sentenceOf } from "../../../web/i18n/index.ts";
import { newcomerInput } from "../api.ts";
import { flags, keepSession } from "../cookie.ts";
import { onForm, ownPage, toProof } from "../form-page.ts";
import { localPath } from "../next-path.ts";
import { signUpNewcomer } from "./provider-sign-in.ts";
import { type Newcomer, type Round, seal, unseal } from "./rounds.ts";
import { beginRound, endRound } from "./service.ts";
import { NewcomerPage, RoundFailedPage } from "./views/providers.tsx";

type Page = Context<AppEnv>;

/** The way to a provider and back, for signing in, for linking and for proving who one is. */
export function identitiesPages() {
  const pages = createRouter();
  // Safe requests: they store nothing, and what they seal is good for this browser only.
  pages.get("/sign-in/:provider", async (c) => {
    const { host, origin } = c.var.services.config.publicUrl;
    // A cookie set below a guild's own host would not come along to the address we come back to.
    if (new URL(c.req.url).host !== host) return c.redirect(`${origin}${c.req.path}`, 303);
    return await toProvider(c, "sign-in", localPath(c.req.query("next"), "/guilds"));
  });
  pages.get("/sign-in/:provider/callback", comeBack);
  pages.get("/account/identities/:provider", (c) => {
    refuseFromElsewhere(c);
    return toProvider(c, "link", "/account?done=linked");
  });
  pages.get("/account/proof/:provider", (c) => {
    refuseFromElsewhere(c);
    return toProvider(c, "prove", localPath(c.req.query("next"), "/account"));
  });
  pages.get("/sign-up/newcomer", async (c) => {
    const newcomer = await newcomerOf(c);
    if (newcomer === undefined) return c.redirect("/sign-up", 303);
    return ownPage(c, newcomerHtml(c, newcomer, emptyForm));
  });
  pages.post("/sign-up/newcomer", signUp);
  return pages;
}

async function toProvider(c: Page, purpose: Round["purpose"], next: string): Promise<Response> {
  try {
    const provider = c.req.param("provider") ?? "";
    const { url, sealed } = await beginRound(c.var.platform, { provider, purpose, next });
    keep(c, "round", sealed);
    c.header("Cache-Control", "no-store");
    return c.redirect(url.href, 303);
  } catch (error) {
    if (error instanceof AppError && error.code === "auth/proof-required") {
      return toProof(c, "/account");
    }
    throw error;
  }
}

async function comeBack(c: Page): Promise<Response> {
  const { platform, locale } = c.var;
  c.header("Cache-Control", "no-store");
  const input = {
    provider: c.req.param("provider") ?? "",
    sealed: onlyCookie(c, cookieName(c, "round")),
    parameters: new URL(c.req.url).searchParams,
    locale,
  };
  deleteCookie(c, cookieName(c, "round"), flags(c));
  try {
    const end = await endRound(platform, input);
    if (end.type === "signed-in") keepSession(c, end.session);
    if (end.type === "newcomer") {
      keep(c, "newcomer", await seal(platform.services, "newcomer", end.newcomer));
      return c.redirect("/sign-up/newcomer", 303);
    }
    const saidNo = c.var.caller.type === "user" ? "/account" : "/sign-in";
    return c.redirect(end.type === "refused" ? saidNo : end.next, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    const view = viewOf(c);
    c.status(statusOf(error) as 400);
    const detail = sentenceOf(view.messages, error.code, error.message);
    return await ownPage(c, <RoundFailedPage view={view} detail={detail} />);
  }
}

async function signUp(c: Page): Promise<Response> {
  const sealed = onlyCookie(c, cookieName(c, "newcomer"));
  const newcomer = await newcomerOf(c);
  if (newcomer === undefined) return c.redirect("/sign-up", 303);
  return await onForm(
    c,
    newcomerInput,
    (form) => newcomerHtml(c, newcomer, form),
    async (input) => {
      const { locale, platform } = c.var;
      const { session, next } = await signUpNewcomer(platform, { ...input, sealed, locale });
      keepSession(c, session);
      deleteCookie(c, cookieName(c, "newcomer"), flags(c));
      return c.redirect(next, 303);
    },
  );
}

function newcomerHtml(c: Page, { name, email }: Newcomer, form: typeof emptyForm) {
  return <NewcomerPage view={viewOf(c)} form={form} name={name} email={email ?? ""} />;
}

function newcomerOf(c: Page): Promise<Newcomer | undefined> {
  return unseal(c.var.services, "newcomer", onlyCookie(c, cookieName(c, "newcomer")));
}

/** Another site must not make a browser link the account that it is signed in to elsewhere. */
function refuseFromElsewhere(c: Page): void {
  if (c.req.header("sec-fetch-site") === "same-origin") return;
  throw new Forbidden(
    "request/cross-site",
    "This request seems to come from another site. Open the page here and try again.",
  );
}

function keep(c: Page, kind: "round" | "newcomer", sealed: string): void {
  const maxAge = limits.auth.providerRoundMs / 1_000;
  setCookie(c, cookieName(c, kind), sealed, { ...flags(c), httpOnly: true, maxAge });
}

/** Bound to this host like the session's. */
function cookieName(c: Page, kind: "round" | "newcomer"): string {
  const isSecure = c.var.services.config.publicUrl.protocol === "https:";
  return `${isSecure ? "__Host-" : ""}guildhall-${kind}`;
}
