import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { type ChartPoint, LineChart } from "../../web/chart.tsx";
import {
  ButtonForm,
  Card,
  LinkButton,
  PageHeader,
  Section,
  StatTile,
  Time,
} from "../../web/components.tsx";
import { Facts } from "../../web/facts.tsx";
import { emptyForm, SelectField, TextField } from "../../web/forms.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { DataTable, Filters } from "../../web/tables.tsx";
import { formatBytes, formatDuration } from "../../web/units.ts";
import type { AllFigures, Ranked } from "../fleet/all-figures.ts";
import { type OperatorEnv, pathId, requireArea } from "./access.ts";
import * as figures from "./figures.ts";
import { Changing } from "./views/parts.tsx";

const { statistics, figures: bounds } = limits;
const PERIODS = [7, statistics.days, bounds.daysMax] as const;

// An invalid filter is ignored, because links to these pages are shared.
const filterForm = z.object({
  days: z.coerce.number().int().min(1).max(bounds.daysMax).catch(statistics.days),
  guilds: z.string().max(300).catch(""),
});

/** Figures of all guilds, of one, and of several beside each other. */
export function addFiguresPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("guilds");
  pages.get("/statistics", needed, async (c) => {
    const { days } = filterForm.parse(c.req.query());
    const found = await figures.platformFigures(c.var.operator, days);
    return c.html(<PlatformPage view={viewOf(c)} found={found} days={days} />);
  });
  pages.get("/comparison", needed, async (c) => {
    const { guilds } = filterForm.parse(c.req.query());
    const names = guilds.split(/[\s,]+/).filter(Boolean);
    const found = await figures.compareGuilds(c.var.operator, names.slice(0, bounds.comparedMax));
    return c.html(<ComparisonPage view={viewOf(c)} found={found} names={guilds} />);
  });
  pages.get("/guilds/:id/statistics", needed, async (c) => {
    const id = pathId<GuildId>(c);
    const { days } = filterForm.parse(c.req.query());
    const [found, activity] = await Promise.all([
      figures.guildStats(c.var.operator, id),
      figures.guildActivity(c.var.operator, id, days),
    ]);
    return c.html(<GuildPage c={c} found={found} activity={activity} days={days} />);
  });
  pages.post("/guilds/:id/statistics/count", needed, async (c) => {
    await figures.countNow(c.var.operator, pathId<GuildId>(c));
    return c.redirect(`/operator/guilds/${pathId<GuildId>(c)}/statistics?done=added`, 303);
  });
}

function PlatformPage(props: { view: View; found: AllFigures; days: number }) {
  const { view, found, days } = props;
  const t = view.messages.figures;
  const { totals, recent } = found;
  const chart = chartsOf(view, found.days);
  return (
    <OperatorLayout view={view} title={t.title} section="statistics">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href="/operator/comparison">{t.compare}</LinkButton>
      </PageHeader>
      <Period view={view} days={days} />
      <div class="grid">
        <StatTile label={t.guilds} note={t.counted(found.counted)}>
          {found.guilds}
        </StatTile>
        <StatTile label={t.active} note={t.recently(recent.days)}>
          {recent.activeGuilds}
        </StatTile>
        <StatTile label={t.fights} note={t.recentFights(recent.fights, recent.days)}>
          {totals.fights}
        </StatTile>
        <StatTile
          label={t.combatTime}
          note={t.average(formatDuration(totals.averageMs, view.locale))}
        >
          {formatDuration(totals.combatMs, view.locale)}
        </StatTile>
        <StatTile label={t.characters}>{totals.characters}</StatTile>
        <StatTile label={t.size}>{formatBytes(totals.bytes, view.locale)}</StatTile>
      </div>
      {chart(t.activeByDay, "activeGuilds")}
      {chart(t.fightsByDay, "fights")}
      {chart(t.changesByDay, "changes")}
      {chart(t.newByDay, "newGuilds")}
      <Ranking
        view={view}
        title={t.largest}
        value={t.size}
        rows={found.largest}
        text={(bytes) => formatBytes(bytes, view.locale)}
      />
      <Ranking
        view={view}
        title={t.busiest(recent.days)}
        value={t.fights}
        rows={found.busiest}
        text={String}
      />
    </OperatorLayout>
  );
}

function Ranking(props: {
  view: View;
  title: string;
  value: string;
  rows: readonly Ranked[];
  text: (value: number) => string;
}) {
  const { view, title, value, rows, text } = props;
  return (
    <Section title={title}>
      <DataTable
        caption={title}
        rows={rows}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{view.messages.figures.nothingCounted}</p>}
        columns={[
          {
            id: "guild",
            label: view.messages.operator.guild,
            cell: (row) => (
              <>
                <a href={`/operator/guilds/${row.id}/statistics`}>{row.name}</a>{" "}
                <code>{row.slug}</code>
              </>
            ),
          },
          { id: "value", label: value, numeric: true, cell: (row) => text(row.value) },
        ]}
      />
    </Section>
  );
}

function GuildPage(props: {
  c: Context<OperatorEnv>;
  found: figures.GuildStats;
  activity: readonly figures.ActivityDay[];
  days: number;
}) {
  const { c, found, activity, days } = props;
  const view = viewOf(c);
  const t = view.messages.figures;
  const chart = chartsOf(view, activity);
  const sizes = activity.flatMap(({ day, size }) => (size === null ? [] : [{ day, ...size }]));
  return (
    <OperatorLayout view={view} title={`${found.name}: ${t.title}`} section="guilds">
      <PageHeader title={`${found.name}: ${t.title}`} lead={t.guildLead}>
        <LinkButton href={`/operator/guilds/${found.id}`}>
          {view.messages.operator.guild}
        </LinkButton>
        <LinkButton href={`/operator/comparison?guilds=${found.slug}`}>{t.compare}</LinkButton>
      </PageHeader>
      <Period view={view} days={days} />
      <Card title={t.now}>
        {found.totals === null ? (
          <p class="muted">{t.neverCounted}</p>
        ) : (
          <Facts facts={LINES.map((line) => [t[line], cellOf(view, found, line)] as const)} />
        )}
        <Changing c={c}>
          <ButtonForm action={`/operator/guilds/${found.id}/statistics/count`}>
            {t.count}
          </ButtonForm>
        </Changing>
      </Card>
      {chart(t.fightsByDay, "fights")}
      {chart(t.changesByDay, "changes")}
      <LineChart
        title={t.sizeByDay}
        messages={view.messages}
        points={sizes.map(({ day, bytes }) => ({
          label: day,
          value: bytes,
          text: formatBytes(bytes, view.locale),
        }))}
      />
    </OperatorLayout>
  );
}

function ComparisonPage(props: {
  view: View;
  found: readonly figures.GuildStats[];
  names: string;
}) {
  const { view, found, names } = props;
  const t = view.messages.figures;
  return (
    <OperatorLayout view={view} title={t.compare} section="statistics">
      <PageHeader title={t.compare} lead={t.compareLead(bounds.comparedMax)} />
      <Filters url={view.url} messages={view.messages}>
        <TextField
          name="guilds"
          label={t.guilds}
          form={{ ...emptyForm, values: { guilds: names } }}
          maxlength={300}
        />
      </Filters>
      <DataTable
        caption={t.compare}
        rows={found.length === 0 ? [] : LINES}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noneChosen}</p>}
        columns={[
          { id: "what", label: t.what, cell: (line) => t[line] },
          ...found.map((guild) => ({
            id: guild.id,
            label: guild.name,
            numeric: true,
            card: "plain" as const,
            cell: (line: Line) => cellOf(view, guild, line),
          })),
        ]}
      />
    </OperatorLayout>
  );
}

type Line = (typeof LINES)[number];
const LINES = [
  ...(["fights", "kills", "bosses", "combatTime", "averageTime", "recent", "changes"] as const),
  ...(["characters", "persons", "members", "raids", "ledgerEntries", "auctions", "logs"] as const),
  ...(["database", "logFiles", "lastActivity", "countedAt"] as const),
] as const;

/** The value of a line for one guild. A guild that was never counted has dashes. */
function cellOf(
  view: View,
  { totals, recent, members, countedAt }: figures.GuildStats,
  line: Line,
) {
  const { locale } = view;
  if (line === "recent") return recent.fights;
  if (line === "changes") return recent.changes;
  if (line === "members") return members;
  if (totals === null) return "–";
  const time = (at: number | null) =>
    at === null ? "–" : <Time at={at} timeZone="UTC" locale={locale} />;
  if (line === "combatTime") return formatDuration(totals.combatMs, locale);
  if (line === "averageTime") return formatDuration(totals.averageMs, locale);
  if (line === "database") return formatBytes(totals.databaseBytes, locale);
  if (line === "logFiles") return formatBytes(totals.logBytes, locale);
  if (line === "lastActivity") return time(totals.lastActivityAt);
  if (line === "countedAt") return time(countedAt);
  return totals[line];
}

function Period({ view, days }: { view: View; days: number }) {
  const t = view.messages.figures;
  return (
    <Filters url={view.url} messages={view.messages}>
      <SelectField
        name="days"
        label={t.period}
        form={{ ...emptyForm, values: { days: String(days) } }}
        options={PERIODS.map((one) => ({ value: String(one), label: t.lastDays(one) }))}
      />
    </Filters>
  );
}

/** Makes a chart of one figure of some days. */
function chartsOf<Day extends { readonly day: string }>(view: View, days: readonly Day[]) {
  return (
    title: string,
    of: { [K in keyof Day]: Day[K] extends number ? K : never }[keyof Day],
  ) => (
    <LineChart
      title={title}
      messages={view.messages}
      points={days.map(
        (one): ChartPoint => ({ label: one.day, value: Number(one[of]), text: String(one[of]) }),
      )}
    />
  );
}
