import type { View } from "../../../../http/view.ts";
import { limits } from "../../../../limits.ts";
import { Badge, Button, Card, LinkButton, PageHeader, Time } from "../../../../web/components.tsx";
import { ErrorSummary, Form, type FormState, TextField } from "../../../../web/forms.tsx";
import { PlatformLayout } from "../../../../web/layout.tsx";
import { EmailField, Entry } from "../../entry.tsx";
import type { OfferedProvider } from "../../provider-buttons.tsx";
import type { Identity, SignInMethods } from "../links.ts";
import { providerName } from "../providers.ts";

interface CardProps {
  readonly view: View;
  readonly ways: SignInMethods;
  readonly providers: readonly OfferedProvider[];
  readonly form: FormState;
}

/** The account page's list of linked and available providers. */
export function IdentitiesCard({ view, ways, providers, form }: CardProps) {
  const t = view.messages.auth;
  const open = providers.filter(({ id }) => !ways.identities.some((one) => one.provider === id));
  if (ways.identities.length + open.length === 0) return null;
  return (
    <Card title={t.waysIn}>
      <p class="muted">{t.waysInLead}</p>
      <ErrorSummary form={form} messages={view.messages} />
      <ul class="identities">
        {ways.identities.map((identity) => (
          <Linked view={view} identity={identity} />
        ))}
        {open.map(({ id, name }) => (
          <li>
            <div>
              <strong>{name}</strong> <Badge>{t.notLinked}</Badge>
            </div>
            <LinkButton href={`/account/identities/${id}`}>{t.link(name)}</LinkButton>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Linked({ view, identity }: { view: View; identity: Identity }) {
  const t = view.messages.auth;
  const name = providerName(identity.provider);
  return (
    <li>
      <div>
        <strong>{name}</strong> <Badge look="good">{t.linked}</Badge>
        <p class="muted">
          {identity.name} · {t.lastUsed}{" "}
          <Time at={identity.lastUsedAt} timeZone="UTC" locale={view.locale} />
        </p>
      </div>
      <form method="post" action="/account/identities">
        <Button look="danger" name="unlink" value={identity.provider}>
          {t.unlink(name)}
        </Button>
      </form>
    </li>
  );
}

/** Asks for an address when the provider has no verified one. */
export function NewUserPage(props: { view: View; form: FormState; name: string; email: string }) {
  const { view, form, name, email } = props;
  const t = view.messages.auth;
  return (
    <Entry view={view} title={t.newcomerTitle} lead={t.newcomerLead}>
      <Form action="/sign-up/newcomer" form={form} messages={view.messages}>
        <TextField
          name="name"
          label={t.name}
          hint={t.nameHint}
          form={form}
          value={name}
          required
          autocomplete="nickname"
          maxlength={limits.auth.nameCharsMax}
        />
        <EmailField view={view} form={form} value={email} />
        <Button>{t.signUp}</Button>
      </Form>
    </Entry>
  );
}

/** Shown when an OAuth flow failed, with a link to begin again. */
export function FlowFailedPage({ view, detail }: { view: View; detail: string }) {
  const t = view.messages.auth;
  const isSignedIn = view.caller.type === "user";
  return (
    <PlatformLayout view={view} title={t.roundFailed} narrow>
      <PageHeader title={t.roundFailed} lead={detail} />
      <div class="row">
        <LinkButton look="primary" href={isSignedIn ? "/account" : "/sign-in"}>
          {isSignedIn ? t.accountTitle : t.signIn}
        </LinkButton>
        {!isSignedIn && (
          <LinkButton look="quiet" href="/reset">
            {t.forgot}
          </LinkButton>
        )}
      </div>
    </PlatformLayout>
  );
}
