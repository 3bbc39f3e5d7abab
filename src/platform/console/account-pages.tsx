import type { Context } from "hono";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { Page } from "../../kernel/cursor.ts";
import type { UserId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  EmptyState,
  LinkButton,
  PageHeader,
  RoleBadge,
  Section,
  Time,
} from "../../web/components.tsx";
import { Facts } from "../../web/facts.tsx";
import { emptyForm, Form, type FormState, SelectField, TextField } from "../../web/forms.tsx";
import { LOCALE_NAMES, LOCALES } from "../../web/i18n/index.ts";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { type Column, DataTable, Filters } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { type OperatorEnv, pathId, requireArea } from "./access.ts";
import { verificationEmailInput } from "./account-routes.ts";
import {
  type AccountFile,
  type AccountLine,
  accountFile,
  endAllSessions,
  findAccounts,
  mailVerification,
  resetSecondFactor,
} from "./accounts.ts";
import { look } from "./looks.ts";
import { Changing } from "./views/parts.tsx";

type PageContext = Context<OperatorEnv>;

const PROVIDER_NAMES = { discord: "Discord", battlenet: "Battle.net" } as const;

/** All accounts, and the actions that help a person. */
export function addAccountPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("accounts");
  pages.get("/accounts", needed, async (c) => {
    const search = c.req.query("search")?.slice(0, 100) ?? "";
    const page = await findAccounts(c.var.operator, {
      search,
      cursor: c.req.query("cursor") || undefined,
      limit: limits.operators.pageRows,
    });
    return c.html(<AccountsPage view={viewOf(c)} page={page} search={search} />);
  });
  pages.get("/accounts/:id", needed, async (c) => ownPage(c, await accountHtml(c, emptyForm)));
  pages.post("/accounts/:id/sign-out", needed, async (c) => {
    await endAllSessions(c.var.operator, pathId<UserId>(c));
    return c.redirect(`/operator/accounts/${pathId<UserId>(c)}?done=everywhere`, 303);
  });
  pages.post("/accounts/:id/second-factor-removal", needed, async (c) => {
    await resetSecondFactor(c.var.operator, pathId<UserId>(c));
    return c.redirect(`/operator/accounts/${pathId<UserId>(c)}?done=removed`, 303);
  });
  pages.post("/accounts/:id/verification", needed, (c) =>
    onForm(
      c,
      verificationEmailInput,
      (form) => accountHtml(c, form),
      async ({ locale }) => {
        await mailVerification(c.var.operator, { id: pathId<UserId>(c), locale });
        return c.redirect(`/operator/accounts/${pathId<UserId>(c)}?done=sent`, 303);
      },
    ),
  );
}

function AccountsPage(props: { view: View; page: Page<AccountLine>; search: string }) {
  const { view, page, search } = props;
  const t = view.messages.operator;
  const form = { ...emptyForm, values: { search } };
  return (
    <OperatorLayout view={view} title={t.nav.accounts} section="accounts">
      <PageHeader title={t.nav.accounts} lead={t.accountPages.lead} />
      <Filters url={view.url} messages={view.messages}>
        <TextField
          name="search"
          type="search"
          label={view.messages.common.search}
          placeholder={t.accountPages.searchHint}
          form={form}
          maxlength={100}
        />
      </Filters>
      <DataTable
        caption={t.nav.accounts}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState title={t.accountPages.none} text={t.accountPages.noneText} />}
        columns={columns(view)}
      />
    </OperatorLayout>
  );
}

function columns(view: View): readonly Column<AccountLine>[] {
  const { accountPages: t, ...common } = view.messages.operator;
  return [
    {
      id: "account",
      label: common.account,
      card: "title",
      cell: (row) => (
        <>
          <a href={`/operator/accounts/${row.id}`}>{row.name}</a>{" "}
          <span class="under muted">{row.email}</span>
        </>
      ),
    },
    {
      id: "state",
      label: common.state,
      card: "key",
      cell: (row) => <Verified view={view} isVerified={row.isVerified} />,
    },
    { id: "guilds", label: common.nav.guilds, numeric: true, cell: (row) => row.guilds },
    {
      id: "seen",
      label: t.lastSeen,
      cell: (row) =>
        row.lastUsedAt === null ? (
          t.nowhere
        ) : (
          <Time at={row.lastUsedAt} timeZone="UTC" locale={view.locale} />
        ),
    },
    {
      id: "since",
      label: t.since,
      cell: (row) => <Time at={row.createdAt} timeZone="UTC" locale={view.locale} />,
    },
  ];
}

function Verified({ view, isVerified }: { view: View; isVerified: boolean }) {
  const t = view.messages.operator.accountPages;
  return (
    <Badge look={isVerified ? "good" : "plain"}>{isVerified ? t.verified : t.unverified}</Badge>
  );
}

async function accountHtml(c: PageContext, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.operator;
  const { areas } = c.var.operator;
  const account = await accountFile(c.var.operator, pathId<UserId>(c));
  return (
    <OperatorLayout view={view} title={account.name} section="accounts">
      <PageHeader title={account.name} lead={account.email}>
        <Verified view={view} isVerified={account.isVerified} />
        {areas.has("impersonate") && account.operates.length === 0 && (
          <LinkButton href={`/operator/impersonations?email=${encodeURIComponent(account.email)}`}>
            {t.nav.impersonate}
          </LinkButton>
        )}
        {areas.has("audit") && (
          <LinkButton href={`/operator/audit?subject=${account.id}`}>
            {t.accountPages.log}
          </LinkButton>
        )}
      </PageHeader>
      <Card title={t.facts}>
        <Facts facts={facts(view, account)} />
      </Card>
      {!account.isVerified && <VerificationEmail c={c} account={account} form={form} />}
      <SecondFactor c={c} account={account} />
      <Sessions c={c} account={account} />
      <Section title={t.nav.guilds}>
        <Guilds view={view} account={account} isLinked={areas.has("guilds")} />
      </Section>
    </OperatorLayout>
  );
}

function facts(view: View, account: AccountFile) {
  const { accountPages: t } = view.messages.operator;
  const factor = view.messages.factors;
  const linked = account.identities.map(
    ({ provider, name }) => `${PROVIDER_NAMES[provider]}: ${name}`,
  );
  return [
    ["Id", <code>{account.id}</code>],
    [t.since, <Time at={account.createdAt} timeZone="UTC" locale={view.locale} />],
    [t.password, account.hasPassword ? t.has : t.hasNot],
    [factor.title, account.hasSecondFactor ? factor.on : factor.off],
    [t.linked, linked.join(", ") || t.noLinked],
    ...(account.operates.length > 0 ? [[t.operates, account.operates.join(", ")] as const] : []),
  ] as const;
}

/** Sends the verification email again, to a person who lost it or never got it. */
function VerificationEmail(props: { c: PageContext; account: AccountFile; form: FormState }) {
  const { c, account, form } = props;
  const view = viewOf(c);
  const t = view.messages.operator.accountPages;
  return (
    <Card title={t.confirmation}>
      <p class="muted">{t.letterLead}</p>
      <Changing c={c}>
        <Form
          action={`/operator/accounts/${account.id}/verification`}
          form={form}
          messages={view.messages}
        >
          <SelectField
            name="locale"
            label={t.letterLanguage}
            form={form}
            value={view.locale}
            options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
          />
          <Button look="secondary">{t.sendEmail}</Button>
        </Form>
      </Changing>
    </Card>
  );
}

/** Removes the second factor of a person who is locked out. */
function SecondFactor({ c, account }: { c: PageContext; account: AccountFile }) {
  if (!account.hasSecondFactor) return null;
  const t = viewOf(c).messages.factors;
  return (
    <Card title={t.title}>
      <p class="muted">{t.operator.lead}</p>
      <Changing c={c}>
        <ButtonForm action={`/operator/accounts/${account.id}/second-factor-removal`} look="danger">
          {t.operator.reset}
        </ButtonForm>
      </Changing>
    </Card>
  );
}

function Sessions({ c, account }: { c: PageContext; account: AccountFile }) {
  const view = viewOf(c);
  const t = view.messages.operator.accountPages;
  if (account.lastUsedAt === null) {
    return (
      <Card title={t.sessions}>
        <p class="muted">{t.nowhere}</p>
      </Card>
    );
  }
  return (
    <Card title={t.sessions}>
      <p>
        {t.sessionCount(account.sessions)} {t.lastSeen}:{" "}
        <Time at={account.lastUsedAt} timeZone="UTC" locale={view.locale} />
      </p>
      <p class="muted">{t.signOutLead}</p>
      <Changing c={c}>
        <ButtonForm action={`/operator/accounts/${account.id}/sign-out`} look="danger">
          {t.signOut}
        </ButtonForm>
      </Changing>
    </Card>
  );
}

function Guilds(props: { view: View; account: AccountFile; isLinked: boolean }) {
  const { view, account, isLinked } = props;
  const t = view.messages.operator;
  return (
    <DataTable
      caption={t.nav.guilds}
      rows={account.memberships}
      url={view.url}
      messages={view.messages}
      empty={<p class="muted">{t.accountPages.noGuilds}</p>}
      columns={[
        {
          id: "guild",
          label: t.guild,
          card: "title",
          cell: (one) => (
            <>
              {isLinked ? <a href={`/operator/guilds/${one.guildId}`}>{one.name}</a> : one.name}{" "}
              <code>{one.slug}</code>
            </>
          ),
        },
        {
          id: "role",
          label: t.role,
          card: "key",
          cell: (one) => <RoleBadge role={one.role} messages={view.messages} />,
        },
        {
          id: "status",
          label: t.state,
          cell: (one) => <Badge look={look(one.status)}>{t.status[one.status]}</Badge>,
        },
      ]}
    />
  );
}
