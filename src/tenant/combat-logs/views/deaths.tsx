import type { View } from "../../../http/view.ts";
import { EmptyState, Notice, Section } from "../../../web/components.tsx";
import type { Death } from "../parser/types.ts";
import type { FightRow } from "../queries.ts";
import { lossOf } from "../wipes.ts";
import type { FightFilter } from "./fight-filter.tsx";
import { Bar, count, length } from "./parts.tsx";

type Lost = FightRow & { readonly deaths: readonly Death[] };

/** Each death of a fight with the last hits and heals before it. */
export function Deaths(props: { view: View; fight: Lost; filter: FightFilter }) {
  const { view, fight, filter } = props;
  const t = view.messages.logs;
  const deaths = fight.deaths.filter((death) => isShown(death, fight, filter));
  if (deaths.length === 0) return <EmptyState icon="check" title={t.noDeaths} text="" />;
  return (
    <Section title={t.deaths}>
      {deaths.map((death) => (
        <DeathCard view={view} fight={fight} death={death} />
      ))}
    </Section>
  );
}

function isShown({ guid, atMs }: Death, { startAt }: FightRow, filter: FightFilter): boolean {
  if (filter.player !== undefined && filter.player !== guid) return false;
  const second = Math.floor((atMs - startAt) / 1_000);
  return !filter.window || (second >= filter.window.from && second < filter.window.to);
}

/** Why a pull was lost, as far as its deaths say. Empty for other fights. */
export function LossNotice({ view, fight }: { view: View; fight: Lost }) {
  const t = view.messages.logs;
  if (fight.outcome !== "wipe" || fight.kind !== "encounter") return null;
  const { cause, collapseMs, firstDeaths } = lossOf(fight.deaths, fight);
  if (firstDeaths.length === 0) return <Notice>{t.noDeathsInWipe}</Notice>;
  return (
    <Notice>
      <strong>{t.firstDeaths}:</strong>{" "}
      {firstDeaths.map(({ name, atMs }) => `${name} ${length(atMs - fight.startAt)}`).join(", ")}.
      {cause && ` ${t.causeText(blowText(cause), cause.deaths, cause.of)}`}
      {collapseMs !== null && ` ${t.collapsed(length(collapseMs))}`}
    </Notice>
  );
}

/** A killing blow: `Void Blast (Dimensius)`, or the spell alone for falling and the like. */
export function blowText(blow: { readonly sourceName: string; readonly spellName: string }) {
  return blow.sourceName === "" ? blow.spellName : `${blow.spellName} (${blow.sourceName})`;
}

function DeathCard({ view, fight, death }: { view: View; fight: FightRow; death: Death }) {
  const t = view.messages.logs;
  const { killedBy } = death;
  return (
    <details class="card">
      <summary>
        <strong>{death.name}</strong> {t.diedAt(length(death.atMs - fight.startAt))} ·{" "}
        {killedBy ? blowText(killedBy) : t.unknownKiller}
      </summary>
      {death.events.length > 0 && (
        <div class="table-wrap" tabindex={0}>
          <table>
            <caption>{t.before}</caption>
            <thead>
              <tr>
                <th>{t.secondsBefore}</th>
                <th>{t.spell}</th>
                <th class="num">{t.amount}</th>
                <th class="num">{t.health}</th>
              </tr>
            </thead>
            <tbody>
              {death.events.map((event) => (
                <EventRow view={view} event={event} diedMs={death.atMs} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function EventRow(props: { view: View; event: Death["events"][number]; diedMs: number }) {
  const { view, event, diedMs } = props;
  const { kind, sourceName, spellName, amount, overkill, absorbed = 0, health } = event;
  const t = view.messages.logs;
  const format = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
  const before = Math.max(0, diedMs - event.atMs) / 1_000;
  const notes = [
    ...(overkill > 0 ? [`${t.overkill}: ${count(view, overkill)}`] : []),
    ...(absorbed > 0 ? [`${t.absorbed}: ${count(view, absorbed)}`] : []),
  ];
  return (
    <tr>
      <th scope="row">−{new Intl.NumberFormat(view.locale, format).format(before)} s</th>
      <td>
        {spellName}
        <small class="under muted">{sourceName}</small>
      </td>
      <td class={`num ${kind}`}>
        {kind === "heal" ? "+" : "−"}
        {count(view, amount)}
        {notes.length > 0 && <small class="under muted">{notes.join(", ")}</small>}
      </td>
      <td class="num">
        {typeof health === "number" && (
          <>
            {t.percent(String(health))}
            <Bar share={health / 100} />
          </>
        )}
      </td>
    </tr>
  );
}
