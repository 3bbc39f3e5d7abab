import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import type { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import type { SessionId } from "../../kernel/ids.ts";
import { emptyForm, type FormState } from "../../web/forms.tsx";
import { type AccountForms, AccountPage } from "./account.tsx";
import { nameInput, passwordInput, proofInput, tokenInput } from "./api.ts";
import { ProofPage, VerifyPage } from "./entry.tsx";
import { factorState } from "./factors/service.ts";
import { onForm, ownPage } from "./form-page.ts";
import { resendVerification, verifyEmail } from "./links.ts";
import { localPath } from "./next-path.ts";
import { signInMethods, unlink } from "./providers/links.ts";
import { providersOf } from "./providers/providers.ts";
import {
  changePassword,
  endOtherSessions,
  endSession,
  listSessions,
  proveSession,
  renameAccount,
} from "./service.ts";

const sessionInput = z.strictObject({ id: z.string().max(36) });
const unlinkInput = z.strictObject({ unlink: z.enum(["discord", "battlenet"]) });

/** Pages on which a signed-in person sees and changes their account. */
export function addAccountPages(pages: ReturnType<typeof createRouter<AppEnv>>): void {
  pages.get("/account", async (c) =>
    c.var.caller.type === "user" ? ownPage(c, await account(c, {})) : toSignIn(c),
  );
  pages.post("/account", (c) =>
    onAccountForm(c, "profile", nameInput, async (input) => {
      await renameAccount(c.var.platform, input);
    }),
  );
  pages.post("/account/password", (c) =>
    onAccountForm(c, "password", passwordInput, async (input) => {
      await changePassword(c.var.platform, input);
    }),
  );
  pages.post("/account/identities", (c) =>
    onAccountForm(c, "identities", unlinkInput, async ({ unlink: provider }) => {
      await unlink(c.var.platform, provider);
    }),
  );
  pages.post("/account/sessions", (c) =>
    onAccountForm(c, "sessions", sessionInput, async ({ id }) => {
      if (id === "others") await endOtherSessions(c.var.platform);
      else await endSession(c.var.platform, id as SessionId);
    }),
  );
  pages.post("/account/verification-mail", (c) =>
    onAccountForm(c, "profile", z.strictObject({}), async () => {
      await resendVerification(c.var.platform, { locale: c.var.locale });
    }),
  );
  addProofPages(pages);
  addVerifyPages(pages);
}

function addProofPages(pages: ReturnType<typeof createRouter<AppEnv>>): void {
  const next = (c: Context<AppEnv>) => localPath(c.req.query("next"), "/account");
  pages.get("/account/proof", async (c) =>
    c.var.caller.type === "user" ? ownPage(c, await proof(c, emptyForm, next(c))) : toSignIn(c),
  );
  pages.post("/account/proof", (c) =>
    onForm(
      c,
      proofInput,
      async (form) => await proof(c, form, next(c)),
      async (input) => {
        await proveSession(c.var.platform, input);
        return c.redirect(next(c), 303);
      },
    ),
  );
}

async function proof(c: Context<AppEnv>, form: FormState, next: string) {
  const { hasPassword, identities } = await signInMethods(c.var.platform);
  const { isOn } = await factorState(c.var.platform);
  const providers = providersOf(c.var.services.config).filter(({ id }) =>
    identities.some(({ provider }) => provider === id),
  );
  return (
    <ProofPage
      view={viewOf(c)}
      form={form}
      next={next}
      providers={providers}
      hasPassword={hasPassword}
      hasFactor={isOn}
    />
  );
}

function addVerifyPages(pages: ReturnType<typeof createRouter<AppEnv>>): void {
  // Mail scanners may follow the link, so a GET does not use it up.
  pages.get("/verify", (c) => {
    if (c.var.caller.type !== "user") return toSignIn(c);
    const token = c.req.query("token") ?? "";
    return ownPage(c, <VerifyPage view={viewOf(c)} form={emptyForm} token={token} />);
  });
  pages.post("/verify", (c) =>
    onForm(
      c,
      tokenInput,
      (form) => (
        <VerifyPage view={viewOf(c)} form={form} token={String(form.values["token"] ?? "")} />
      ),
      async (input) => {
        await verifyEmail(c.var.platform, input);
        return c.redirect("/account?done=verified", 303);
      },
    ),
  );
}

/**
 * Handles one of the account page's forms. On success, redirects to the page. Otherwise shows the page
 * with that form as sent.
 */
async function onAccountForm<T extends z.ZodType>(
  c: Context<AppEnv>,
  name: keyof AccountForms,
  schema: T,
  act: (input: z.output<T>) => Promise<void>,
): Promise<Response> {
  return await onForm(
    c,
    schema,
    (form) => account(c, { [name]: form }),
    async (input) => {
      await act(input);
      return c.redirect("/account?done=saved", 303);
    },
  );
}

async function account(c: Context<AppEnv>, forms: Partial<Record<keyof AccountForms, FormState>>) {
  const [sessions, ways, factor] = await Promise.all([
    listSessions(c.var.platform),
    signInMethods(c.var.platform),
    factorState(c.var.platform),
  ]);
  const blank = { profile: emptyForm, password: emptyForm, sessions: emptyForm };
  const all = { ...blank, identities: emptyForm, ...forms };
  const providers = providersOf(c.var.services.config);
  return (
    <AccountPage
      view={viewOf(c)}
      sessions={sessions}
      ways={ways}
      factor={factor}
      providers={providers}
      forms={all}
    />
  );
}

function toSignIn(c: Context<AppEnv>): Response {
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`/sign-in?next=${encodeURIComponent(pathname + search)}`, 303);
}
