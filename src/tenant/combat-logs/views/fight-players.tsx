import type { View } from "../../../http/view.ts";
import { Button } from "../../../web/components.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import type { FightCurves } from "../fight-window.ts";
import { perSecond } from "../per-second.ts";
import type { FightRow, fight, PlayerRow } from "../queries.ts";
import type { FightFilter } from "./fight-filter.tsx";
import { Bar, classIdOf, count, PlayerName, short } from "./parts.tsx";

type Figure = "damage" | "healing" | "taken";
type Fight = Awaited<ReturnType<typeof fight>>;

/** The players of a fight by one figure. For a part of the fight, only that figure is known. */
export function FightPlayers(props: {
  view: View;
  fight: Fight;
  shown: Figure;
  filter: FightFilter;
  curves: FightCurves;
}) {
  const { view, fight, shown, filter, curves } = props;
  const t = view.messages.logs;
  const { window, player: chosen } = filter;
  const of = figureOf(shown, window && curves);
  const durationMs = window === undefined ? fight.durationMs : (window.to - window.from) * 1_000;
  const rows = fight.players
    .filter((player) => of(player) > 0 && (chosen === undefined || chosen === player.guid))
    .toSorted((a, b) => of(b) - of(a));
  const most = rows[0] ? of(rows[0]) : 1;
  const columns: readonly Column<PlayerRow>[] = [
    {
      id: "player",
      label: t.player,
      card: "title",
      cell: (one) => (
        <>
          <input
            type="checkbox"
            name="guid"
            value={one.guid}
            aria-label={`${t.compare}: ${one.name}`}
          />{" "}
          <PlayerName view={view} fightId={fight.id} player={one} />
        </>
      ),
    },
    {
      id: "amount",
      label: t.views[shown],
      numeric: true,
      card: "key",
      cell: (one) => (
        <>
          {count(view, of(one))}
          <Bar share={of(one) / most} look={`class-${classIdOf(one.class)}`} />
        </>
      ),
    },
    {
      id: "rate",
      label: t.perSecond,
      numeric: true,
      card: "plain",
      cell: (one) => count(view, perSecond(of(one), durationMs)),
    },
    ...(window === undefined ? extraColumns(view, fight, shown) : []),
  ];
  return (
    <form method="get" action={guildHref(view, `/fights/${fight.id}/compare`)} class="list">
      <DataTable
        caption={t.views[shown]}
        columns={columns}
        rows={rows}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.nobody}</p>}
      />
      {rows.length > 1 && <Button look="secondary">{t.compare}</Button>}
    </form>
  );
}

/** Reads a player's figure of the whole fight or, with `part`, of a part of it. */
function figureOf(shown: Figure, part: FightCurves | undefined): (player: PlayerRow) => number {
  const name = shown === "taken" ? "damageTaken" : shown;
  if (part === undefined) return (player) => player[name];
  const sums = new Map(part.players.map((one) => [one.guid, one]));
  return ({ guid }) => sums.get(guid)?.[name] ?? 0;
}

function extraColumns(view: View, fight: FightRow, shown: Figure): readonly Column<PlayerRow>[] {
  const t = view.messages.logs;
  const figure = (
    id: string,
    label: string,
    of: (one: PlayerRow) => number,
  ): Column<PlayerRow> => ({
    id,
    label,
    numeric: true,
    card: "plain",
    cell: (one) => (of(one) === 0 ? "" : short(view, of(one))),
  });
  const active: Column<PlayerRow> = {
    id: "active",
    label: t.active,
    numeric: true,
    card: "plain",
    cell: (one) =>
      t.percent(String(Math.round((100 * one.activeMs) / Math.max(1, fight.durationMs)))),
  };
  if (shown === "damage") return [figure("pets", t.pets, (one) => one.damagePets), active];
  if (shown === "healing") {
    return [
      figure("absorbed", t.absorbed, (one) => one.absorbsGranted),
      figure("over", t.overhealing, (one) => one.overhealing),
      active,
    ];
  }
  return [figure("deaths", t.deaths, (one) => one.deaths)];
}
