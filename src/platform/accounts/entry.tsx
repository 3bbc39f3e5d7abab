import type { Child } from "hono/jsx";
import type { View } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { Button, Card, LinkButton, PageHeader } from "../../web/components.tsx";
import { emptyForm, Form, type FormState, TextField } from "../../web/forms.tsx";
import { PlatformLayout } from "../../web/layout.tsx";
import { CodeForm } from "./factors/code-form.tsx";
import { type OfferedProvider, ProviderButtons } from "./provider-buttons.tsx";

interface EntryProps {
  readonly view: View;
  readonly form: FormState;
}

interface WayInProps extends EntryProps {
  readonly next: string;
  readonly providers: readonly OfferedProvider[];
}

export function SignUpPage({ view, form, next, providers }: WayInProps) {
  const t = view.messages.auth;
  return (
    <Entry view={view} title={t.signUpTitle} lead={t.signUpLead}>
      <Form action={withNext("/sign-up", next)} form={form} messages={view.messages}>
        <TextField
          name="name"
          label={t.name}
          hint={t.nameHint}
          form={form}
          required
          autocomplete="nickname"
          maxlength={limits.auth.nameCharsMax}
        />
        <EmailField view={view} form={form} />
        <NewPasswordField view={view} form={form} label={t.password} />
        <div class="row">
          <Button>{t.signUp}</Button>
          <LinkButton look="quiet" href={withNext("/sign-in", next)}>
            {t.haveAccount}
          </LinkButton>
        </div>
      </Form>
      <ProviderButtons
        view={view}
        providers={providers}
        href={(id) => withNext(`/sign-in/${id}`, next)}
        isOther
      />
    </Entry>
  );
}

export function SignInPage({ view, form, next, providers }: WayInProps) {
  const t = view.messages.auth;
  return (
    <Entry view={view} title={t.signInTitle}>
      <Form action={withNext("/sign-in", next)} form={form} messages={view.messages}>
        <EmailField view={view} form={form} />
        <PasswordField name="password" label={t.password} form={form} />
        <div class="row">
          <Button>{t.signIn}</Button>
          <LinkButton look="quiet" href={withNext("/sign-up", next)}>
            {t.noAccount}
          </LinkButton>
          <LinkButton look="quiet" href="/reset">
            {t.forgot}
          </LinkButton>
        </div>
      </Form>
      <ProviderButtons
        view={view}
        providers={providers}
        href={(id) => withNext(`/sign-in/${id}`, next)}
        isOther
      />
    </Entry>
  );
}

export function SignOutPage({ view }: { readonly view: View }) {
  const t = view.messages.auth;
  return (
    <Entry view={view} title={t.signOutTitle} lead={t.signOutLead}>
      <form class="row" method="post" action="/sign-out">
        <Button>{t.signOut}</Button>
        <LinkButton look="quiet" href="/guilds">
          {t.stay}
        </LinkButton>
      </form>
    </Entry>
  );
}

export function ResetPage({ view, form }: EntryProps) {
  const t = view.messages.auth;
  return (
    <Entry view={view} title={t.resetTitle} lead={t.resetLead}>
      <Form action="/reset" form={form} messages={view.messages}>
        <EmailField view={view} form={form} />
        <div class="row">
          <Button>{t.resetSend}</Button>
        </div>
      </Form>
    </Entry>
  );
}

export function ResetSentPage({ view }: { readonly view: View }) {
  const t = view.messages.auth;
  return (
    <Entry view={view} title={t.resetSentTitle} lead={t.resetSent}>
      <LinkButton href="/reset">{t.resetAgain}</LinkButton>
    </Entry>
  );
}

export function NewPasswordPage({ view, form, token }: EntryProps & { readonly token: string }) {
  const t = view.messages.auth;
  return (
    <Entry view={view} title={t.choosePasswordTitle} lead={t.choosePasswordLead}>
      <Form action="/reset/password" form={form} messages={view.messages}>
        <input type="hidden" name="token" value={token} />
        <NewPasswordField view={view} form={form} label={t.newPassword} />
        <div class="row">
          <Button>{t.choosePassword}</Button>
          <LinkButton look="quiet" href="/reset">
            {t.resetAgain}
          </LinkButton>
        </div>
      </Form>
    </Entry>
  );
}

export function VerifyPage({ view, form, token }: EntryProps & { readonly token: string }) {
  const t = view.messages.auth;
  const email = view.caller.type === "user" ? view.caller.email : "";
  return (
    <Entry view={view} title={t.verifyTitle} lead={t.verifyLead(email)}>
      <Form action="/verify" form={form} messages={view.messages}>
        <input type="hidden" name="token" value={token} />
        <Button>{t.verify}</Button>
        <p class="muted">{t.verifyOther}</p>
      </Form>
    </Entry>
  );
}

interface ProofProps extends WayInProps {
  readonly hasPassword: boolean;
  readonly hasFactor: boolean;
}

/**
 * Asks for the account's password, a code of its app or a sign-in through a linked provider, as far as it has
 * them. Any one of them is enough.
 */
export function ProofPage(props: ProofProps) {
  const { view, form, next, providers, hasPassword, hasFactor } = props;
  const t = view.messages.auth;
  return (
    <Entry
      view={view}
      title={hasPassword ? t.proofTitle : t.proofTitleElsewhere}
      lead={t.proofLead}
    >
      {hasPassword && (
        <Form action={withNext("/account/proof", next)} form={form} messages={view.messages}>
          <PasswordField name="password" label={t.password} form={form} />
          <Button>{t.proof}</Button>
        </Form>
      )}
      {hasFactor && (
        <CodeForm
          view={view}
          form={emptyForm}
          action={withNext("/account/proof/code", next)}
          label={t.proof}
        />
      )}
      <ProviderButtons
        view={view}
        providers={providers}
        href={(id) => withNext(`/account/proof/${id}`, next)}
        isOther={hasPassword || hasFactor}
      />
      <div class="row">
        <LinkButton look="quiet" href={next}>
          {view.messages.common.cancel}
        </LinkButton>
      </div>
    </Entry>
  );
}

/** A field for the current password. Password managers fill it in, and it is never sent back. */
export function PasswordField(props: { name: string; label: string; form: FormState }) {
  return <TextField {...props} type="password" required autocomplete="current-password" />;
}

export function NewPasswordField(props: { view: View; form: FormState; label: string }) {
  const { view, form, label } = props;
  return (
    <TextField
      name="password"
      label={label}
      hint={view.messages.auth.passwordHint}
      form={form}
      type="password"
      required
      autocomplete="new-password"
    />
  );
}

export function EmailField({ view, form, value }: EntryProps & { readonly value?: string }) {
  return (
    <TextField
      {...(value !== undefined && { value })}
      name="email"
      label={view.messages.auth.email}
      form={form}
      type="email"
      required
      autocomplete="username"
      inputmode="email"
    />
  );
}

/** A page with one form. */
export function Entry(props: { view: View; title: string; lead?: string; children?: Child }) {
  const { view, title, lead, children } = props;
  return (
    <PlatformLayout view={view} title={title} narrow>
      <PageHeader title={title} {...(lead !== undefined && { lead })} />
      <Card>{children}</Card>
    </PlatformLayout>
  );
}

function withNext(path: string, next: string): string {
  return `${path}?next=${encodeURIComponent(next)}`;
}
