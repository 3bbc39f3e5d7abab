import type { View } from "../../../http/view.ts";
import { Section } from "../../../web/components.tsx";
import type { Comparison } from "../comparison.ts";
import { count } from "./parts.tsx";

/** A player's figures beside the guild's kills of the same boss with the same spec. */
export function GuildComparison({ view, found }: { view: View; found: Comparison }) {
  const t = view.messages.logs;
  return (
    <Section title={t.guildComparison}>
      <p class="muted">{t.guildComparisonText(found.kills)}</p>
      <div class="table-wrap" tabindex={0}>
        <table>
          <caption>{t.perSecond}</caption>
          <thead>
            <tr>
              <th></th>
              <th class="num">{t.thisFight}</th>
              <th class="num">{t.median}</th>
              <th class="num">{t.best}</th>
              <th class="num">{t.percentile}</th>
            </tr>
          </thead>
          <tbody>
            {(["damage", "healing"] as const).map((name) => (
              <tr>
                <th scope="row">{t[name]}</th>
                <td class="num">{count(view, found[name].own)}</td>
                <td class="num">{count(view, found[name].median)}</td>
                <td class="num">{count(view, found[name].best)}</td>
                <td class="num">{String(found[name].percentile)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
