import type { View } from "../http/view.ts";
import { formatPoints, LinkButton } from "./components.tsx";
import type { Messages } from "./i18n/index.ts";
import { Icon, type IconName } from "./icons.tsx";
import { PlatformLayout } from "./layout.tsx";

/** The start page: what it is, why one may trust it, what it costs. */
export function LandingPage(props: { view: View; demoHref: string | undefined }) {
  const { view, demoHref } = props;
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
      <Plans t={t} />
    </PlatformLayout>
  );
}

/** The promise as one sees it in the product: a balance with the lines that sum to it. */
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

function Plans({ t }: { t: Messages["landing"] }) {
  const points = (has: readonly string[], icon: IconName) =>
    has.map((text) => (
      <li class={icon === "cross" ? "not" : ""}>
        <Icon name={icon} />
        <span>
          {icon === "cross" && <span class="hidden">{t.without} </span>}
          {text}
        </span>
      </li>
    ));
  return (
    <section class="stack">
      <h2 class="big">{t.plans}</h2>
      <p class="muted">{t.plansLead}</p>
      <div class="plans">
        <section class="card">
          <h3>{t.free}</h3>
          <p class="muted">{t.freeText}</p>
          <ul>
            {points(t.freeHas, "check")}
            {points(t.freeHasNot, "cross")}
          </ul>
        </section>
        <section class="card best">
          <h3>{t.premium}</h3>
          <p class="muted">{t.premiumText}</p>
          <ul>{points(t.premiumHas, "check")}</ul>
        </section>
      </div>
    </section>
  );
}
