import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { parsedForm, sentForm } from "../../http/forms.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter, invalidFrom } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { AppError } from "../../kernel/errors.ts";
import type { RaidSchedule } from "../../platform/schema.ts";
import { Button, ButtonForm, Card, LinkButton, PageHeader, Steps } from "../../web/components.tsx";
import {
  CheckboxField,
  emptyForm,
  Form,
  type FormState,
  failedForm,
  RadioField,
  SelectField,
  TextField,
} from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { poolOf, setDefaultPool } from "../dkp/service.ts";
import * as service from "./service.ts";

type PageContext = Context<GuildEnv>;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const scheduleForm = z.object({
  timeZone: z.string().refine((zone) => zone === "UTC" || zones().includes(zone)),
  weekdays: z
    .array(z.coerce.number().int().min(1).max(7))
    .min(1)
    .transform((days) => [...new Set(days)].sort()),
  startsAt: timeOfDay,
  endsAt: timeOfDay,
});
const lootForm = z.object({ kind: z.enum(["dkp", "epgp", "zero-sum"]) });

/** The wizard. Each step has its own page, so that users can leave and return. */
export function onboardingPages() {
  const router = createRouter<GuildEnv>();
  const needed = requirePermission("settings.manage");
  router.get("/onboarding", needed, async (c) =>
    c.html(<Overview view={viewOf(c)} setup={await setupOf(c)} />),
  );
  router.get("/onboarding/loot", needed, (c) => showLoot(c, emptyForm));
  router.post("/onboarding/loot", needed, chooseLoot);
  router.get("/onboarding/schedule", needed, (c) =>
    c.html(<SchedulePage view={viewOf(c)} form={emptyForm} />),
  );
  router.post("/onboarding/schedule", needed, setSchedule);
  // These steps use the existing pages for imports, the roster and members, and check the result.
  router.get("/onboarding/history", needed, (c) =>
    c.redirect(guildHref(viewOf(c), "/imports"), 303),
  );
  router.get("/onboarding/roster", needed, (c) =>
    c.redirect(guildHref(viewOf(c), "/roster/import"), 303),
  );
  router.get("/onboarding/invitations", needed, (c) =>
    c.redirect(guildHref(viewOf(c), "/members/invitations"), 303),
  );
  router.post("/onboarding/dismissal", needed, async (c) => {
    const open = (await setupOf(c)).steps.filter(({ state }) => state === "open");
    const steps = open.map(({ step }) => step);
    await service.markSteps(c.var.guild, steps, "skipped");
    return c.redirect(guildHref(viewOf(c), ""), 303);
  });
  router.post("/onboarding/example", needed, async (c) => {
    const { remove } = await sentForm(c);
    if (remove === "yes") await service.removeExample(c.var.guild);
    else await service.addExample(c.var.guild);
    const done = remove === "yes" ? "removed" : "added";
    return c.redirect(`${guildHref(viewOf(c), "/onboarding")}?done=${done}`, 303);
  });
  router.post("/onboarding/:step", needed, async (c) => {
    const step = z.enum(service.STEPS).safeParse(c.req.param("step"));
    if (!step.success) throw invalidFrom(step.error, "param");
    return await skipTo(c, step.data);
  });
  return router;
}

function setupOf(c: PageContext) {
  return service.onboarding(c.var.guild, c.var.services.platform);
}

async function showLoot(c: PageContext, form: FormState) {
  const { kind } = await poolOf(c.var.guild, undefined);
  return c.html(<LootPage view={viewOf(c)} form={form} kind={kind} />);
}

async function chooseLoot(c: PageContext) {
  const values = await sentForm(c);
  if (values["skip"]) return await skipTo(c, "loot");
  try {
    const { kind } = parsedForm(lootForm, values);
    await setDefaultPool(c.var.guild, kind);
  } catch (error) {
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    const isGiven = (error as AppError).code === "dkp/pool-has-entries";
    const detail = viewOf(c).messages.onboarding.poolHasEntries;
    return await showLoot(c, isGiven ? { ...form, detail } : form);
  }
  await service.markSteps(c.var.guild, ["loot"], "done");
  return c.redirect(`${guildHref(viewOf(c), "/onboarding")}?done=saved`, 303);
}

const LISTS: ReadonlySet<string> = new Set(["weekdays"]);

async function setSchedule(c: PageContext) {
  const sent = await sentForm(c, LISTS);
  if (sent["skip"]) return await skipTo(c, "schedule");
  const values = { weekdays: [], ...sent };
  const input = scheduleForm.safeParse(values);
  if (!input.success) {
    const { messages } = viewOf(c);
    const t = messages.onboarding.errors;
    const { errors, ...failed } = failedForm(invalidFrom(input.error, "form"), values, messages);
    const texts = Object.keys(errors).map((name) => [name, t[name as keyof typeof t]]);
    const form = { ...failed, detail: t.input, errors: Object.fromEntries(texts) };
    return c.html(<SchedulePage view={viewOf(c)} form={form} />, 422);
  }
  const { timeZone, ...raidSchedule } = input.data;
  await c.var.services.platform.setSchedule(c.var.guild.guild.id, { timeZone, raidSchedule });
  await service.planNights(c.var.guild, viewOf(c).messages.raids.title, timeZone, raidSchedule);
  await service.markSteps(c.var.guild, ["schedule"], "done", { timeZone, ...raidSchedule });
  return c.redirect(`${guildHref(viewOf(c), "/onboarding")}?done=saved`, 303);
}

async function skipTo(c: PageContext, step: service.Step) {
  await service.markSteps(c.var.guild, [step], "skipped");
  return c.redirect(guildHref(viewOf(c), "/onboarding"), 303);
}

function Overview({ view, setup }: { view: View; setup: service.Onboarding }) {
  const t = view.messages.onboarding;
  const next = setup.steps.find(({ state }) => state === "open")?.step;
  return (
    <GuildLayout view={view} title={t.title} section="home" narrow>
      <PageHeader title={t.title} lead={t.lead} />
      <Steps
        messages={view.messages}
        steps={setup.steps.map(({ step, state }) => ({
          id: step,
          label: t.steps[step],
          href: guildHref(view, `/onboarding/${step}`),
          state: state !== "open" ? "done" : step === next ? "now" : "waiting",
        }))}
      />
      <div class="row">
        {next && (
          <LinkButton look="primary" href={guildHref(view, `/onboarding/${next}`)}>
            {t.steps[next]}
          </LinkButton>
        )}
        {next && (
          <ButtonForm look="quiet" action={guildHref(view, `/onboarding/${next}`)}>
            {t.skip}
          </ButtonForm>
        )}
        <LinkButton look={next ? "secondary" : "primary"} href={guildHref(view, "")}>
          {t.finish}
        </LinkButton>
      </div>
      <Card title={t.example}>
        <p class="muted">{t.exampleLead}</p>
        <form method="post" action={guildHref(view, "/onboarding/example")}>
          <input type="hidden" name="remove" value={setup.hasExample ? "yes" : "no"} />
          <Button look="secondary">{setup.hasExample ? t.exampleRemove : t.exampleAdd}</Button>
        </form>
      </Card>
    </GuildLayout>
  );
}

function LootPage({ view, form, kind: chosen }: { view: View; form: FormState; kind: string }) {
  const t = view.messages.onboarding;
  const kinds = ["dkp", "epgp", "zero-sum"] as const;
  return (
    <GuildLayout view={view} title={t.loot} section="home" narrow>
      <PageHeader title={t.loot} lead={t.lootLead} />
      <Form form={form} messages={view.messages}>
        <RadioField
          name="kind"
          label={t.loot}
          form={form}
          value={chosen}
          options={kinds.map((kind) => ({
            value: kind,
            label: t.kinds[kind],
            hint: t.kindHints[kind],
          }))}
        />
        <SaveOrSkip view={view} />
      </Form>
    </GuildLayout>
  );
}

function SchedulePage({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.onboarding;
  const { raidSchedule, timeZone } = view.guild!.guild;
  const schedule: RaidSchedule = raidSchedule ?? {
    weekdays: [3, 7],
    startsAt: "20:00",
    endsAt: "23:00",
  };
  const days: Readonly<Record<string, string>> = t.days;
  return (
    <GuildLayout view={view} title={t.schedule} section="home" narrow>
      <PageHeader title={t.schedule} lead={t.scheduleLead} />
      <Form form={form} messages={view.messages}>
        <SelectField
          name="timeZone"
          label={t.timeZone}
          form={form}
          value={timeZone}
          options={["UTC", ...zones()].map((zone) => ({ value: zone, label: zone }))}
        />
        <CheckboxField
          name="weekdays"
          label={t.weekdays}
          form={form}
          values={schedule.weekdays.map(String)}
          options={[1, 2, 3, 4, 5, 6, 7].map((day) => ({
            value: String(day),
            label: days[`d${day}`] ?? "",
          }))}
        />
        <TextField
          name="startsAt"
          type="time"
          label={t.startsAt}
          form={form}
          value={schedule.startsAt}
        />
        <TextField name="endsAt" type="time" label={t.endsAt} form={form} value={schedule.endsAt} />
        <SaveOrSkip view={view} />
      </Form>
    </GuildLayout>
  );
}

function SaveOrSkip({ view }: { view: View }) {
  return (
    <div class="row">
      <Button>{view.messages.common.save}</Button>
      <Button look="quiet" name="skip" value="yes">
        {view.messages.onboarding.skip}
      </Button>
    </div>
  );
}

function zones(): readonly string[] {
  return Intl.supportedValuesOf("timeZone");
}
