import type { Context } from "hono";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { Button, ButtonForm, Card, LinkButton, PageHeader } from "../../web/components.tsx";
import { Facts } from "../../web/facts.tsx";
import { emptyForm, Form, type FormState, SelectField, TextField } from "../../web/forms.tsx";
import { planName } from "../../web/i18n/index.ts";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { grantForm, LIMIT_NAMES, planForm } from "../plans/api.ts";
import { changePlan, type PlanLine, planLines } from "../plans/plan-editor.ts";
import { grantPlan, revokeGrant, subscriptionsOf } from "../plans/subscriptions.ts";
import { gibibytes, number, Sources } from "../plans/views/parts.tsx";
import type { Guild } from "../store.ts";
import { type OperatorEnv, pathId, requireArea } from "./access.ts";
import { Changing } from "./views/parts.tsx";

type PageContext = Context<OperatorEnv>;

/** Below `/operator`: the plans with their limits, and the grants of a guild. */
export function planOperatorPages() {
  const pages = createRouter<OperatorEnv>();
  const needed = requireArea("plans");
  pages.get("/plans", needed, async (c) => ownPage(c, await plansHtml(c)));
  pages.get("/plans/:name", needed, async (c) => ownPage(c, await planHtml(c, emptyForm)));
  pages.post("/plans/:name/limits", needed, (c) =>
    onForm(
      c,
      planForm,
      (form) => planHtml(c, form),
      async (input) => {
        await changePlan(c.var.operator, c.req.param("name"), input);
        return c.redirect("/operator/plans?done=saved", 303);
      },
      "guilds",
    ),
  );
  pages.get("/guilds/:id/plan", needed, async (c) => ownPage(c, await grantHtml(c, emptyForm)));
  pages.post("/guilds/:id/plan/grant", needed, (c) =>
    onForm(
      c,
      grantForm,
      (form) => grantHtml(c, form),
      async (input) => {
        await grantPlan(c.var.operator, (await guildOf(c)).id, input);
        return c.redirect(`/operator/guilds/${c.req.param("id")}/plan?done=saved`, 303);
      },
      "guilds",
    ),
  );
  pages.post("/guilds/:id/plan/revocation", needed, async (c) => {
    await revokeGrant(c.var.operator, (await guildOf(c)).id);
    return c.redirect(`/operator/guilds/${c.req.param("id")}/plan?done=removed`, 303);
  });
  return pages;
}

async function plansHtml(c: PageContext) {
  const view = viewOf(c);
  const t = view.messages.plans;
  const plans = await planLines(c.var.operator);
  return (
    <OperatorLayout view={view} title={t.plans} section="plans">
      <PageHeader title={t.plans} lead={t.operatorLead} />
      <div class="grid">
        {plans.map((plan) => (
          <Card title={planName(view.messages, plan.name)}>
            <Facts
              facts={[
                [view.messages.operator.guildCount, number(view, plan.guilds)],
                ...LIMIT_NAMES.map((name) => limitFact(view, plan, name)),
              ]}
            />
            <div class="row">
              <LinkButton href={`/operator/plans/${plan.name}`}>{t.edit}</LinkButton>
            </div>
          </Card>
        ))}
      </div>
    </OperatorLayout>
  );
}

async function planHtml(c: PageContext, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.plans;
  const name = c.req.param("name");
  const plan = (await planLines(c.var.operator)).find((one) => one.name === name);
  if (!plan)
    throw new NotFound("plan/not-found", "This plan does not exist. Choose one from the list.");
  return (
    <OperatorLayout view={view} title={planName(view.messages, plan.name)} section="plans" narrow>
      <PageHeader title={`${t.plan}: ${planName(view.messages, plan.name)}`} lead={t.editLead} />
      <Changing c={c}>
        <Form action={`/operator/plans/${plan.name}/limits`} form={form} messages={view.messages}>
          {LIMIT_NAMES.map((limit) => (
            <TextField
              name={limit}
              label={t.limits[limit]}
              form={form}
              value={plan[limit] === null ? "" : String(plan[limit])}
              inputmode="numeric"
            />
          ))}
          <Button>{view.messages.common.save}</Button>
        </Form>
      </Changing>
    </OperatorLayout>
  );
}

async function grantHtml(c: PageContext, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.plans;
  const guild = await guildOf(c);
  const [plans, subscriptions] = await Promise.all([
    planLines(c.var.operator),
    subscriptionsOf(c.var.services, guild.id),
  ]);
  const href = `/operator/guilds/${guild.id}`;
  const isGranted = subscriptions.some(
    ({ source, status }) => source === "grant" && status === "active",
  );
  return (
    <OperatorLayout view={view} title={`${t.plan} · ${guild.name}`} section="guilds" narrow>
      <PageHeader
        title={`${t.plan}: ${planName(view.messages, guild.plan.name)}`}
        lead={guild.name}
      >
        <LinkButton href={href}>{view.messages.common.back}</LinkButton>
      </PageHeader>
      <Sources view={view} subscriptions={subscriptions} />
      <Card title={t.grant}>
        <p class="muted">{t.grantLead}</p>
        <Changing c={c}>
          <Form action={`${href}/plan/grant`} form={form} messages={view.messages}>
            <SelectField
              name="plan"
              label={t.plan}
              form={form}
              value={plans.at(-1)?.name ?? ""}
              options={plans.map(({ name }) => ({ value: name, label: name }))}
            />
            <TextField name="until" type="date" label={t.until} hint={t.untilHint} form={form} />
            <TextField
              name="reason"
              label={view.messages.operator.reason}
              form={form}
              maxlength={limits.operators.reasonCharsMax}
              required
            />
            <Button>{t.grant}</Button>
          </Form>
          {isGranted && (
            <ButtonForm action={`${href}/plan/revocation`} look="danger">
              {t.revoke}
            </ButtonForm>
          )}
        </Changing>
      </Card>
    </OperatorLayout>
  );
}

/** A limit with its name. Bytes are shown in a larger unit. */
function limitFact(view: View, plan: PlanLine, name: (typeof LIMIT_NAMES)[number]) {
  const t = view.messages.plans;
  const value = plan[name];
  const inBytes = { logBytesMax: t.logStorage, databaseBytesMax: t.databaseStorage };
  if (name !== "logBytesMax" && name !== "databaseBytesMax") {
    return [t.limits[name], number(view, value)] as const;
  }
  return [inBytes[name], value === null ? number(view, value) : gibibytes(view, value)] as const;
}

async function guildOf(c: PageContext): Promise<Guild> {
  const guild = await c.var.services.platform.guild(pathId<GuildId>(c));
  if (guild) return guild;
  throw new NotFound("operator/no-such-guild", "No guild has this ID. Choose one from the list.");
}
