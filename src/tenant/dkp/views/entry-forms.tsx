import type { Child } from "hono/jsx";
import type { View } from "../../../http/view.ts";
import type { AppError } from "../../../kernel/errors.ts";
import { limits } from "../../../limits.ts";
import { Button, formatPoints, LinkButton, PageHeader } from "../../../web/components.tsx";
import {
  Checkbox,
  CheckboxField,
  Form,
  type FormState,
  type Option,
  SelectField,
  TextField,
} from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { withParams } from "../../../web/tables.tsx";
import type { Entry, Pool, Standing } from "../service.ts";
import { classLabel, PoolTabs } from "./parts.tsx";

/** Properties of the forms for new entries. */
export interface EntryFormProps {
  readonly view: View;
  readonly form: FormState;
  readonly pool: Pool;
  readonly pools: readonly Pool[];
  readonly people: readonly Standing[];
  /** Sent with the form, so that a form that is sent twice makes one entry. */
  readonly formKey: string;
}

/** Common reasons for points; numbers are shown points. */
const PRESETS = {
  award: [
    ["on-time", 15],
    ["boss", 5],
    ["new-boss", 10],
    ["completion", 10],
  ],
  adjust: [["absence", -25]],
} as const;

/** The same points for all chosen people: an award, or a signed correction. */
export function PeopleFormPage(props: EntryFormProps & { readonly kind: "award" | "adjust" }) {
  const { view, form, kind, people } = props;
  const t = view.messages.dkp;
  const isAward = kind === "award";
  return (
    <FormPage
      {...props}
      title={isAward ? t.award : t.adjust}
      lead={isAward ? t.awardLead : t.adjustLead}
    >
      <PresetLinks view={view} presets={PRESETS[kind]} />
      <Form form={form} messages={view.messages}>
        <Hidden {...props} />
        <CheckboxField
          name="personIds"
          label={isAward ? t.choosePeople : t.chooseAffected}
          form={form}
          allLabel={t.everybody}
          options={optionsOf(props, people)}
        />
        <PointsAndReason {...props} preset={presetOf(view, PRESETS[kind])} />
        {isAward && form.detail !== undefined && (
          <Checkbox name="confirm" label={t.confirmAward} form={form} />
        )}
        <Button>{isAward ? t.award : t.adjust}</Button>
      </Form>
    </FormPage>
  );
}

/** A price that one person pays. In zero-sum pools others may share it. */
export function SpendFormPage(props: EntryFormProps) {
  const { view, form, people, pool } = props;
  const t = view.messages.dkp;
  return (
    <FormPage {...props} title={t.spend} lead={t.spendLead}>
      <Form form={form} messages={view.messages}>
        <Hidden {...props} />
        <SelectField
          name="personId"
          label={t.choosePerson}
          form={form}
          value={view.url.searchParams.get("person") ?? ""}
          options={optionsOf(props, people).map(({ value, label, hint }) => ({
            value,
            label: `${label} (${hint ?? ""})`,
          }))}
        />
        <PointsAndReason {...props} preset={undefined} />
        {pool.kind === "zero-sum" && (
          <CheckboxField
            name="sharedWith"
            label={t.sharedWith}
            hint={t.sharedWithHint}
            form={form}
            allLabel={t.everybody}
            options={optionsOf(props, people)}
          />
        )}
        <Button>{t.spend}</Button>
      </Form>
    </FormPage>
  );
}

/** Asks for the reason and a confirmation before an entry is reversed. */
export function ReversalFormPage(props: {
  view: View;
  form: FormState;
  entry: Entry;
  formKey: string;
}) {
  const { view, form, entry, formKey } = props;
  const t = view.messages.dkp;
  return (
    <GuildLayout view={view} title={t.undo} section="ledger" narrow>
      <PageHeader title={t.undo} lead={t.undoLead(entry.seq)} />
      <p>
        <a href={guildHref(view, `/ledger/${entry.id}`)}>{entry.reason}</a>
      </p>
      <Form form={form} messages={view.messages}>
        <input type="hidden" name="key" value={formKey} />
        <ReasonField view={view} form={form} value={undefined} />
        <Checkbox name="confirmed" label={t.undoConfirm} form={form} />
        <div class="row">
          <Button look="danger">{t.undo}</Button>
          <LinkButton look="quiet" href={guildHref(view, `/ledger/${entry.id}`)}>
            {view.messages.common.cancel}
          </LinkButton>
        </div>
      </Form>
    </GuildLayout>
  );
}

/** Shows the errors of a failed form in the reader's language, each at its field. */
export function translatedForm(view: View, form: FormState, error: AppError, decimals: number) {
  const t = view.messages.dkp.errors;
  const fields: Readonly<Record<string, string>> = {
    points: t.badPoints(decimals),
    personIds: t.badPeople,
    personId: t.badPeople,
    sharedWith: t.badPeople,
    reason: t.badReason(limits.dkp.reasonCharsMax),
    confirmed: view.messages.dkp.undoUnconfirmed,
  };
  const { balance = 0, required = 0 } = error.details as { balance?: number; required?: number };
  const sentences: Readonly<Record<string, string>> = {
    "dkp/insufficient-balance": t.shortBalance(
      formatPoints(balance, decimals, view.locale),
      formatPoints(required, decimals, view.locale),
    ),
    "dkp/already-reversed": t.alreadyUndone,
    "dkp/reversal-is-final": t.undoIsFinal,
    "dkp/pool-archived": t.poolArchived,
    "dkp/balance-too-large": t.tooLarge,
    "idempotency/key-reused": t.keyReused,
  };
  const errors = Object.entries(form.errors).map(([name, text]) => [name, fields[name] ?? text]);
  const isShort = error.code === "dkp/insufficient-balance";
  return {
    ...form,
    errors: { ...Object.fromEntries(errors), ...(isShort && { points: sentences[error.code]! }) },
    detail: sentences[error.code] ?? errors[0]?.[1] ?? form.detail ?? "",
  };
}

function FormPage(props: EntryFormProps & { title: string; lead: string; children?: Child }) {
  const { view, title, lead, pool, pools, children } = props;
  return (
    <GuildLayout view={view} title={title} section="ledger" narrow>
      <PageHeader title={title} lead={lead} />
      <PoolTabs view={view} pools={pools.filter((one) => one.archivedAt === null)} current={pool} />
      {children}
    </GuildLayout>
  );
}

type Presets = readonly (readonly [keyof View["messages"]["dkp"]["preset"], points: number])[];

/** Links that fill in points and reason. They work without scripts, before people are selected. */
function PresetLinks({ view, presets }: { view: View; presets: Presets }) {
  const t = view.messages.dkp;
  return (
    <nav class="row" aria-label={t.presets}>
      {presets.map(([id, points]) => (
        <a class="button" href={withParams(view.url, { preset: id })}>
          {`${t.preset[id]} · ${points}`}
        </a>
      ))}
    </nav>
  );
}

function presetOf(view: View, presets: Presets) {
  const wanted = view.url.searchParams.get("preset");
  const found = presets.find(([id]) => id === wanted);
  return found && { reason: view.messages.dkp.preset[found[0]], points: String(found[1]) };
}

function PointsAndReason(
  props: EntryFormProps & { preset: { reason: string; points: string } | undefined },
) {
  const { view, form, pool, preset } = props;
  const t = view.messages.dkp;
  return (
    <>
      <TextField
        name="points"
        label={t.points}
        hint={t.pointsHint(pool.decimals)}
        form={form}
        inputmode="decimal"
        autocomplete="off"
        maxlength={40}
        value={preset?.points ?? ""}
        required
      />
      <ReasonField view={view} form={form} value={preset?.reason} />
    </>
  );
}

function ReasonField(props: { view: View; form: FormState; value: string | undefined }) {
  const t = props.view.messages.dkp;
  return (
    <TextField
      name="reason"
      label={t.reason}
      hint={t.reasonHint}
      form={props.form}
      autocomplete="off"
      maxlength={limits.dkp.reasonCharsMax}
      value={props.value ?? ""}
      required
    />
  );
}

function Hidden({ pool, formKey }: EntryFormProps) {
  return (
    <>
      <input type="hidden" name="pool" value={pool.id} />
      <input type="hidden" name="key" value={formKey} />
    </>
  );
}

function optionsOf({ view, pool }: EntryFormProps, people: readonly Standing[]): readonly Option[] {
  return people.map((one) => {
    const points = formatPoints(one.balance, pool.decimals, view.locale);
    const hint = one.class === null ? points : `${classLabel(view, one.class)} · ${points}`;
    return { value: one.personId, label: one.name, hint };
  });
}
