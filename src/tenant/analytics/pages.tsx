import { z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { LineChart } from "../../web/chart.tsx";
import { formatPoints, PageHeader, Section, StatTile } from "../../web/components.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { type Pool, pools } from "../dkp/service.ts";
import { PoolTabs, queryOf } from "../dkp/views/parts.tsx";
import { type Analytics, analytics } from "./service.ts";

/** Charts, each with a table of its figures. */
export function analyticsPages() {
  const router = createRouter<GuildEnv>();
  router.get("/analytics", requirePermission("ledger.view"), async (c) => {
    const { pool } = queryOf(c, z.object({ pool: z.uuid().optional() }));
    const [found, all] = await Promise.all([analytics(c.var.guild, pool), pools(c.var.guild)]);
    const open = all.filter((one) => one.archivedAt === null);
    return c.html(<AnalyticsPage view={viewOf(c)} found={found} pools={open} />);
  });
  return router;
}

function AnalyticsPage(props: { view: View; found: Analytics; pools: readonly Pool[] }) {
  const { view, found, pools: all } = props;
  const t = view.messages.analytics;
  const { timeZone } = view.guild!.guild;
  const day = new Intl.DateTimeFormat(view.locale, { dateStyle: "medium", timeZone });
  const week = new Intl.DateTimeFormat(view.locale, { dateStyle: "medium", timeZone: "UTC" });
  const curve = (of: "minted" | "spent" | "decayed") =>
    found.weeks.map((one) => ({
      label: week.format(new Date(`${one.monday}T00:00:00Z`)),
      value: one[of],
      text: formatPoints(one[of], found.pool.decimals, view.locale),
    }));
  return (
    <GuildLayout view={view} title={t.title} section="standings">
      <PageHeader title={t.title} lead={t.lead} />
      <PoolTabs view={view} pools={all} current={found.pool} />
      <div class="grid">
        <StatTile label={t.gini} note={t.giniNote}>
          {found.gini === null ? "–" : found.gini.toFixed(2)}
        </StatTile>
        <StatTile label={t.people}>{String(found.people)}</StatTile>
      </div>
      {(["minted", "spent", "decayed"] as const).map((of) => (
        <LineChart title={t[of]} messages={view.messages} points={curve(of)} />
      ))}
      <LineChart
        title={t.attendance}
        messages={view.messages}
        points={found.nights.map((night) => ({
          label: `${day.format(night.startsAt)} · ${night.name}`,
          value: night.present,
          text: String(night.present),
        }))}
      />
      <Section title={t.shares}>
        <DataTable
          caption={t.sharesCaption}
          rows={found.shares}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.none}</p>}
          columns={[
            {
              id: "name",
              label: t.person,
              cell: (row) => <a href={guildHref(view, `/standings/${row.personId}`)}>{row.name}</a>,
            },
            { id: "items", label: t.items, numeric: true, cell: (row) => row.items },
            { id: "percent", label: "%", numeric: true, cell: (row) => row.percent },
          ]}
        />
      </Section>
    </GuildLayout>
  );
}
