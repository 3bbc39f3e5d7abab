import type { View } from "../../../http/view.ts";
import { guildHref } from "../../../web/layout.tsx";
import { withParams } from "../../../web/tables.tsx";
import type { FightWindow } from "../fight-window.ts";
import type { FightRow, PlayerRow } from "../queries.ts";
import { length } from "./parts.tsx";

/** What a fight's page shows: one player or all, and a part of the fight or the whole. */
export interface FightFilter {
  readonly player: string | undefined;
  readonly window: FightWindow | undefined;
}

/** The form for the player and the part of the fight. Both are in the address, so that links keep them. */
export function FightFilterForm(props: {
  view: View;
  fight: FightRow & { readonly players: readonly PlayerRow[] };
  filter: FightFilter;
  shown: string;
}) {
  const { view, fight, filter, shown } = props;
  const t = view.messages.logs;
  const { window, player } = filter;
  const clock = (seconds: number) => length(seconds * 1_000);
  const isFiltered = window !== undefined || player !== undefined;
  return (
    <>
      <form class="filters" method="get" action={guildHref(view, `/fights/${fight.id}`)}>
        {shown !== "damage" && <input type="hidden" name="view" value={shown} />}
        <label>
          {t.player}
          <select name="player">
            <option value="">{t.allPlayers}</option>
            {fight.players.map(({ guid, name }) => (
              <option value={guid} selected={guid === player}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t.from}
          <input
            type="text"
            name="from"
            inputmode="numeric"
            size={6}
            placeholder="0:00"
            value={window && clock(window.from)}
          />
        </label>
        <label>
          {t.to}
          <input
            type="text"
            name="to"
            inputmode="numeric"
            size={6}
            placeholder={length(fight.durationMs)}
            value={window && clock(window.to)}
          />
        </label>
        <button class="button secondary" type="submit">
          {view.messages.common.filter}
        </button>
      </form>
      {isFiltered && (
        <p class="muted">
          {window && t.windowText(clock(window.from), clock(window.to))}{" "}
          <a href={withParams(view.url, { player: undefined, from: undefined, to: undefined })}>
            {t.wholeFight}
          </a>
        </p>
      )}
    </>
  );
}
