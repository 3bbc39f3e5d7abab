import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { Badge, Button, ButtonForm, Card, PageHeader, Time } from "../../web/components.tsx";
import {
  Checkbox,
  emptyForm,
  Form,
  type FormState,
  failedForm,
  SelectField,
  TextField,
} from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { may } from "../context.ts";
import { type Fields, parsedForm, sentForm } from "../page-forms.ts";
import { newPool, rulesChange } from "./api.ts";
import { formatPoints, typedPoints } from "./points.ts";
import { withSaved } from "./saved-rules.ts";
import * as service from "./service.ts";
import { Amount, poolName } from "./views/parts.tsx";

type PageContext = Context<GuildEnv>;
interface Failed {
  readonly pool: string;
  readonly form: FormState;
}

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** The guild's pools and their rules, readable for all members and editable for admins. */
export function poolsPages() {
  const router = createRouter<GuildEnv>();
  const canManage = requirePermission("settings.manage");
  router.get("/dkp/pools", (c) => showPools(c, undefined));
  router.post("/dkp/pools", canManage, (c) =>
    act(c, "new", async (fields) => {
      await service.addPool(c.var.guild, parsedForm(newPool, fields));
    }),
  );
  router.post("/dkp/pools/:id", canManage, (c) =>
    act(c, c.req.param("id"), async (fields) => {
      const { jobs } = c.var.services;
      const change = parsedForm(rulesChange, changeOf(fields, c.var.locale));
      await service.changeRules(c.var.guild, jobs, c.req.param("id"), change);
    }),
  );
  router.post("/dkp/pools/:id/archival", canManage, (c) =>
    act(c, c.req.param("id"), async () => {
      await service.archivePool(c.var.guild, c.req.param("id"));
    }),
  );
  router.post("/dkp/pools/:id/decays", requirePermission("points.award"), (c) =>
    act(c, c.req.param("id"), async () => {
      await service.runDecay(c.var.guild, { pool: c.req.param("id") });
    }),
  );
  return router;
}

async function act(c: PageContext, pool: string, verb: (fields: Fields) => Promise<void>) {
  const values = await sentForm(c);
  try {
    await verb(values);
    return c.redirect(`/g/${c.var.guild.guild.slug}/dkp/pools?done=saved`, 303);
  } catch (error) {
    if (error instanceof AppError && error.kind === "not-found") throw error;
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    const isOutdated = (error as AppError).code === "dkp/rules-changed";
    return await showPools(c, {
      pool,
      form: isOutdated ? withSaved(await service.poolOf(c.var.guild, pool), viewOf(c), form) : form,
    });
  }
}

/** Empty fields remove a rule. A rule without a field in the form stays unchanged. */
function changeOf(fields: Fields, locale: "en" | "es") {
  const rule = (name: string) => {
    const text = fields[name];
    if (typeof text !== "string") return {};
    return { [name]: text.trim() === "" ? null : typedPoints(text, locale) };
  };
  const { percent, weekday, hour } = fields;
  const decay =
    typeof percent !== "string" || percent.trim() === ""
      ? null
      : {
          percent: Number(typedPoints(percent, locale)),
          positivesOnly: fields["positivesOnly"] === "on",
          above: typedPoints(String(fields["above"] ?? "") || "0", locale),
          weekly: weekday ? { weekday: Number(weekday), hour: Number(hour) } : null,
        };
  return {
    name: fields["name"],
    ...(fields["version"] && { version: Number(fields["version"]) }),
    ...rule("floor"),
    ...rule("hardCap"),
    ...rule("weeklyCap"),
    ...rule("minEffortPoints"),
    ...(fields["minGearPoints"] && rule("minGearPoints")),
    ...percentages(fields),
    decay,
  };
}

/** An empty field of a percentage stays as it was. */
function percentages(fields: Fields) {
  return Object.fromEntries(
    ["offSpecPct", "benchSharePct", "taxPct"].flatMap((name) => {
      const text = fields[name];
      return typeof text === "string" && text.trim() !== "" ? [[name, Number(text)]] : [];
    }),
  );
}

async function showPools(c: PageContext, failed: Failed | undefined) {
  const pools = (await service.pools(c.var.guild)).filter((pool) => !pool.isExample);
  const histories = new Map(
    await Promise.all(
      pools.map(
        async (pool) => [pool.id, await service.rulesHistory(c.var.guild, pool.id)] as const,
      ),
    ),
  );
  const view = viewOf(c);
  const t = view.messages.dkp;
  const mayManage = may(c.var.guild, "settings.manage");
  return c.html(
    <GuildLayout view={view} title={t.rulesTitle} section="standings" narrow>
      <PageHeader title={t.rulesTitle} lead={t.rulesLead} />
      {pools.map((pool) => (
        <PoolCard
          view={view}
          pool={pool}
          form={failed?.pool === pool.id ? failed.form : emptyForm}
          history={histories.get(pool.id) ?? []}
        />
      ))}
      {mayManage && (
        <details class="card" open={failed?.pool === "new"}>
          <summary>{t.addPool}</summary>
          <AddForm view={view} form={failed?.pool === "new" ? failed.form : emptyForm} />
        </details>
      )}
    </GuildLayout>,
  );
}

function PoolCard(props: {
  view: View;
  pool: service.Pool;
  form: FormState;
  history: readonly service.RulesVersion[];
}) {
  const { view, pool, form, history } = props;
  const t = view.messages.dkp;
  const ctx = view.guild!;
  return (
    <Card title={poolName(view, pool)}>
      <p class="row">
        <Badge>{t.poolKinds[pool.kind]}</Badge>
        {pool.isDefault && <Badge look="accent">{t.defaultPool}</Badge>}
        <span class="muted">{t.version(pool.rulesVersion)}</span>
      </p>
      {pool.archivedAt === null && may(ctx, "settings.manage") ? (
        <RulesForm view={view} pool={pool} form={form} />
      ) : (
        <RulesList view={view} pool={pool} />
      )}
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
    amount === null ? "" : formatPoints(amount, pool.decimals);
  // Several pools share this page. Each field's name includes its pool, because the browser's labels need
  // unique names.
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
      <Button>{view.messages.common.save}</Button>
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
        value={pool.decay === null ? "" : String(pool.decay.percent)}
      />
      <TextField
        name="above"
        label={t.decayAbove}
        form={form}
        inputmode="decimal"
        value={pool.decay?.above ? formatPoints(pool.decay.above, pool.decimals) : ""}
      />
      <SelectField
        name="weekday"
        label={t.decayOn}
        form={form}
        value={weekly ? String(weekly.weekday) : ""}
        options={[
          { value: "", label: t.byHand },
          ...DAYS.map((day) => ({
            value: String(day),
            label: (view.messages.raids.weekdays as Record<string, string>)[`d${day}`]!,
          })),
        ]}
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

function RulesList({ view, pool }: { view: View; pool: service.Pool }) {
  const t = view.messages.dkp;
  const shown = [
    [t.floor, pool.floor],
    [t.hardCap, pool.hardCap],
    [t.weeklyCap, pool.weeklyCap],
  ] as const;
  return (
    <dl class="facts">
      {shown.map(([label, amount]) => (
        <>
          <dt>{label}</dt>
          <dd>{amount === null ? "–" : <Amount view={view} amount={amount} pool={pool} />}</dd>
        </>
      ))}
      <dt>{t.decayPercent}</dt>
      <dd>{pool.decay === null ? "–" : `${pool.decay.percent} %`}</dd>
    </dl>
  );
}

function AddForm({ view, form }: { view: View; form: FormState }) {
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
