import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { sentForm } from "../../http/forms.ts";
import { createRouter, invalidFrom } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { may } from "../../tenant/context.ts";
import {
  Button,
  ButtonForm,
  Card,
  LinkButton,
  Meter,
  Notice,
  PageHeader,
} from "../../web/components.tsx";
import { Facts } from "../../web/facts.tsx";
import { planName } from "../../web/i18n/index.ts";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { featureNames } from "../../web/plan-features.ts";
import { ownPage } from "../accounts/form-page.ts";
import { beginCheckout, openPortal } from "./checkout.ts";
import { checkoutInput } from "./guild-routes.ts";
import { logStorageOf, usageOf } from "./service.ts";
import { subscriptionsOf } from "./subscriptions.ts";
import { gibibytes, number, Sources } from "./views/parts.tsx";

/** Below `/g/:guild/settings/plan`: the use of the plan, and the way to a larger one. */
export function plansPages() {
  const pages = createRouter<GuildEnv>();
  const needed = requirePermission("settings.manage");
  pages.get("/settings/plan", needed, async (c) => ownPage(c, await planHtml(c)));
  const owned = requirePermission("guild.own");
  pages.post("/settings/plan/checkout", owned, async (c) => {
    const parsed = checkoutInput.safeParse(await sentForm(c));
    if (!parsed.success) throw invalidFrom(parsed.error, "form");
    const { url } = await beginCheckout(c.var.guild, c.var.platform, parsed.data.plan);
    return c.redirect(url, 303);
  });
  pages.post("/settings/plan/portal", owned, async (c) => {
    const { url } = await openPortal(c.var.guild, c.var.platform);
    return c.redirect(url, 303);
  });
  return pages;
}

async function planHtml(c: Context<GuildEnv>) {
  const view = viewOf(c);
  const t = view.messages.plans;
  const { guild } = c.var.guild;
  const [plans, usage, storage, subscriptions] = await Promise.all([
    c.var.services.appConfig.plans(),
    usageOf(c.var.services.platform, guild),
    logStorageOf(c.var.guild),
    subscriptionsOf(c.var.services, guild.id),
  ]);
  const used = [usage.members, usage.guilds, usage.keys, storage];
  const isPaid = subscriptions.some(
    ({ source, status }) => source === "stripe" && status === "active",
  );
  const isLargest = plans.at(-1)?.name === guild.plan.name;
  const isOver = used.some(({ used: count, limit }) => limit !== null && count > limit);
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={`${t.plan}: ${planName(view.messages, guild.plan.name)}`} lead={t.lead}>
        <LinkButton href={guildHref(view, "/settings")}>{view.messages.settings.title}</LinkButton>
      </PageHeader>
      {isOver && <Notice look="bad">{t.over}</Notice>}
      <Sources view={view} subscriptions={subscriptions} />
      <Card title={t.usage}>
        <Meter label={t.limits.membersMax} {...usage.members} />
        <Meter label={t.limits.guildsPerAccountMax} {...usage.guilds} />
        <Meter label={t.limits.keysMax} {...usage.keys} />
        <Meter label={t.logStorage} {...storage} text={(bytes) => gibibytes(view, bytes)} />
      </Card>
      <Card title={t.included}>
        <Facts
          facts={[
            [t.limits.retentionDays, number(view, guild.plan.retentionDays)],
            [t.limits.eventsPerMinuteMax, number(view, guild.plan.eventsPerMinuteMax)],
            [t.limits.connectionsMax, number(view, guild.plan.connectionsMax)],
            [t.features, featureNames(view.messages, guild.plan.features).join(", ") || t.none],
          ]}
        />
      </Card>
      <Card title={isLargest && !isPaid ? t.noLarger : t.larger}>
        {!(isLargest && !isPaid) && <WayOn c={c} isPaid={isPaid} />}
        <p class="muted">{t.smaller}</p>
      </Card>
    </GuildLayout>
  );
}

/** The way to a larger plan: a payment if there is a payment provider, else a request to the operators. */
function WayOn({ c, isPaid }: { c: Context<GuildEnv>; isPaid: boolean }) {
  const view = viewOf(c);
  const t = view.messages.plans;
  const { payments } = c.var.services;
  if (!payments) return <p>{t.askOperator}</p>;
  if (!may(c.var.guild, "guild.own")) return <p>{t.ownerPays}</p>;
  const href = guildHref(view, "/settings/plan");
  if (isPaid) return <ButtonForm action={`${href}/portal`}>{t.manage}</ButtonForm>;
  return (
    <>
      <p>{t.payLead}</p>
      <form class="row" method="post" action={`${href}/checkout`}>
        {payments.plans.map((plan) => (
          <Button name="plan" value={plan}>
            {t.pay(plan)}
          </Button>
        ))}
      </form>
    </>
  );
}
