import type { View } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  LinkButton,
  PageHeader,
  Time,
} from "../../web/components.tsx";
import { ErrorSummary, Form, type FormState, SelectField, TextField } from "../../web/forms.tsx";
import type { Messages } from "../../web/i18n/index.ts";
import { PlatformLayout } from "../../web/layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { deviceOf } from "./device.ts";
import { NewPasswordField, PasswordField } from "./entry.tsx";
import type { FactorState } from "./factors/service.ts";
import { FactorCard } from "./factors/views.tsx";
import type { OfferedProvider } from "./provider-buttons.tsx";
import type { SignInMethods } from "./providers/links.ts";
import { IdentitiesCard } from "./providers/views/providers.tsx";
import type { SessionView } from "./service.ts";

/** The page's forms, each as it was sent. */
export interface AccountForms {
  readonly profile: FormState;
  readonly password: FormState;
  readonly sessions: FormState;
  readonly identities: FormState;
}

interface AccountProps {
  readonly view: View;
  readonly sessions: readonly SessionView[];
  readonly ways: SignInMethods;
  readonly factor: FactorState;
  readonly providers: readonly OfferedProvider[];
  readonly forms: AccountForms;
}

export function AccountPage(props: AccountProps) {
  const { view, sessions, ways, factor, providers, forms } = props;
  const t = view.messages.auth;
  return (
    <PlatformLayout view={view} title={t.accountTitle}>
      <PageHeader title={t.accountTitle}>
        <ButtonForm action="/sign-out">{t.signOut}</ButtonForm>
      </PageHeader>
      <div class="grid">
        <Profile view={view} form={forms.profile} />
        <Password view={view} form={forms.password} hasPassword={ways.hasPassword} />
        <IdentitiesCard view={view} ways={ways} providers={providers} form={forms.identities} />
        <FactorCard view={view} state={factor} />
        <OwnConnections view={view} />
        <Look view={view} />
        <DataCopy view={view} />
      </div>
      <Sessions view={view} sessions={sessions} form={forms.sessions} />
    </PlatformLayout>
  );
}

function Profile({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.auth;
  const { caller } = view;
  if (caller.type !== "user") return null;
  return (
    <Card title={t.profile}>
      <Form action="/account" form={form} messages={view.messages}>
        <TextField
          name="name"
          label={t.name}
          hint={t.nameHint}
          form={form}
          value={caller.name}
          required
          autocomplete="nickname"
          maxlength={limits.auth.nameCharsMax}
        />
        <Button look="secondary">{t.save}</Button>
      </Form>
      <p>
        {caller.email}{" "}
        {caller.emailVerified ? (
          <Badge look="good">{t.verified}</Badge>
        ) : (
          <Badge look="bad">{t.unverified}</Badge>
        )}
      </p>
      {!caller.emailVerified && (
        <>
          <p class="muted">{t.unverifiedText}</p>
          <ButtonForm action="/account/verification-mail">{t.sendLink}</ButtonForm>
        </>
      )}
    </Card>
  );
}

function Password(props: { view: View; form: FormState; hasPassword: boolean }) {
  const { view, form, hasPassword } = props;
  const t = view.messages.auth;
  return (
    <Card title={hasPassword ? t.changePassword : t.firstPassword}>
      <p class="muted">{hasPassword ? t.changePasswordLead : t.firstPasswordLead}</p>
      <Form action="/account/password" form={form} messages={view.messages}>
        {hasPassword && (
          <PasswordField name="currentPassword" label={t.currentPassword} form={form} />
        )}
        <NewPasswordField view={view} form={form} label={t.newPassword} />
        <Button look="secondary">{hasPassword ? t.changePassword : t.firstPassword}</Button>
      </Form>
    </Card>
  );
}

function OwnConnections({ view }: { view: View }) {
  const t = view.messages.connections;
  return (
    <Card title={t.title}>
      <p class="muted">{t.personalLead}</p>
      <div class="row">
        <LinkButton href="/account/connections">{t.title}</LinkButton>
      </div>
    </Card>
  );
}

function DataCopy({ view }: { view: View }) {
  const t = view.messages.auth;
  return (
    <Card title={t.copyTitle}>
      <p class="muted">{t.copyLead}</p>
      <ButtonForm action="/account/copy">{t.copyButton}</ButtonForm>
    </Card>
  );
}

function Look({ view }: { view: View }) {
  const t = view.messages.common;
  const themes = (["system", "dark", "light"] as const).map((value) => ({
    value,
    label: t.themes[value],
  }));
  const languages = [
    { value: "en", label: "English" },
    { value: "es", label: "Español" },
  ];
  const form: FormState = { values: {}, errors: {} };
  return (
    <Card title={view.messages.auth.look}>
      <Form action="/preferences" form={form} messages={view.messages}>
        <input type="hidden" name="next" value="/account" />
        <SelectField
          name="lang"
          label={t.language}
          form={form}
          options={languages}
          value={view.locale}
        />
        <SelectField name="theme" label={t.theme} form={form} options={themes} value={view.theme} />
        <Button look="secondary">{t.save}</Button>
      </Form>
    </Card>
  );
}

function Sessions(props: { view: View; sessions: readonly SessionView[]; form: FormState }) {
  const { view, sessions, form } = props;
  const t = view.messages.auth;
  return (
    <Card title={t.sessions}>
      <ErrorSummary form={form} messages={view.messages} />
      <DataTable
        caption={t.sessionsLead}
        rows={sessions}
        url={view.url}
        messages={view.messages}
        empty={null}
        columns={[
          { id: "device", label: t.device, cell: (row) => sessionName(row, view.messages) },
          { id: "address", label: t.address, cell: (row) => row.address || "–" },
          {
            id: "used",
            label: t.lastUsed,
            cell: (row) => <Time at={row.lastUsedAt} timeZone="UTC" locale={view.locale} />,
          },
          {
            id: "end",
            label: view.messages.common.actions,
            cell: (row) => <End row={row} view={view} />,
          },
        ]}
      />
      {sessions.length > 1 && (
        <form method="post" action="/account/sessions">
          <Button look="danger" name="id" value="others">
            {t.endOthers}
          </Button>
        </form>
      )}
    </Card>
  );
}

function End({ row, view }: { row: SessionView; view: View }) {
  const t = view.messages.auth;
  if (row.isCurrent) return <Badge>{t.thisDevice}</Badge>;
  return (
    <form method="post" action="/account/sessions">
      <button
        type="submit"
        class="button secondary"
        name="id"
        value={row.id}
        aria-label={t.endDevice(sessionName(row, view.messages))}
      >
        {t.end}
      </button>
    </form>
  );
}

/** The device, and the guild's own domain if the session is bound to one. */
function sessionName(row: SessionView, messages: Messages): string {
  const device = deviceName(row, messages);
  return row.domain === null ? device : messages.auth.atDomain(device, row.domain);
}

function deviceName({ agent }: SessionView, messages: Messages): string {
  const { browser, system } = deviceOf(agent);
  if (browser && system) return messages.auth.onSystem(browser, system);
  return browser ?? system ?? messages.auth.unknownDevice;
}
