import type { Context } from "hono";
import type { AppEnv } from "../../../http/env.ts";
import { parsedForm, sentForm } from "../../../http/forms.ts";
import { statusOf } from "../../../http/problem.ts";
import { createRouter } from "../../../http/router.ts";
import { viewOf } from "../../../http/view.ts";
import { AppError } from "../../../kernel/errors.ts";
import { PERSONAL_SECRET_KINDS, type SecretKind } from "../../../kernel/secret-kinds.ts";
import { LinkButton, PageHeader } from "../../../web/components.tsx";
import { Connections, fieldName, type SentConnection } from "../../../web/connections.tsx";
import { failedForm } from "../../../web/forms.tsx";
import { PlatformLayout } from "../../../web/layout.tsx";
import { ownPage, redirectToProof } from "../form-page.ts";
import { personalSecretBody } from "./routes.ts";
import * as service from "./service.ts";

const HERE = "/account/connections";

/** The services that a person has connected for themselves. */
export function personalSecretsPages() {
  const pages = createRouter();
  pages.get(HERE, async (c) =>
    c.var.caller.type === "user"
      ? ownPage(c, await html(c))
      : c.redirect(`/sign-in?next=${encodeURIComponent(HERE)}`, 303),
  );
  for (const kind of PERSONAL_SECRET_KINDS) {
    pages.post(`${HERE}/${kind}`, (c) => save(c, kind));
    pages.post(`${HERE}/${kind}/removal`, (c) =>
      afterRecentSignIn(c, async () => {
        await service.removePersonalSecret(c.var.platform, kind);
        return c.redirect(`${HERE}?done=removed`, 303);
      }),
    );
  }
  return pages;
}

function save(c: Context<AppEnv>, kind: SecretKind): Promise<Response> {
  return afterRecentSignIn(c, async () => {
    const body = await sentForm(c);
    const sent = (field: string) => body[fieldName(kind, field)] ?? "";
    // The secret itself is not sent back with the errors.
    const values = { account: sent("account") };
    try {
      const input = parsedForm(personalSecretBody, { ...values, value: sent("value") });
      await service.setPersonalSecret(c.var.platform, { kind, ...input });
      return c.redirect(`${HERE}?done=saved`, 303);
    } catch (error) {
      const isShown = error instanceof AppError && !/^auth\//.test(error.code);
      if (!isShown) throw error;
      const form = { ...failedForm(error, values, viewOf(c).messages), values };
      c.status(statusOf(error) as 422);
      return await ownPage(c, await html(c, { kind, form }));
    }
  });
}

async function afterRecentSignIn(
  c: Context<AppEnv>,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code === "auth/proof-required")
      return redirectToProof(c, HERE);
    throw error;
  }
}

async function html(c: Context<AppEnv>, sent?: SentConnection) {
  const view = viewOf(c);
  const t = view.messages.connections;
  return (
    <PlatformLayout view={view} title={t.title}>
      <PageHeader title={t.title} lead={t.personalLead}>
        <LinkButton href="/account">{t.back}</LinkButton>
      </PageHeader>
      <Connections
        view={view}
        kinds={PERSONAL_SECRET_KINDS}
        secrets={await service.personalSecrets(c.var.platform)}
        sent={sent}
        base={HERE}
        timeZone="UTC"
      />
    </PlatformLayout>
  );
}
