import type { View } from "../../../http/view.ts";
import { EmptyState, Section } from "../../../web/components.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import {
  type FightUtility,
  type PlayerUtility,
  type RaidBuff,
  raidBuffs,
} from "../fight-utility.ts";
import type { ConsumableKind } from "../parser/consumables.ts";
import type { StoppedSpell } from "../parser/types.ts";
import type { FightRow } from "../queries.ts";
import type { FightFilter } from "./fight-filter.tsx";
import { Bar, count, PlayerName } from "./parts.tsx";

type Stop = StoppedSpell & { readonly player: PlayerUtility };

/** Interrupts and dispels by spell, consumables and buffs of a fight. */
export function UtilityTables(props: {
  view: View;
  fight: FightRow;
  found: FightUtility;
  filter: FightFilter;
}) {
  const { view, fight, found, filter } = props;
  const t = view.messages.logs;
  if (!found.isKnown) {
    return <EmptyState icon="logs" title={t.utilityUnknown} text={t.utilityUnknownText} />;
  }
  const players = found.players.filter(
    ({ guid }) => filter.player === undefined || filter.player === guid,
  );
  return (
    <>
      <Stops view={view} fight={fight} players={players} of="interrupted" />
      <Stops view={view} fight={fight} players={players} of="dispelled" />
      <Section title={t.consumables}>
        <DataTable
          caption={t.consumables}
          columns={consumableColumns(view, fight)}
          rows={players}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.nobody}</p>}
        />
        <p class="muted">{t.consumablesText}</p>
      </Section>
      <Section title={t.buffs}>
        <DataTable
          caption={t.buffs}
          columns={buffColumns(view)}
          rows={raidBuffs(players, fight.durationMs)}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.nobody}</p>}
        />
        <p class="muted">{t.buffsText}</p>
      </Section>
    </>
  );
}

function Stops(props: {
  view: View;
  fight: FightRow;
  players: readonly PlayerUtility[];
  of: "interrupted" | "dispelled";
}) {
  const { view, fight, players, of } = props;
  const t = view.messages.logs;
  const title = of === "interrupted" ? t.interrupts : t.dispels;
  const rows: readonly Stop[] = players
    .flatMap((player) => player[of].map((one) => ({ ...one, player })))
    .toSorted((a, b) => a.stoppedName.localeCompare(b.stoppedName) || b.count - a.count);
  const columns: readonly Column<Stop>[] = [
    { id: "stopped", label: t.stoppedSpell, card: "title", cell: (one) => one.stoppedName },
    {
      id: "count",
      label: title,
      numeric: true,
      card: "key",
      cell: (one) => count(view, one.count),
    },
    {
      id: "player",
      label: t.player,
      cell: ({ player }) => <PlayerName view={view} fightId={fight.id} player={player} />,
    },
    { id: "spell", label: t.stoppedWith, card: "plain", cell: (one) => one.spellName },
  ];
  return (
    <Section title={title}>
      <DataTable
        caption={title}
        columns={columns}
        rows={rows}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.nobody}</p>}
      />
    </Section>
  );
}

/** The columns of consumables. Elixirs replace a flask, and drums are as rare as potions. */
const COLUMNS = {
  flask: ["flask", "elixir"],
  food: ["food"],
  rune: ["rune"],
  potion: ["potion", "drums"],
  healthstone: ["healthstone"],
} as const satisfies Readonly<Record<string, readonly ConsumableKind[]>>;

function consumableColumns(view: View, fight: FightRow): readonly Column<PlayerUtility>[] {
  const t = view.messages.logs;
  return [
    {
      id: "player",
      label: t.player,
      card: "title",
      cell: (one) => <PlayerName view={view} fightId={fight.id} player={one} />,
    },
    ...(Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).map(
      (id): Column<PlayerUtility> => ({
        id,
        label: t.consumableKinds[id],
        card: "plain",
        cell: ({ consumables }) => {
          const kinds: readonly ConsumableKind[] = COLUMNS[id];
          const used = consumables.filter(({ kind }) => kinds.includes(kind));
          if (used.length === 0) return <span class="muted">–</span>;
          return used
            .map(({ spellName, uses }) => (uses > 1 ? `${spellName} ×${uses}` : spellName))
            .join(", ");
        },
      }),
    ),
  ];
}

function buffColumns(view: View): readonly Column<RaidBuff>[] {
  const t = view.messages.logs;
  return [
    { id: "buff", label: t.buff, card: "title", cell: (one) => one.spellName },
    {
      id: "uptime",
      label: t.uptime,
      numeric: true,
      card: "key",
      cell: ({ uptime }) => (
        <>
          {t.percent(String(Math.round(100 * uptime)))}
          <Bar share={uptime} />
        </>
      ),
    },
    {
      id: "players",
      label: t.players,
      numeric: true,
      card: "plain",
      cell: (one) => count(view, one.players),
    },
  ];
}
