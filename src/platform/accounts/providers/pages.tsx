import type { Context } from "hono";
import type { AppEnv } from "../../../http/env.ts";
import { statusOf } from "../../../http/problem.ts";
import { createRouter } from "../../../http/router.ts";
import { viewOf } from "../../../http/view.ts";
import { AppError, Forbidden } from "../../../kernel/errors.ts";
import { emptyForm } from "../../../web/forms.tsx";
import { sentenceOf } from "../../../web/i18n/index.ts";
import { newUserInput } from "../api.ts";
import { keepSession } from "../cookie.ts";
import { askForCode } from "../factors/pending-cookie.ts";
import { onForm, ownPage, redirectToProof } from "../form-page.ts";
import { localPath } from "../next-path.ts";
import { type NewUser, type OAuthFlow, seal, unseal } from "./flows.ts";
import { signUpNewUser } from "./provider-sign-in.ts";
import { forgetSealedCookie, sealedCookie, setSealedCookie } from "./sealed-cookie.ts";
import { beginFlow, type FlowResult, finishFlow } from "./service.ts";
import { FlowFailedPage, NewUserPage } from "./views/providers.tsx";

type Page = Context<AppEnv>;

/** Redirects to a provider and back, for signing in, linking and confirming a sign-in. */
export function identitiesPages() {
  const pages = createRouter();
  // These requests are safe: they store nothing, and the sealed state works in this browser only.
  pages.get("/sign-in/:provider", async (c) => {
    const { host, origin } = c.var.services.config.publicUrl;
    // The callback address is on the main host. A cookie of a guild's own host would not reach it.
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
    const newUser = await newUserOf(c);
    if (newUser === undefined) return c.redirect("/sign-up", 303);
    return ownPage(c, newUserHtml(c, newUser, emptyForm));
  });
  pages.post("/sign-up/newcomer", signUp);
  return pages;
}

async function toProvider(c: Page, purpose: OAuthFlow["purpose"], next: string): Promise<Response> {
  try {
    const provider = c.req.param("provider") ?? "";
    const { url, sealed } = await beginFlow(c.var.platform, { provider, purpose, next });
    setSealedCookie(c, "round", sealed);
    c.header("Cache-Control", "no-store");
    return c.redirect(url.href, 303);
  } catch (error) {
    if (error instanceof AppError && error.code === "auth/proof-required") {
      return redirectToProof(c, "/account");
    }
    throw error;
  }
}

async function comeBack(c: Page): Promise<Response> {
  const { platform, locale } = c.var;
  c.header("Cache-Control", "no-store");
  const input = {
    provider: c.req.param("provider") ?? "",
    sealed: sealedCookie(c, "round"),
    parameters: new URL(c.req.url).searchParams,
    locale,
  };
  forgetSealedCookie(c, "round");
  try {
    const end = await finishFlow(platform, input);
    if (end.type === "signed-in") keepSession(c, end.session);
    if (end.type === "code-needed") return await askForCode(c, end.pending);
    if (end.type === "new-user") {
      setSealedCookie(c, "newcomer", await seal(platform.services, "newcomer", end.newUser));
      return c.redirect("/sign-up/newcomer", 303);
    }
    if (end.type === "characters") {
      setSealedCookie(c, "characters", await seal(platform.services, "characters", end.owned));
    }
    return c.redirect(end.type === "refused" ? afterRefusal(c, end) : end.next, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    const view = viewOf(c);
    c.status(statusOf(error) as 400);
    const detail = sentenceOf(view.messages, error.code, error.message);
    return await ownPage(c, <FlowFailedPage view={view} detail={detail} />);
  }
}

function afterRefusal(c: Page, end: Extract<FlowResult, { type: "refused" }>): string {
  if (end.purpose === "characters") return `${end.next}?refused=yes`;
  return c.var.caller.type === "user" ? "/account" : "/sign-in";
}

async function signUp(c: Page): Promise<Response> {
  const sealed = sealedCookie(c, "newcomer");
  const newUser = await newUserOf(c);
  if (newUser === undefined) return c.redirect("/sign-up", 303);
  return await onForm(
    c,
    newUserInput,
    (form) => newUserHtml(c, newUser, form),
    async (input) => {
      const { locale, platform } = c.var;
      const { session, next } = await signUpNewUser(platform, { ...input, sealed, locale });
      keepSession(c, session);
      forgetSealedCookie(c, "newcomer");
      return c.redirect(next, 303);
    },
  );
}

function newUserHtml(c: Page, { name, email }: NewUser, form: typeof emptyForm) {
  return <NewUserPage view={viewOf(c)} form={form} name={name} email={email ?? ""} />;
}

function newUserOf(c: Page): Promise<NewUser | undefined> {
  return unseal(c.var.services, "newcomer", sealedCookie(c, "newcomer"));
}

/**
 * Refuses requests from other sites, which could link the account that the browser is signed in to at
 * the provider.
 */
function refuseFromElsewhere(c: Page): void {
  if (c.req.header("sec-fetch-site") === "same-origin") return;
  throw new Forbidden(
    "request/cross-site",
    "This request came from another site. Open the page here and try again.",
  );
}
