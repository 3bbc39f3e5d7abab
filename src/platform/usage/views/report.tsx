import type { View } from "../../../http/view.ts";
import { type ChartPoint, LineChart } from "../../../web/chart.tsx";
import { Section, StatTile } from "../../../web/components.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import type { CallerUsage, OperationUsage, Usage, UsageReport } from "../queries.ts";

/** Charts and tables of requests, for a guild's keys and for operators. */
export function UsageSections(props: {
  view: View;
  report: UsageReport;
  caller: (one: CallerUsage) => unknown;
}) {
  const { view, report, caller } = props;
  const t = view.messages.usage;
  const { total } = report;
  return (
    <>
      <div class="grid">
        <StatTile label={t.requests}>{total.requests}</StatTile>
        <StatTile label={t.failures}>{share(view, total.failures, total.requests)}</StatTile>
        <StatTile label={t.cacheHits}>{share(view, total.cacheHits, total.requests)}</StatTile>
        <StatTile label={t.p95} note={t.median(time(view, total.p50Ms, total.requests))}>
          {time(view, total.p95Ms, total.requests)}
        </StatTile>
      </div>
      <Charts view={view} report={report} />
      <Section title={t.callers}>
        <DataTable
          caption={t.callers}
          rows={report.callers}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.none}</p>}
          columns={[
            { id: "caller", label: t.caller, cell: (one) => caller(one) as string },
            ...columns<CallerUsage>(view),
          ]}
        />
      </Section>
      <Section title={t.operations}>
        <DataTable
          caption={t.operations}
          rows={report.operations}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.none}</p>}
          columns={[
            {
              id: "operation",
              label: t.operation,
              cell: (one) => (one.operation === "other" ? t.other : <code>{one.operation}</code>),
            },
            ...columns<OperationUsage>(view),
          ]}
        />
      </Section>
    </>
  );
}

function Charts({ view, report }: { view: View; report: UsageReport }) {
  const t = view.messages.usage;
  return (
    <>
      <LineChart
        title={t.byDay}
        messages={view.messages}
        points={report.days.map(
          ({ day, requests }): ChartPoint => ({
            label: day,
            value: requests,
            text: String(requests),
          }),
        )}
      />
      <LineChart
        title={t.p95ByDay}
        messages={view.messages}
        points={report.days.map(
          (one): ChartPoint => ({
            label: one.day,
            value: one.requests === 0 ? 0 : (one.p95Ms ?? SLOW_MS),
            text: time(view, one.p95Ms, one.requests),
          }),
        )}
      />
    </>
  );
}

/** The end of the last bucket. A slower response is drawn there. */
const SLOW_MS = 1_000;

function columns<Row extends Usage>(view: View): readonly Column<Row>[] {
  const t = view.messages.usage;
  return [
    { id: "requests", label: t.requests, numeric: true, cell: (one) => one.requests },
    {
      id: "failures",
      label: t.failures,
      numeric: true,
      card: "plain",
      cell: (one) => share(view, one.failures, one.requests),
    },
    {
      id: "cached",
      label: t.cacheHits,
      numeric: true,
      card: "plain",
      cell: (one) => share(view, one.cacheHits, one.requests),
    },
    {
      id: "p50",
      label: t.p50,
      numeric: true,
      card: "plain",
      cell: (one) => time(view, one.p50Ms, one.requests),
    },
    {
      id: "p95",
      label: t.p95,
      numeric: true,
      card: "plain",
      cell: (one) => time(view, one.p95Ms, one.requests),
    },
  ];
}

function share(view: View, part: number, all: number): string {
  const number = new Intl.NumberFormat(view.locale, { style: "percent", maximumFractionDigits: 1 });
  return all === 0 ? "–" : number.format(part / all);
}

function time(view: View, ms: number | null, requests: number): string {
  if (requests === 0) return "–";
  return ms === null ? view.messages.usage.overASecond : `${ms} ms`;
}
