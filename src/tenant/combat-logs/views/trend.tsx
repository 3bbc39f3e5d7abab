import type { View } from "../../../http/view.ts";
import { LineChart } from "../../../web/chart.tsx";
import { LinkButton, PageHeader } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import type { PlayerTrend, TrendWeek } from "../player-trend.ts";
import { count, specOf } from "./parts.tsx";

/** A player's weeks: damage, healing, deaths, and where their kills stand in the guild. */
export function TrendPage({ view, trend }: { view: View; trend: PlayerTrend }) {
  const t = view.messages.logs;
  const name = trend.player.name.replace(/-(US|EU|KR|TW|CN)$/, "");
  const weeks = trend.items.toReversed();
  const curve = (of: (one: TrendWeek) => number | undefined) =>
    weeks.flatMap((one) => {
      const value = of(one);
      if (value === undefined) return [];
      return [{ label: weekText(view, one), value, text: count(view, value) }];
    });
  return (
    <GuildLayout view={view} title={`${name} · ${t.trend}`} section="logs">
      <PageHeader title={name} lead={specOf(view, trend.player)}>
        <LinkButton look="quiet" href={guildHref(view, "/logs")}>
          {t.title}
        </LinkButton>
      </PageHeader>
      <p class="muted">{t.trendText}</p>
      <LineChart
        title={t.trendDamage}
        messages={view.messages}
        points={curve((one) => one.damagePerSecond)}
      />
      <LineChart
        title={t.trendHealing}
        messages={view.messages}
        points={curve((one) => one.healingPerSecond)}
      />
      <LineChart
        title={t.trendPercentile}
        messages={view.messages}
        points={curve((one) => one.percentiles?.damage)}
      />
      <DataTable
        caption={t.trend}
        columns={columnsOf(view)}
        rows={trend.items}
        url={view.url}
        messages={view.messages}
        next={trend.next}
        empty={<p class="muted">{t.noTrend}</p>}
      />
    </GuildLayout>
  );
}

function columnsOf(view: View): readonly Column<TrendWeek>[] {
  const t = view.messages.logs;
  const figure = (id: string, label: string, of: (one: TrendWeek) => number | undefined) => ({
    id,
    label,
    numeric: true,
    card: "plain" as const,
    cell: (one: TrendWeek) => {
      const value = of(one);
      return value === undefined ? "" : count(view, value);
    },
  });
  return [
    { id: "week", label: t.week, card: "title", cell: (one) => weekText(view, one) },
    figure("pulls", t.pulls, (one) => one.pulls),
    figure("kills", t.kills, (one) => one.kills),
    figure("damage", t.trendDamage, (one) => one.damagePerSecond),
    figure("healing", t.trendHealing, (one) => one.healingPerSecond),
    figure("deaths", t.deaths, (one) => one.deaths),
    figure("damagePercentile", t.trendPercentile, (one) => one.percentiles?.damage),
    figure("healingPercentile", t.trendHealingPercentile, (one) => one.percentiles?.healing),
  ];
}

/** The first day of a week by the guild's clock. */
function weekText(view: View, { startsAt }: TrendWeek): string {
  const { timeZone } = view.guild!.guild;
  return new Intl.DateTimeFormat(view.locale, { dateStyle: "medium", timeZone }).format(startsAt);
}
