import type { View } from "../../../http/view.ts";
import { Badge, Button, ButtonForm, Card, LinkButton, Time } from "../../../web/components.tsx";
import {
  Checkbox,
  Form,
  type FormState,
  SelectField,
  TextArea,
  TextField,
} from "../../../web/forms.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { may } from "../../context.ts";
import { CLASS_IDS } from "../../roster/classes.ts";
import { fieldNumber, fieldPoints } from "../points.ts";
import { classField, priceLines } from "../pool-form.ts";
import { SLOTS } from "../pool-rules.ts";
import type * as service from "../service.ts";
import { classLabel, poolName } from "./parts.tsx";
import { PreviewTable } from "./pool-preview.tsx";
import { ruleSentences } from "./rule-sentences.ts";

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** One pool: what its rules do, and for one pool at a time the form that changes them. */
export function PoolCard(props: {
  view: View;
  pool: service.Pool;
  /** The form, where this pool is the chosen one. */
  form: FormState | undefined;
  preview: service.RulesPreview | undefined;
  history: readonly service.RulesVersion[];
}) {
  const { view, pool, form, preview, history } = props;
  const isOpen = pool.archivedAt === null && may(view.guild!, "settings.manage");
  const t = view.messages.dkp;
  const ctx = view.guild!;
  return (
    <Card title={poolName(view, pool)}>
      <p class="row">
        <Badge>{t.poolKinds[pool.kind]}</Badge>
        {pool.isDefault && <Badge look="accent">{t.defaultPool}</Badge>}
        <span class="muted">{t.version(pool.rulesVersion)}</span>
      </p>
      <ul class="plain">
        {ruleSentences(view, pool).map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
      {isOpen && form === undefined && (
        <p>
          <LinkButton href={guildHref(view, `/dkp/pools?pool=${pool.id}`)}>
            {view.messages.poolRules.edit}
          </LinkButton>
        </p>
      )}
      {isOpen && preview && <PreviewTable view={view} preview={preview} />}
      {isOpen && form && <RulesForm view={view} pool={pool} form={form} />}
      {pool.archivedAt === null && (
        <div class="row">
          {pool.decay !== null && may(ctx, "points.award") && (
            <ButtonForm action={guildHref(view, `/dkp/pools/${pool.id}/decays`)}>
              {t.decayNow}
            </ButtonForm>
          )}
          {!pool.isDefault && may(ctx, "settings.manage") && (
            <ButtonForm look="quiet" action={guildHref(view, `/dkp/pools/${pool.id}/archival`)}>
              {t.archive}
            </ButtonForm>
          )}
        </div>
      )}
      {history.length > 0 && (
        <ul class="plain muted">
          {history.slice(0, 10).map((one) => (
            <li>
              {t.version(one.version)} · {one.actorName} ·{" "}
              <Time at={one.at} timeZone={ctx.guild.timeZone} locale={view.locale} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function RulesForm(props: { view: View; pool: service.Pool; form: FormState }) {
  const { view, pool, form } = props;
  const t = view.messages.dkp;
  const text = (amount: number | null) =>
    amount === null ? "" : fieldPoints(amount, pool.decimals, view.locale);
  return (
    <Form form={form} messages={view.messages} action={guildHref(view, `/dkp/pools/${pool.id}`)}>
      <input type="hidden" name="version" value={pool.rulesVersion} />
      <TextField name="name" label={t.name} form={form} value={pool.name} maxlength={60} required />
      {pool.kind === "epgp" ? (
        <TextField
          name="minGearPoints"
          label={t.minGear}
          form={form}
          inputmode="decimal"
          value={text(pool.minGearPoints)}
        />
      ) : (
        <TextField
          name="floor"
          label={t.floor}
          hint={t.floorHint}
          form={form}
          inputmode="decimal"
          value={text(pool.floor)}
        />
      )}
      <TextField
        name="hardCap"
        label={t.hardCap}
        hint={t.capHint}
        form={form}
        inputmode="decimal"
        value={text(pool.hardCap)}
      />
      <TextField
        name="weeklyCap"
        label={t.weeklyCap}
        form={form}
        inputmode="decimal"
        value={text(pool.weeklyCap)}
      />
      <WeekFields view={view} pool={pool} form={form} />
      {pool.kind === "epgp" && (
        <TextField
          name="minEffortPoints"
          label={t.minEffort}
          hint={t.minEffortHint}
          form={form}
          inputmode="decimal"
          value={text(pool.minEffortPoints)}
        />
      )}
      <PriceFields view={view} pool={pool} form={form} />
      <DecayFields view={view} pool={pool} form={form} />
      <ClassFields view={view} pool={pool} form={form} />
      <PriceList view={view} pool={pool} form={form} />
      <div class="row">
        <Button>{view.messages.common.save}</Button>
        <Button look="secondary" formaction={guildHref(view, `/dkp/pools/${pool.id}/preview`)}>
          {view.messages.poolRules.preview}
        </Button>
      </div>
    </Form>
  );
}

/** The parts of a price that a buyer pays, and where they go. */
function PriceFields(props: { view: View; pool: service.Pool; form: FormState }) {
  const { view, pool, form } = props;
  const t = view.messages.dkp;
  const names: ("offSpecPct" | "benchSharePct" | "taxPct")[] = ["offSpecPct"];
  if (pool.kind === "zero-sum") names.push("benchSharePct");
  if (pool.kind !== "epgp") names.push("taxPct");
  return (
    <>
      {names.map((name) => (
        <TextField
          name={name}
          label={t[name]}
          hint={t[`${name}Hint`]}
          form={form}
          inputmode="numeric"
          value={String(pool[name])}
        />
      ))}
    </>
  );
}

function DecayFields(props: { view: View; pool: service.Pool; form: FormState }) {
  const { view, pool, form } = props;
  const t = view.messages.dkp;
  const weekly = pool.decay?.weekly;
  return (
    <>
      <TextField
        name="percent"
        label={t.decayPercent}
        hint={t.decayHint}
        form={form}
        inputmode="decimal"
        value={pool.decay === null ? "" : fieldNumber(String(pool.decay.percent), view.locale)}
      />
      <TextField
        name="above"
        label={t.decayAbove}
        form={form}
        inputmode="decimal"
        value={pool.decay?.above ? fieldPoints(pool.decay.above, pool.decimals, view.locale) : ""}
      />
      <SelectField
        name="weekday"
        label={t.decayOn}
        form={form}
        value={weekly ? String(weekly.weekday) : ""}
        options={[{ value: "", label: t.byHand }, ...dayOptions(view)]}
      />
      <TextField
        name="hour"
        label={t.decayHour}
        form={form}
        inputmode="numeric"
        value={String(weekly?.hour ?? 6)}
      />
      <Checkbox
        name="positivesOnly"
        label={t.positivesOnly}
        form={form}
        checked={pool.decay?.positivesOnly ?? true}
      />
    </>
  );
}

function WeekFields(props: { view: View; pool: service.Pool; form: FormState }) {
  const { view, pool, form } = props;
  const t = view.messages.poolRules;
  return (
    <>
      <SelectField
        name="weekStart"
        label={t.weekStart}
        form={form}
        value={pool.week ? String(pool.week.weekday) : ""}
        options={[{ value: "", label: t.gameReset }, ...dayOptions(view)]}
      />
      <TextField
        name="weekHour"
        label={t.weekHour}
        form={form}
        inputmode="numeric"
        value={String(pool.week?.hour ?? 0)}
      />
    </>
  );
}

function ClassFields(props: { view: View; pool: service.Pool; form: FormState }) {
  const { view, pool, form } = props;
  const t = view.messages.poolRules;
  return (
    <details>
      <summary>{t.classTitle}</summary>
      <p class="muted">{t.classHint}</p>
      {CLASS_IDS.map((id) => (
        <TextField
          name={classField(id)}
          label={classLabel(view, id)}
          form={form}
          inputmode="numeric"
          value={String(pool.classPct[id] ?? "")}
        />
      ))}
    </details>
  );
}

function PriceList(props: { view: View; pool: service.Pool; form: FormState }) {
  const { view, pool, form } = props;
  const t = view.messages.poolRules;
  const names = SLOTS.map((slot) => t.slots[slot]);
  return (
    <>
      <TextArea
        name="prices"
        label={t.prices}
        hint={t.pricesHint}
        form={form}
        rows={6}
        value={priceLines(pool.prices, pool.decimals, { locale: view.locale, slots: t.slots })}
      />
      <p class="muted">{t.slotsAre(names.join(", "))}</p>
    </>
  );
}

function dayOptions(view: View) {
  const names: Readonly<Record<string, string>> = view.messages.raids.weekdays;
  return DAYS.map((day) => ({ value: String(day), label: names[`d${day}`]! }));
}

/** The form for another pool. */
export function AddForm({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.dkp;
  return (
    <Form form={form} messages={view.messages} action={guildHref(view, "/dkp/pools")}>
      <TextField name="name" label={t.name} form={form} maxlength={60} required />
      <SelectField
        name="kind"
        label={t.poolKind}
        form={form}
        options={(["dkp", "epgp", "zero-sum"] as const).map((kind) => ({
          value: kind,
          label: t.poolKinds[kind],
        }))}
      />
      <Button>{t.addPool}</Button>
    </Form>
  );
}
