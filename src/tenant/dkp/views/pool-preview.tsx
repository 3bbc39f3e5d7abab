import type { View } from "../../../http/view.ts";
import { limits } from "../../../limits.ts";
import { formatPoints } from "../../../web/components.tsx";
import { DataTable } from "../../../web/tables.tsx";
import type { RulesPreview } from "../service.ts";
import { PersonLink } from "./parts.tsx";
import { ruleSentences } from "./rule-sentences.ts";

type Row = RulesPreview["items"][number];

/** What a change of the rules would do to the standings of this moment. */
export function PreviewTable({ view, preview }: { view: View; preview: RulesPreview }) {
  const t = view.messages.poolRules;
  const { pool, people } = preview;
  const before = new Set(ruleSentences(view, pool));
  const sentences = ruleSentences(view, pool, preview.rules).filter((one) => !before.has(one));
  const changed = preview.items.filter(isChanged);
  const shown = changed.slice(0, limits.dkp.pageRows);
  const isChangedAtAll = changed.length > 0;
  return (
    <section class="stack" aria-label={t.previewTitle}>
      <h3>{t.previewTitle}</h3>
      <p class="muted">{t.previewLead}</p>
      {sentences.length === 0 ? (
        <p>{t.sameRules}</p>
      ) : (
        <ul>
          {sentences.map((sentence) => (
            <li>{sentence}</li>
          ))}
        </ul>
      )}
      <p role="status">
        {isChangedAtAll
          ? `${t.changed(changed.length, people)} ${t.shownOf(shown.length, changed.length)}`
          : t.noChange(people)}
      </p>
      {isChangedAtAll && <Rows view={view} preview={preview} rows={shown} />}
    </section>
  );
}

function Rows(props: { view: View; preview: RulesPreview; rows: readonly Row[] }) {
  const { view, preview, rows } = props;
  const t = view.messages.poolRules;
  const { pool } = preview;
  const points = (amount: number) => formatPoints(amount, pool.decimals, view.locale);
  const yesNo = (is: boolean) => (is ? t.yes : t.no);
  return (
    <DataTable
      caption={t.previewTitle}
      rows={rows}
      url={view.url}
      messages={view.messages}
      empty={null}
      columns={[
        {
          id: "name",
          label: view.messages.dkp.person,
          cell: (row) => <PersonLink view={view} id={row.personId} name={row.name} pool={pool} />,
        },
        {
          id: "place",
          label: t.place,
          numeric: true,
          cell: (row) => t.fromTo(String(row.placeNow), String(row.placeThen)),
        },
        {
          id: "decay",
          label: t.afterDecay,
          numeric: true,
          cell: (row) => t.fromTo(points(row.decayedNow), points(row.decayedThen)),
        },
        {
          id: "cap",
          label: t.capped,
          cell: (row) => t.fromTo(yesNo(row.isCappedNow), yesNo(row.isCappedThen)),
        },
        ...(pool.kind === "epgp"
          ? [
              {
                id: "buys",
                label: t.mayBuy,
                cell: (row: Row) => t.fromTo(yesNo(row.mayBuyNow), yesNo(row.mayBuyThen)),
              },
            ]
          : []),
      ]}
    />
  );
}

function isChanged(row: Row): boolean {
  return (
    row.placeNow !== row.placeThen ||
    row.decayedNow !== row.decayedThen ||
    row.isCappedNow !== row.isCappedThen ||
    row.mayBuyNow !== row.mayBuyThen ||
    row.priorityNow !== row.priorityThen
  );
}
