import type { View } from "../http/view.ts";
import type { Plan } from "../platform/store.ts";
import { formatPoints, LinkButton } from "./components.tsx";
import type { Messages } from "./i18n/index.ts";
import { Icon, type IconName } from "./icons.tsx";
import { PlatformLayout } from "./layout.tsx";
import { featureNames } from "./plan-features.ts";

/** The start page: what the product does, why it can be trusted, and its prices. */
export function LandingPage(props: {
  view: View;
  plans: readonly Plan[];
  demoHref: string | undefined;
}) {
  const { view, plans, demoHref } = props;
  const t = view.messages.landing;
  return (
    <PlatformLayout view={view} title={t.title} look="landing">
      <div class="hero">
        <div class="hero-text">
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
          <div class="row">
            <LinkButton look="primary" href="/guilds/new">
              {t.found}
            </LinkButton>
            {demoHref && <LinkButton href={demoHref}>{t.demo}</LinkButton>}
          </div>
        </div>
        <Proof view={view} />
      </div>
      <div class="values">
        <Value icon="apart" title={t.points.apart} text={t.points.apartText} />
        <Value icon="proof" title={t.points.provable} text={t.points.provableText} />
        <Value icon="fast" title={t.points.fast} text={t.points.fastText} />
      </div>
      <Plans view={view} plans={plans} />
    </PlatformLayout>
  );
}

/** A sample from the product: a balance with the ledger entries that add up to it. */
function Proof({ view }: { view: View }) {
  const t = view.messages.landing;
  const lines = [
    [t.proofLines.onTime, 1500],
    [t.proofLines.boss, 500],
    [t.proofLines.loot, -1000],
  ] as const;
  const sum = lines.reduce((total, [, amount]) => total + amount, 0);
  return (
    <figure class="proof">
      <figcaption>
        {t.proofTitle} <span class="badge">{t.proofPerson}</span>
      </figcaption>
      <ol>
        {lines.map(([label, amount]) => (
          <li>
            <span>{label}</span>
            <span class={`num ${amount > 0 ? "good" : "bad"}`}>
              {formatPoints(amount, 2, view.locale, "exceptZero")}
            </span>
          </li>
        ))}
        <li class="sum">
          <span>{t.proofSum}</span>
          <span class="num">{formatPoints(sum, 2, view.locale)}</span>
        </li>
      </ol>
      <p>{t.proofNote}</p>
    </figure>
  );
}

function Value(props: { icon: IconName; title: string; text: string }) {
  return (
    <section>
      <Icon name={props.icon} />
      <h2>{props.title}</h2>
      <p>{props.text}</p>
    </section>
  );
}

/** The current plans side by side, with their limits and features. */
function Plans({ view, plans }: { view: View; plans: readonly Plan[] }) {
  const t = view.messages.landing;
  const features = new Set(plans.flatMap((plan) => plan.features));
  return (
    <section class="stack">
      <h2 class="big">{t.plans}</h2>
      <p class="muted">{t.plansLead}</p>
      <div class="plans">
        {plans.map((plan, at) => {
          const known = Object.hasOwn(t.named, plan.name);
          const named = known ? t.named[plan.name as keyof typeof t.named] : undefined;
          return (
            <section class={`card ${at > 0 && at === plans.length - 1 ? "best" : ""}`}>
              <h3>{named?.title ?? plan.name}</h3>
              {named && <p class="muted">{named.text}</p>}
              <ul>
                <Points t={t} icon="check" texts={roomOf(t, plan)} />
                <Points t={t} icon="check" texts={featureNames(view.messages, plan.features)} />
                <Points
                  t={t}
                  icon="cross"
                  texts={featureNames(
                    view.messages,
                    [...features].filter((one) => !plan.features.includes(one)),
                  )}
                />
              </ul>
            </section>
          );
        })}
      </div>
    </section>
  );
}

/** The limits of a plan, as texts. */
function roomOf(t: Messages["landing"], plan: Plan): readonly string[] {
  const { guildsPerAccountMax, membersMax, retentionDays, keysMax } = plan;
  return [
    guildsPerAccountMax === null ? t.anyGuilds : t.guilds(guildsPerAccountMax),
    membersMax === null ? t.anyMembers : t.members(membersMax),
    retentionDays === null ? t.keptForGood : t.kept(retentionDays),
    keysMax === null ? t.anyKeys : t.keys(keysMax),
  ];
}

function Points(props: { t: Messages["landing"]; icon: IconName; texts: readonly string[] }) {
  const { t, icon, texts } = props;
  const isMissing = icon === "cross";
  return texts.map((text) => (
    <li class={isMissing ? "not" : ""}>
      <Icon name={icon} />
      <span>
        {isMissing && <span class="hidden">{t.without} </span>}
        {text}
      </span>
    </li>
  ));
}
