import type { View } from "../../../http/view.ts";
import { Badge, ButtonForm, Card, CopyField, LinkButton, Time } from "../../../web/components.tsx";
import type { FormState } from "../../../web/forms.tsx";
import { Entry } from "../entry.tsx";
import { CodeForm } from "./code-form.tsx";
import type { Enrolment, FactorState } from "./service.ts";

const HERE = "/account/second-factor";

/** Asks for a code: of a sign-in, or as a proof for a protected action. */
export function CodePage(props: {
  view: View;
  form: FormState;
  action: string;
  purpose: "sign-in" | "proof";
}) {
  const { view, form, action, purpose } = props;
  const { factors: t, auth } = view.messages;
  const isSignIn = purpose === "sign-in";
  return (
    <Entry view={view} title={t.codeTitle} lead={isSignIn ? t.codeLead : auth.proofLead}>
      <CodeForm
        view={view}
        form={form}
        action={action}
        label={isSignIn ? auth.signIn : auth.proof}
      />
      {isSignIn && (
        <div class="row">
          <LinkButton look="quiet" href="/sign-in">
            {t.startAgain}
          </LinkButton>
        </div>
      )}
    </Entry>
  );
}

/** The account page's short note of the second factor. */
export function FactorCard({ view, state }: { view: View; state: FactorState }) {
  const t = view.messages.factors;
  return (
    <Card title={t.title}>
      <p>
        <State view={view} state={state} />
      </p>
      <p class="muted">{t.lead}</p>
      <div class="row">
        <LinkButton href={HERE}>{state.isOn ? t.manage : t.setUp}</LinkButton>
      </div>
    </Card>
  );
}

export function FactorPage(props: {
  view: View;
  state: FactorState;
  enrolment: Enrolment | undefined;
  form: FormState;
}) {
  const { view, state, enrolment, form } = props;
  const t = view.messages.factors;
  return (
    <Entry view={view} title={t.title} lead={state.isRequired ? t.requiredLead : t.lead}>
      <p>
        <State view={view} state={state} />
      </p>
      {state.isOn ? (
        <On view={view} state={state} />
      ) : enrolment ? (
        <Enrol view={view} enrolment={enrolment} form={form} />
      ) : (
        <ButtonForm action={HERE} look="primary">
          {t.setUp}
        </ButtonForm>
      )}
      <div class="row">
        <LinkButton look="quiet" href="/account">
          {t.back}
        </LinkButton>
      </div>
    </Entry>
  );
}

function State({ view, state }: { view: View; state: FactorState }) {
  const t = view.messages.factors;
  if (state.since === null) return <Badge look={state.isRequired ? "bad" : "plain"}>{t.off}</Badge>;
  return (
    <>
      <Badge look="good">{t.on}</Badge>{" "}
      <Time at={state.since} timeZone="UTC" locale={view.locale} />
    </>
  );
}

function On({ view, state }: { view: View; state: FactorState }) {
  const t = view.messages.factors;
  return (
    <>
      <p>{t.codesLeft(state.recoveryCodesLeft)}</p>
      <div class="row">
        <ButtonForm action={`${HERE}/recovery-codes`}>{t.newCodes}</ButtonForm>
        <ButtonForm action={`${HERE}/removal`} look="danger">
          {t.turnOff}
        </ButtonForm>
      </div>
    </>
  );
}

function Enrol(props: { view: View; enrolment: Enrolment; form: FormState }) {
  const { view, enrolment, form } = props;
  const t = view.messages.factors;
  return (
    <>
      <ol>
        <li>{t.stepApp}</li>
        <li>{t.stepSecret}</li>
        <li>{t.stepCode}</li>
      </ol>
      <CopyField id="secret" label={t.secret} value={enrolment.secret} messages={view.messages} />
      <div class="row">
        <LinkButton href={enrolment.uri}>{t.openApp}</LinkButton>
      </div>
      <CodeForm view={view} form={form} action={`${HERE}/confirmation`} label={t.turnOn} />
    </>
  );
}

/** The recovery codes, shown only this once. */
export function RecoveryCodesPage(props: {
  view: View;
  codes: readonly string[];
  isFirst?: boolean;
}) {
  const { view, codes, isFirst = false } = props;
  const t = view.messages.factors;
  return (
    <Entry view={view} title={t.codesTitle} lead={t.codesLead}>
      {isFirst && <p>{t.onNow}</p>}
      <ul class="codes">
        {codes.map((code) => (
          <li>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="row">
        <LinkButton look="primary" href={HERE}>
          {t.codesKept}
        </LinkButton>
      </div>
    </Entry>
  );
}
