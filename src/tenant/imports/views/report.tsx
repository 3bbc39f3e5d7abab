import type { View } from "../../../http/view.ts";
import { limits } from "../../../limits.ts";
import { Points, Section } from "../../../web/components.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, withParams } from "../../../web/tables.tsx";
import { roundPoints } from "../../dkp/points.ts";
import type { Reconciliation } from "../report.ts";
import type { Batch } from "../service.ts";

/** Each person's balance in the source beside the imported history. Differences come first. */
export function Report(props: { view: View; batch: Batch; decimals: number }) {
  const { view, batch, decimals } = props;
  const t = view.messages.imports;
  const { persons, personsLeftOut } = batch.report ?? { persons: [], personsLeftOut: 0 };
  if (persons.length === 0) return <p class="muted">{t.noReport}</p>;
  const from = Math.max(0, Math.trunc(Number(view.url.searchParams.get("from") ?? 0)) || 0);
  const next = from + limits.imports.pageRows;
  return (
    <Section title={t.report}>
      <p class="muted">{t.reportLead}</p>
      <DataTable
        caption={t.report}
        rows={persons.slice(from, next)}
        url={view.url}
        messages={view.messages}
        empty={<p>{t.noRows}</p>}
        columns={columnsOf(view, decimals)}
      />
      {next < persons.length && (
        <p>
          <a class="button secondary" href={withParams(view.url, { from: String(next) })}>
            {view.messages.common.next}
          </a>
        </p>
      )}
      {personsLeftOut > 0 && <p class="muted">{t.leftOut(personsLeftOut)}</p>}
    </Section>
  );
}

function columnsOf(view: View, decimals: number): readonly Column<Reconciliation>[] {
  const t = view.messages.imports;
  const points = (text: string, signed = false) => (
    <Points
      amount={roundPoints(text, decimals) ?? 0}
      decimals={decimals}
      locale={view.locale}
      signed={signed}
    />
  );
  const unitOf = ({ unit }: Reconciliation) => (unit === "pt" ? "" : ` ${unit.toUpperCase()}`);
  return [
    {
      id: "person",
      label: t.person,
      cell: (one) =>
        one.personId === null ? (
          one.person
        ) : (
          <a href={guildHref(view, `/standings/${one.personId}`)}>
            {one.person}
            {unitOf(one)}
          </a>
        ),
    },
    {
      id: "history",
      label: t.history,
      numeric: true,
      card: "plain",
      cell: (one) => points(one.history),
    },
    {
      id: "balance",
      label: t.balance,
      numeric: true,
      card: "key",
      cell: (one) => points(one.balance),
    },
    {
      id: "correction",
      label: t.correction,
      numeric: true,
      card: "plain",
      cell: (one) => points(one.correction, true),
    },
  ];
}
