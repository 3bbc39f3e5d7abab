import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  CopyField,
  LinkButton,
  Notice,
  PageHeader,
  Time,
} from "../../web/components.tsx";
import { Facts } from "../../web/facts.tsx";
import { emptyForm, Form, type FormState, TextField } from "../../web/forms.tsx";
import { sentenceOf } from "../../web/i18n/index.ts";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { domainForm } from "./routes.ts";
import * as service from "./service.ts";

type Page = Context<GuildEnv>;

const PATH = "/settings/domain";

/** Below `/g/:guild/settings/domain`: the guild's own domain. */
export function domainsPages() {
  const router = createRouter<GuildEnv>();
  const manage = requirePermission("settings.manage");
  router
    .get(PATH, manage, async (c) => ownPage(c, await domainHtml(c, {})))
    .post(PATH, manage, (c) =>
      onForm(
        c,
        domainForm,
        async (form) => await domainHtml(c, { form }),
        async ({ domain }) => {
          await service.claimDomain(c.var.guild, c.var.platform, domain);
          return c.redirect(guildHref(viewOf(c), `${PATH}?done=saved`), 303);
        },
        "guilds",
      ),
    )
    .post(`${PATH}/verification`, manage, verify)
    .post(`${PATH}/removal`, manage, async (c) => {
      await service.removeDomain(c.var.guild, c.var.platform);
      return c.redirect(guildHref(viewOf(c), `${PATH}?done=removed`), 303);
    });
  return router;
}

/** Checks the DNS record. On failure, shows the page with the reason above the records. */
async function verify(c: Page): Promise<Response> {
  try {
    await service.verifyDomain(c.var.guild, c.var.platform);
    return c.redirect(guildHref(viewOf(c), `${PATH}?done=saved`), 303);
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith("domain/")) throw error;
    const refusal = sentenceOf(viewOf(c).messages, error.code, error.message);
    c.status(statusOf(error) as 409);
    return await ownPage(c, await domainHtml(c, { refusal }));
  }
}

async function domainHtml(
  c: Page,
  { form = emptyForm, refusal }: { readonly form?: FormState; readonly refusal?: string },
) {
  const view = viewOf(c);
  const t = view.messages.domains;
  const { isIncluded, claim } = await service.domainOf(c.var.guild, c.var.platform);
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href={guildHref(view, "/settings")}>
          {view.messages.common.nav.settings}
        </LinkButton>
      </PageHeader>
      {refusal !== undefined && <Notice look="bad">{refusal}</Notice>}
      {!isIncluded && (
        <Notice>
          <p>{t.notIncluded}</p>
          <LinkButton href={guildHref(view, "/settings/plan")}>{t.plan}</LinkButton>
        </Notice>
      )}
      {claim && <Claim view={view} claim={claim} host={c.var.services.config.publicUrl.hostname} />}
      {isIncluded && (
        <Card>
          <Form action={guildHref(view, PATH)} form={form} messages={view.messages}>
            <TextField
              name="domain"
              label={t.name}
              hint={claim ? t.replaceHint : t.nameHint}
              form={form}
              value={claim?.domain ?? ""}
              required
            />
            <Button>{t.claim}</Button>
          </Form>
        </Card>
      )}
    </GuildLayout>
  );
}

/** The claim with the records to set. `host` is where the domain has to lead. */
function Claim(props: {
  readonly view: View;
  readonly claim: service.ShownClaim;
  readonly host: string;
}) {
  const { view, claim, host } = props;
  const { messages, locale } = view;
  const t = messages.domains;
  const time = (at: number) => (
    <Time at={at} timeZone={view.guild!.guild.timeZone} locale={locale} />
  );
  return (
    <Card title={claim.domain}>
      {claim.status === "active" && claim.lostAt !== null && (
        <Notice look="bad">
          {t.missing} {time(claim.lostAt)}
        </Notice>
      )}
      <Facts
        facts={[
          [t.state, <Badge look={LOOKS[claim.status]}>{t.states[claim.status]}</Badge>],
          [t.checked, claim.checkedAt === null ? t.never : time(claim.checkedAt)],
        ]}
      />
      <p class="muted">{claim.status === "active" ? t.keep : t.proofLead}</p>
      <CopyField
        id="record-name"
        label={t.recordName}
        value={claim.recordName}
        messages={messages}
      />
      <CopyField
        id="record-value"
        label={t.recordValue}
        value={claim.recordValue}
        messages={messages}
      />
      <CopyField id="record-target" label={t.target} value={host} messages={messages} />
      <p class="muted">{t.signIns}</p>
      <div class="row">
        {claim.status !== "suspended" && (
          <ButtonForm look="primary" action={guildHref(view, `${PATH}/verification`)}>
            {t.check}
          </ButtonForm>
        )}
        <ButtonForm look="danger" action={guildHref(view, `${PATH}/removal`)}>
          {t.remove}
        </ButtonForm>
      </div>
    </Card>
  );
}

const LOOKS: Readonly<Record<service.ShownStatus, "plain" | "good" | "bad">> = {
  pending: "plain",
  active: "good",
  suspended: "plain",
  lost: "bad",
};
