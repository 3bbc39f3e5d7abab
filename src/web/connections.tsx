import type { View } from "../http/view.ts";
import { KINDS_WITH_ACCOUNT, type SecretKind, type SecretView } from "../kernel/secret-kinds.ts";
import { Badge, Button, ButtonForm, Card, Time } from "./components.tsx";
import { Form, type FormState, TextField } from "./forms.tsx";

/** A connection's form as it was sent, with its errors. */
export interface SentConnection {
  readonly kind: SecretKind;
  readonly form: FormState & { readonly values: Readonly<Record<string, string>> };
}

interface Props {
  readonly view: View;
  readonly kinds: readonly SecretKind[];
  readonly secrets: readonly SecretView[];
  readonly sent: SentConnection | undefined;
  /** The address of the forms, to which a slash and the kind are added. */
  readonly base: string;
  readonly timeZone: string;
}

/** A card per service: its connection, and forms to set, replace or remove it. */
export function Connections({ kinds, secrets, sent, ...rest }: Props) {
  return (
    <div class="grid">
      {kinds.map((kind) => (
        <Connection
          {...rest}
          kind={kind}
          secret={secrets.find((one) => one.kind === kind)}
          form={sent?.kind === kind ? sent.form : { values: {}, errors: {} }}
        />
      ))}
    </div>
  );
}

/** The name of a field in a kind's form. One page has several such forms. */
export function fieldName(kind: SecretKind, field: string): string {
  return `${kind}-${field}`;
}

function Connection(
  props: Pick<Props, "view" | "base" | "timeZone"> & {
    kind: SecretKind;
    secret: SecretView | undefined;
    form: SentConnection["form"];
  },
) {
  const { view, base, kind, secret } = props;
  const named = (fields: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(fields).map(([name, text]) => [fieldName(kind, name), text]));
  const { values, errors } = props.form;
  const form = { ...props.form, values: named(values), errors: named(errors) };
  const t = view.messages.connections;
  return (
    <Card title={t.kinds[kind]}>
      {secret ? (
        <WhatIsSet {...props} secret={secret} />
      ) : (
        <p>
          <Badge>{t.notSet}</Badge>
        </p>
      )}
      <p class="muted">{t.hints[kind]}</p>
      <Form action={`${base}/${kind}`} form={form} messages={view.messages}>
        {KINDS_WITH_ACCOUNT.has(kind) && (
          <TextField
            name={fieldName(kind, "account")}
            label={t.account}
            form={form}
            value={secret?.account ?? ""}
            required
            autocomplete="off"
            maxlength={100}
          />
        )}
        <TextField
          name={fieldName(kind, "value")}
          label={t.values[kind]}
          form={form}
          type="password"
          required
          autocomplete="off"
          maxlength={500}
        />
        <Button look="secondary">{secret ? t.replace : view.messages.common.save}</Button>
      </Form>
      {secret && (
        <ButtonForm look="danger" action={`${base}/${kind}/removal`}>
          {t.remove}
        </ButtonForm>
      )}
    </Card>
  );
}

function WhatIsSet(props: { view: View; secret: SecretView; timeZone: string }) {
  const { view, secret, timeZone } = props;
  const t = view.messages.connections;
  return (
    <p>
      <Badge look="good">{t.set}</Badge> {secret.hint !== "" && <code>••••{secret.hint}</code>}{" "}
      <span class="muted">
        {t.setBy(secret.setBy)} ·{" "}
        <Time at={secret.setAt} timeZone={timeZone} locale={view.locale} />
      </span>
    </p>
  );
}
