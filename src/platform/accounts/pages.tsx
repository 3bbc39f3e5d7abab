import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import type { AppEnv } from "../../http/env.ts";
import { sentForm } from "../../http/forms.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { emptyForm } from "../../web/forms.tsx";
import { isLocale } from "../../web/i18n/index.ts";
import { addAccountPages } from "./account-pages.tsx";
import { emailInput, resetInput, signInInput, signUpInput } from "./api.ts";
import { flags, forgetSession } from "./cookie.ts";
import {
  NewPasswordPage,
  ResetPage,
  ResetSentPage,
  SignInPage,
  SignOutPage,
  SignUpPage,
} from "./entry.tsx";
import { enterOrAsk } from "./factors/pending-cookie.ts";
import { onForm, ownPage } from "./form-page.ts";
import { resetPassword, sendReset } from "./links.ts";
import { localPath } from "./next-path.ts";
import { forgetOwn } from "./own-session.ts";
import { providersOf } from "./providers/providers.ts";
import { signIn, signOut, signUp } from "./service.ts";

type Router = ReturnType<typeof createRouter<AppEnv>>;

/** Pages for sign-up, sign-in, sign-out and the account. */
export function authPages() {
  const pages = createRouter();
  addEntryPages(pages);
  addResetPages(pages);
  addAccountPages(pages);
  pages.post("/preferences", keepPreferences);
  return pages;
}

function addEntryPages(pages: Router): void {
  pages.get("/sign-up", async (c) => {
    const next = nextOf(c, "/guilds/new");
    if (c.var.caller.type === "user") return c.redirect(next, 303);
    return await ownPage(c, <SignUpPage {...offered(c)} form={emptyForm} next={next} />);
  });
  pages.post("/sign-up", (c) => {
    const next = nextOf(c, "/guilds/new");
    return onForm(
      c,
      signUpInput,
      (form) => <SignUpPage {...offered(c)} form={form} next={next} />,
      async (input) => {
        await signUp(c.var.platform, { ...input, locale: c.var.locale });
        return await enterOrAsk(c, await signIn(c.var.platform, input), next);
      },
    );
  });
  pages.get("/sign-in", async (c) => {
    const next = nextOf(c, afterSignIn(c));
    if (c.var.caller.type === "user") return c.redirect(next, 303);
    return await ownPage(c, <SignInPage {...offered(c)} form={emptyForm} next={next} />);
  });
  pages.post("/sign-in", (c) => {
    const next = nextOf(c, afterSignIn(c));
    return onForm(
      c,
      signInInput,
      (form) => <SignInPage {...offered(c)} form={form} next={next} />,
      async (input) => {
        return await enterOrAsk(c, await signIn(c.var.platform, input), next);
      },
    );
  });
  pages.get("/sign-out", (c) => ownPage(c, <SignOutPage view={viewOf(c)} />));
  pages.post("/sign-out", async (c) => {
    // A caller without a session is already signed out.
    if (c.var.caller.type === "user") await signOut(c.var.platform);
    forgetSession(c);
    forgetOwn(c);
    return c.redirect("/?done=signed-out", 303);
  });
}

function addResetPages(pages: Router): void {
  // Mail scanners may follow the link, so a GET does not use it up.
  pages.get("/reset", (c) => {
    const token = c.req.query("token");
    const view = viewOf(c);
    if (token === undefined) return ownPage(c, <ResetPage view={view} form={emptyForm} />);
    return ownPage(c, <NewPasswordPage view={view} form={emptyForm} token={token} />);
  });
  pages.post("/reset", (c) =>
    onForm(
      c,
      emailInput,
      (form) => <ResetPage view={viewOf(c)} form={form} />,
      async (input) => {
        await sendReset(c.var.platform, { ...input, locale: c.var.locale });
        return await ownPage(c, <ResetSentPage view={viewOf(c)} />);
      },
    ),
  );
  pages.post("/reset/password", (c) => {
    return onForm(
      c,
      resetInput,
      (form) => (
        <NewPasswordPage view={viewOf(c)} form={form} token={String(form.values["token"] ?? "")} />
      ),
      async (input) => {
        const result = await resetPassword(c.var.platform, input);
        return await enterOrAsk(c, result, "/guilds?done=saved");
      },
    );
  });
}

const preferencesInput = z.object({
  lang: z.string().refine(isLocale).optional(),
  theme: z.enum(["dark", "light", "system"]).optional(),
  next: z.string().optional(),
});

/** Stores the chosen language and theme, without a sign-in. Invalid choices change nothing. */
async function keepPreferences(c: Context<AppEnv>): Promise<Response> {
  const parsed = preferencesInput.safeParse(await sentForm(c));
  const { lang, theme, next } = parsed.success ? parsed.data : {};
  const options = { ...flags(c), maxAge: Math.floor(limits.auth.preferencesMs / 1_000) };
  if (lang !== undefined) setCookie(c, "lang", lang, options);
  if (theme !== undefined) setCookie(c, "theme", theme, options);
  return c.redirect(localPath(next, "/"), 303);
}

function offered(c: Context<AppEnv>) {
  return { view: viewOf(c), providers: providersOf(c.var.services.config) };
}

/** The caller's guilds, or at a guild's own domain its home. */
function afterSignIn(c: Context<AppEnv>): string {
  return c.env?.domain === undefined ? "/guilds" : "/";
}

function nextOf(c: Context<AppEnv>, fallback: string): string {
  return localPath(c.req.query("next"), fallback);
}
