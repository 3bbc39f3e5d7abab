import type { Context } from "hono";
import type { AppEnv } from "../../../http/env.ts";
import { createRouter } from "../../../http/router.ts";
import { viewOf } from "../../../http/view.ts";
import { AppError } from "../../../kernel/errors.ts";
import { emptyForm, type FormState } from "../../../web/forms.tsx";
import { codeInput } from "../api.ts";
import { keepSession } from "../cookie.ts";
import { onForm, ownPage, redirectToProof } from "../form-page.ts";
import { localPath } from "../next-path.ts";
import { flowNotValid } from "../providers/exchange.ts";
import { unseal } from "../providers/flows.ts";
import { forgetSealedCookie, sealedCookie } from "../providers/sealed-cookie.ts";
import { CODE_PAGE } from "./pending-cookie.ts";
import type { PendingPage } from "./pending-sign-in.ts";
import {
  beginEnrolment,
  confirmEnrolment,
  factorState,
  openEnrolment,
  proveByCode,
  renewRecoveryCodes,
  turnFactorOff,
} from "./service.ts";
import { finishSignIn } from "./sign-in.ts";
import { CodePage, FactorPage, RecoveryCodesPage } from "./views.tsx";

type Page = Context<AppEnv>;
type Router = ReturnType<typeof createRouter<AppEnv>>;

const HERE = "/account/second-factor";

/** Pages of the second factor: its set-up, the code of a sign-in, and the code as a proof. */
export function factorsPages() {
  const pages = createRouter();
  addSignInPages(pages);
  addFactorPages(pages);
  pages.post("/account/proof/code", (c) => {
    const next = localPath(c.req.query("next"), "/account");
    const action = `/account/proof/code?next=${encodeURIComponent(next)}`;
    return onForm(
      c,
      codeInput,
      (form) => <CodePage view={viewOf(c)} form={form} action={action} purpose="proof" />,
      async (input) => {
        await proveByCode(c.var.platform, input);
        return c.redirect(next, 303);
      },
    );
  });
  return pages;
}

function addSignInPages(pages: Router): void {
  pages.get(CODE_PAGE, async (c) => {
    if ((await pendingOf(c)) === undefined) return c.redirect("/sign-in", 303);
    return await ownPage(c, codeHtml(c, emptyForm));
  });
  pages.post(CODE_PAGE, (c) =>
    onForm(
      c,
      codeInput,
      (form) => codeHtml(c, form),
      async ({ code }) => {
        const pending = await pendingOf(c);
        if (pending === undefined) throw flowNotValid();
        keepSession(c, await finishSignIn(c.var.platform, pending, code));
        forgetSealedCookie(c, "second-factor");
        return c.redirect(pending.next, 303);
      },
    ),
  );
}

function addFactorPages(pages: Router): void {
  pages.get(HERE, async (c) =>
    c.var.caller.type === "user"
      ? ownPage(c, await factorHtml(c, emptyForm))
      : c.redirect(`/sign-in?next=${encodeURIComponent(HERE)}`, 303),
  );
  pages.post(HERE, (c) =>
    afterProof(c, async () => {
      await beginEnrolment(c.var.platform);
      return c.redirect(HERE, 303);
    }),
  );
  pages.post(`${HERE}/confirmation`, (c) =>
    onForm(
      c,
      codeInput,
      (form) => factorHtml(c, form),
      (input) =>
        afterProof(c, async () => {
          const codes = await confirmEnrolment(c.var.platform, input);
          return await ownPage(c, <RecoveryCodesPage view={viewOf(c)} codes={codes} isFirst />);
        }),
    ),
  );
  pages.post(`${HERE}/recovery-codes`, (c) =>
    afterProof(c, async () => {
      const codes = await renewRecoveryCodes(c.var.platform);
      return await ownPage(c, <RecoveryCodesPage view={viewOf(c)} codes={codes} />);
    }),
  );
  pages.post(`${HERE}/removal`, (c) =>
    afterProof(c, async () => {
      await turnFactorOff(c.var.platform);
      return c.redirect(`${HERE}?done=saved`, 303);
    }),
  );
}

async function afterProof(c: Page, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code === "auth/proof-required") {
      return redirectToProof(c, HERE);
    }
    throw error;
  }
}

function pendingOf(c: Page): Promise<PendingPage | undefined> {
  return unseal(c.var.services, "second-factor", sealedCookie(c, "second-factor"));
}

function codeHtml(c: Page, form: FormState) {
  return <CodePage view={viewOf(c)} form={form} action={CODE_PAGE} purpose="sign-in" />;
}

async function factorHtml(c: Page, form: FormState) {
  const state = await factorState(c.var.platform);
  const enrolment = await openEnrolment(c.var.platform);
  return <FactorPage view={viewOf(c)} state={state} enrolment={enrolment} form={form} />;
}
