import type { View } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { LineChart } from "../../web/chart.tsx";
import { Card } from "../../web/components.tsx";
import { Facts } from "../../web/facts.tsx";
import { type Performance, together } from "../fleet/performance.ts";

/** Performance of a guild's database: sums, the slowest statement, and a chart by hour. */
export function PerformanceSection({ view, hours }: { view: View; hours: readonly Performance[] }) {
  const t = view.messages.operator;
  const total = together(hours);
  if (total === undefined) {
    return (
      <Card title={t.performance}>
        <p class="muted">{t.performanceNone}</p>
      </Card>
    );
  }
  const lent = total.poolHits + total.poolMisses;
  return (
    <>
      <Card title={t.performance}>
        <Facts
          facts={[
            [t.queries, total.queries],
            [t.meanTime, total.meanMs.toFixed(2)],
            [t.slowQueries(limits.performance.slowMs), total.slow],
            [t.failedQueries, total.failures],
            [t.poolHits, `${total.poolHits} / ${lent}`],
            [
              t.slowest,
              <>
                {total.slowestMs.toFixed(1)} ms <code>{total.slowestSql}</code>
              </>,
            ],
          ]}
        />
      </Card>
      <LineChart
        title={t.meanTime}
        messages={view.messages}
        points={hours.map(({ at, meanMs }) => ({
          label: `${new Date(at).toISOString().slice(0, 13).replace("T", " ")}:00 UTC`,
          value: meanMs,
          text: meanMs.toFixed(2),
        }))}
      />
    </>
  );
}
