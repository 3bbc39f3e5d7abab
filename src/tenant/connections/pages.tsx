import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { parsedForm, sentForm } from "../../http/forms.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { SECRET_KINDS, type SecretKind } from "../../kernel/secret-kinds.ts";
import { LinkButton, PageHeader } from "../../web/components.tsx";
import { Connections, fieldName, type SentConnection } from "../../web/connections.tsx";
import { failedForm } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { secretBody } from "./routes.ts";
import * as service from "./service.ts";

type Page = Context<GuildEnv>;

/** Pages below `/g/:guild/settings/connections`: the guild's connections to other services. */
export function connectionsPages() {
  const pages = createRouter<GuildEnv>();
  const manage = requirePermission("keys.manage");
  pages.get("/settings/connections", manage, async (c) => c.html(await html(c)));
  for (const kind of SECRET_KINDS) {
    pages.post(`/settings/connections/${kind}`, manage, (c) => save(c, kind));
    pages.post(`/settings/connections/${kind}/removal`, manage, (c) =>
      requireRecentSignIn(c, async () => {
        await service.removeConnection(c.var.guild, c.var.platform, kind);
        return c.redirect(here(c, "?done=removed"), 303);
      }),
    );
  }
  return pages;
}

function save(c: Page, kind: SecretKind): Promise<Response> {
  return requireRecentSignIn(c, async () => {
    const body = await sentForm(c);
    const sent = (field: string) => body[fieldName(kind, field)] ?? "";
    // The form is shown again without the secret.
    const values = { account: sent("account") };
    try {
      const input = parsedForm(secretBody, { ...values, value: sent("value") });
      await service.setConnection(c.var.guild, c.var.platform, { kind, ...input });
      return c.redirect(here(c, "?done=saved"), 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "auth/proof-required") throw error;
      const form = { ...failedForm(error, values, viewOf(c).messages), values };
      return c.html(await html(c, { kind, form }), statusOf(error) as 422);
    }
  });
}

/** Requires a recent sign-in, because a secret gives access in the guild's name. */
async function requireRecentSignIn(c: Page, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError && error.code === "auth/proof-required")) throw error;
    return c.redirect(`/account/proof?next=${encodeURIComponent(here(c))}`, 303);
  }
}

function here(c: Page, query = ""): string {
  return guildHref(viewOf(c), `/settings/connections${query}`);
}

async function html(c: Page, sent?: SentConnection) {
  const view = viewOf(c);
  const t = view.messages.connections;
  const { timeZone } = c.var.guild.guild;
  c.header("Cache-Control", "no-store");
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href={guildHref(view, "/settings")}>{view.messages.keys.back}</LinkButton>
      </PageHeader>
      <Connections
        view={view}
        kinds={SECRET_KINDS}
        secrets={await service.connections(c.var.guild)}
        sent={sent}
        base={here(c)}
        timeZone={timeZone}
      />
    </GuildLayout>
  );
}
