import type { View } from "../../../http/view.ts";
import { Badge, Section } from "../../../web/components.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import type { KeystoneResult, KeystoneRun } from "../keystones.ts";
import { length } from "./parts.tsx";

const LOOKS: Readonly<Record<KeystoneResult, "good" | "bad" | "plain">> = {
  timed: "good",
  late: "bad",
  completed: "plain",
  abandoned: "bad",
  open: "plain",
};

/** The dungeon runs of a log with affixes, and their time against the limit. */
export function Keystones(props: { view: View; runs: readonly KeystoneRun[] }) {
  const { view, runs } = props;
  const t = view.messages.logs;
  if (runs.length === 0) return null;
  return (
    <Section title={t.keystones}>
      <DataTable
        caption={t.keystones}
        columns={columnsOf(view)}
        rows={runs}
        url={view.url}
        messages={view.messages}
        empty={null}
      />
    </Section>
  );
}

function columnsOf(view: View): readonly Column<KeystoneRun>[] {
  const t = view.messages.logs;
  return [
    {
      id: "name",
      label: t.keystones,
      card: "title",
      cell: ({ name, level, affixes }) => (
        <>
          {t.keystone(name, level)}
          {affixes.length > 0 && (
            <small class="under muted">{affixes.map((one) => one.name).join(", ")}</small>
          )}
        </>
      ),
    },
    {
      id: "result",
      label: t.outcome,
      card: "key",
      cell: ({ result, upgrades }) => (
        <Badge look={LOOKS[result]}>
          {t.keystoneResults[result]}
          {upgrades > 0 && ` +${upgrades}`}
        </Badge>
      ),
    },
    {
      id: "time",
      label: t.duration,
      numeric: true,
      card: "plain",
      cell: ({ gameMs }) => (gameMs ? length(gameMs) : ""),
    },
    {
      id: "limit",
      label: t.timeLimit,
      numeric: true,
      card: "plain",
      cell: ({ gameMs, parMs }) =>
        parMs !== null && (
          <>
            {length(parMs)}
            {gameMs && <small class="under muted">{difference(gameMs - parMs)}</small>}
          </>
        ),
    },
  ];
}

/** `−1:20` for a run that was faster than the limit. */
function difference(ms: number): string {
  return `${ms > 0 ? "+" : "−"}${length(Math.abs(ms))}`;
}
