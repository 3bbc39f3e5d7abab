import { z } from "@hono/zod-openapi";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { Badge, LinkButton, PageHeader, Section, Time } from "../../web/components.tsx";
import { emptyForm, SelectField, TextField } from "../../web/forms.tsx";
import { planName } from "../../web/i18n/index.ts";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { DataTable, Filters } from "../../web/tables.tsx";
import { formatBytes } from "../../web/units.ts";
import type { SharedRate } from "../limits/rate-states.ts";
import type { Used } from "../plans/plans.ts";
import type { GuildShares } from "../plans/shares.ts";
import { PeriodField } from "../usage/pages.tsx";
import type { CallerUsage, UsageReport } from "../usage/queries.ts";
import { guildShares, platformUsage, rateStates } from "../usage/service.ts";
import { UsageSections } from "../usage/views/report.tsx";
import { type OperatorEnv, requireArea } from "./access.ts";

// An invalid filter is ignored, because links to these pages are shared.
const filterForm = z.object({
  days: z.coerce.number().int().min(1).max(limits.usage.daysMax).catch(1),
  guild: z.string().max(36).catch(""),
  caller: z.enum(["", "key", "user"]).catch(""),
});
type FilterForm = z.infer<typeof filterForm>;

/** Who uses the API, how near guilds are to their limits, and the current rate limits. */
export function addUsagePages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("guilds");
  pages.get("/usage", needed, async (c) => {
    const filters = filterForm.parse(c.req.query());
    const report = await platformUsage(c.var.operator, {
      days: filters.days,
      guild: filters.guild || undefined,
      callerType: filters.caller || undefined,
    });
    return c.html(<UsagePage view={viewOf(c)} report={report} filters={filters} />);
  });
  pages.get("/limits", needed, async (c) =>
    c.html(<LimitsPage view={viewOf(c)} rows={await guildShares(c.var.operator)} />),
  );
  pages.get("/rate-limits", requireArea("accounts"), async (c) =>
    c.html(<RatesPage view={viewOf(c)} rows={await rateStates(c.var.operator)} />),
  );
}

function UsagePage(props: { view: View; report: UsageReport; filters: FilterForm }) {
  const { view, report, filters } = props;
  const { usage: t, operator } = view.messages;
  const form = { ...emptyForm, values: { guild: filters.guild, caller: filters.caller } };
  return (
    <OperatorLayout view={view} title={t.title} section="usage">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href="/operator/limits">{t.limits}</LinkButton>
        <LinkButton href="/operator/rate-limits">{t.rates}</LinkButton>
      </PageHeader>
      <Filters url={view.url} messages={view.messages}>
        <PeriodField view={view} days={filters.days} />
        <TextField name="guild" label={operator.guild} form={form} maxlength={36} />
        <SelectField
          name="caller"
          label={t.caller}
          form={form}
          options={[
            { value: "", label: operator.any },
            { value: "key", label: t.callerTypes.key },
            { value: "user", label: t.callerTypes.user },
          ]}
        />
      </Filters>
      <UsageSections
        view={view}
        report={report}
        caller={(one) => <Caller view={view} of={one} />}
      />
    </OperatorLayout>
  );
}

function Caller({ view, of }: { view: View; of: CallerUsage }) {
  const t = view.messages.usage;
  return (
    <>
      <Badge>{t.callerTypes[of.callerType]}</Badge> {of.name ?? t.removed}{" "}
      {of.slug !== null && <a href={`/operator/guilds/${of.guildId}/statistics`}>{of.slug}</a>}
    </>
  );
}

function LimitsPage({ view, rows }: { view: View; rows: readonly GuildShares[] }) {
  const { usage: t, operator, figures } = view.messages;
  const percent = new Intl.NumberFormat(view.locale, { style: "percent" });
  const used = (of: Used, text: (value: number) => string = String) =>
    of.limit === null ? text(of.used) : `${text(of.used)} / ${text(of.limit)}`;
  return (
    <OperatorLayout view={view} title={t.limits} section="usage">
      <PageHeader title={t.limits} lead={t.limitsLead} />
      <DataTable
        caption={t.limits}
        rows={rows}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{operator.noGuildsText}</p>}
        columns={[
          {
            id: "guild",
            label: operator.guild,
            cell: (row) => <a href={`/operator/guilds/${row.id}`}>{row.name}</a>,
          },
          {
            id: "share",
            label: t.share,
            numeric: true,
            cell: (row) => (
              <Badge look={row.share >= 1 ? "bad" : "plain"}>{percent.format(row.share)}</Badge>
            ),
          },
          { id: "plan", label: operator.plan, cell: (row) => planName(view.messages, row.plan) },
          { id: "members", label: operator.members, cell: (row) => used(row.members) },
          { id: "keys", label: view.messages.keys.title, cell: (row) => used(row.keys) },
          {
            id: "database",
            label: figures.database,
            cell: (row) => used(row.databaseBytes, (bytes) => formatBytes(bytes, view.locale)),
          },
          { id: "requests", label: t.perMinute, cell: (row) => used(row.requests) },
        ]}
      />
    </OperatorLayout>
  );
}

function RatesPage({ view, rows }: { view: View; rows: readonly SharedRate[] }) {
  const t = view.messages.usage;
  return (
    <OperatorLayout view={view} title={t.rates} section="usage">
      <PageHeader title={t.rates} lead={t.ratesLead} />
      <Section title={t.ratesNow}>
        <DataTable
          caption={t.ratesNow}
          rows={rows}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.noRates}</p>}
          columns={[
            {
              id: "identifier",
              label: t.identifier,
              cell: (row) => (
                <>
                  {row.subject} <code>{row.identifier}</code>
                </>
              ),
            },
            { id: "category", label: t.category, card: "key", cell: (row) => row.category },
            { id: "uses", label: t.uses, numeric: true, cell: (row) => row.uses },
            {
              id: "max",
              label: t.most,
              numeric: true,
              card: "plain",
              cell: (row) => row.max ?? "–",
            },
            {
              id: "window",
              label: t.window,
              numeric: true,
              card: "plain",
              cell: (row) => (row.windowMs === null ? "–" : `${row.windowMs / 1_000} s`),
            },
            {
              id: "ends",
              label: t.windowEnds,
              cell: (row) => <Time at={row.endsAt} timeZone="UTC" locale={view.locale} />,
            },
          ]}
        />
      </Section>
    </OperatorLayout>
  );
}
