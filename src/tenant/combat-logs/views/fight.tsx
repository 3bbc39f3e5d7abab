import type { View } from "../../../http/view.ts";
import { assetUrl } from "../../../web/assets/index.ts";
import { LineChart } from "../../../web/chart.tsx";
import { Button, LinkButton, PageHeader, StatTile } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, withParams } from "../../../web/tables.tsx";
import type { Comparison } from "../comparison.ts";
import type { SpellShare, TargetShare } from "../parser/types.ts";
import type { FightRow, fight, fightPlayer, PlayerRow, timelineOf } from "../queries.ts";
import { GuildComparison } from "./comparison.tsx";
import { Deaths, LossNotice } from "./deaths.tsx";
import {
  Bar,
  CountsNote,
  classIdOf,
  count,
  curve,
  difficultyName,
  LeftOutNotice,
  length,
  Outcome,
  PlayerName,
  percentLeft,
  perSecond,
  short,
  specOf,
} from "./parts.tsx";

export const FIGHT_VIEWS = ["damage", "healing", "taken", "deaths"] as const;
export type FightView = (typeof FIGHT_VIEWS)[number];
type Fight = Awaited<ReturnType<typeof fight>>;

/** One fight: four tables of its players, and the raid's curves by second. */
export function FightPage(props: {
  view: View;
  fight: Fight;
  shown: FightView;
  timeline: Awaited<ReturnType<typeof timelineOf>>;
}) {
  const { view, fight, shown, timeline } = props;
  const t = view.messages.logs;
  const isTaken = shown === "taken" || shown === "deaths";
  const series = timeline[isTaken ? "taken" : shown];
  return (
    <GuildLayout view={view} title={fight.name || t.fight} section="logs">
      <FightHeader view={view} fight={fight} />
      <LossNotice view={view} fight={fight} />
      <LeftOutNotice view={view} leftOut={fight.leftOut} />
      <nav class="row" aria-label={t.fight}>
        {FIGHT_VIEWS.map((name) => (
          <a
            class={`button ${name === shown ? "secondary" : "quiet"}`}
            href={withParams(view.url, { view: name === "damage" ? undefined : name })}
            aria-current={name === shown ? "page" : undefined}
          >
            {t.views[name]}
          </a>
        ))}
      </nav>
      {shown === "deaths" ? (
        <Deaths view={view} fight={fight} />
      ) : (
        <Players view={view} fight={fight} shown={shown} />
      )}
      <CountsNote view={view} shown={shown} uncredited={fight.uncreditedAbsorbs} />
      {shown === "damage" && fight.unattributedDamage > 0 && (
        <p class="muted">
          {t.unattributed}: {count(view, fight.unattributedDamage)}. {t.unattributedText}
        </p>
      )}
      <LineChart
        title={isTaken ? t.timelineTaken : t.timelineDamage}
        messages={view.messages}
        points={curve(view, series)}
        timeline={{
          values: series,
          deaths: fight.deaths.map((death) => ({
            at: (death.atMs - fight.startAt) / 1_000,
            name: death.name,
          })),
          unit: { time: view.messages.auctions.when, value: t.perSecond },
          hint: t.zoomHint,
        }}
      />
      <script src={assetUrl("timeline")} defer></script>
    </GuildLayout>
  );
}

function FightHeader({ view, fight }: { view: View; fight: FightRow }) {
  const t = view.messages.logs;
  return (
    <>
      <PageHeader title={fight.name || t.fight} lead={difficultyName(view, fight.difficulty)}>
        <LinkButton look="quiet" href={guildHref(view, `/fights/${fight.id}/players.csv`)}>
          {t.csv}
        </LinkButton>
        <LinkButton look="quiet" href={guildHref(view, `/logs/${fight.reportId}`)}>
          {fight.reportTitle}
        </LinkButton>
      </PageHeader>
      <div class="grid">
        <StatTile label={t.outcome}>
          <Outcome view={view} fight={fight} /> {percentLeft(view, fight)}
        </StatTile>
        <StatTile label={t.duration}>{length(fight.durationMs)}</StatTile>
        <StatTile label={t.deaths}>{String(fight.deathCount)}</StatTile>
      </div>
      {fight.sameAs !== null && (
        <p class="muted">
          {t.twinText} <a href={guildHref(view, `/fights/${fight.sameAs}`)}>{t.toReport}</a>
        </p>
      )}
    </>
  );
}

function Players(props: { view: View; fight: Fight; shown: Exclude<FightView, "deaths"> }) {
  const { view, fight, shown } = props;
  const t = view.messages.logs;
  const of = (player: PlayerRow) =>
    shown === "damage" ? player.damage : shown === "healing" ? player.healing : player.damageTaken;
  const rows = fight.players.filter((player) => of(player) > 0).toSorted((a, b) => of(b) - of(a));
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
      cell: (one) => count(view, perSecond(of(one), fight.durationMs)),
    },
    ...extraColumns(view, fight, shown),
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

function extraColumns(
  view: View,
  fight: FightRow,
  shown: Exclude<FightView, "deaths">,
): readonly Column<PlayerRow>[] {
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

/** One player in one fight, with spells and targets. */
export function FightPlayerPage(props: {
  view: View;
  found: Awaited<ReturnType<typeof fightPlayer>>;
  compared: Comparison | undefined;
}) {
  const { view, found, compared } = props;
  const { fight, player, details } = found;
  const t = view.messages.logs;
  const name = player.name.replace(/-(US|EU|KR|TW|CN)$/, "");
  const tiles: readonly (readonly [string, string])[] = [
    [t.damage, short(view, player.damage)],
    [t.healing, short(view, player.healing)],
    [t.taken, short(view, player.damageTaken)],
    [t.interrupts, String(player.interrupts)],
    [t.dispels, String(player.dispels)],
    [t.casts, String(player.casts)],
    ...(player.itemLevel ? [[t.itemLevel, String(player.itemLevel)] as const] : []),
  ];
  return (
    <GuildLayout view={view} title={`${name} · ${fight.name}`} section="logs">
      <PageHeader title={name} lead={specOf(view, player)}>
        <LinkButton look="quiet" href={guildHref(view, `/fights/${fight.id}`)}>
          {fight.name || t.fight}
        </LinkButton>
      </PageHeader>
      <div class="grid">
        {tiles.map(([label, value]) => (
          <StatTile label={label}>{value}</StatTile>
        ))}
      </div>
      <LineChart
        title={t.damage}
        messages={view.messages}
        points={curve(view, details.damageBySecond)}
      />
      {compared && <GuildComparison view={view} found={compared} />}
      <DataTable
        caption={t.spells}
        columns={spellColumns(view)}
        rows={details.spells
          .filter((one) => one.damage + one.healing + one.casts > 0)
          .toSorted((a, b) => b.damage + b.healing - a.damage - a.healing)}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.nobody}</p>}
      />
      <Shares view={view} title={t.targets} name={t.target} rows={details.targets} />
      <Shares view={view} title={t.takenFrom} name={t.source} rows={details.takenFrom} />
    </GuildLayout>
  );
}

function spellColumns(view: View): readonly Column<SpellShare>[] {
  const t = view.messages.logs;
  const figure = (id: string, label: string, of: (one: SpellShare) => number) => ({
    id,
    label,
    numeric: true,
    card: "plain" as const,
    cell: (one: SpellShare) => (of(one) === 0 ? "" : count(view, of(one))),
  });
  return [
    {
      id: "spell",
      label: t.spell,
      card: "title",
      cell: (one) => (
        <>
          {one.spellName}
          {one.petName !== null && <small class="under muted">{one.petName}</small>}
        </>
      ),
    },
    { ...figure("damage", t.damage, (one) => one.damage), card: "key" },
    figure("healing", t.healing, (one) => one.healing),
    figure("hits", t.hits, (one) => one.hits),
    {
      id: "crits",
      label: t.crits,
      numeric: true,
      card: "plain",
      cell: (one) =>
        one.crits === 0 ? "" : t.percent(String(Math.round((100 * one.crits) / one.hits))),
    },
    figure("casts", t.casts, (one) => one.casts),
  ];
}

function Shares(props: { view: View; title: string; name: string; rows: readonly TargetShare[] }) {
  const { view, title, name, rows } = props;
  const t = view.messages.logs;
  const columns: readonly Column<TargetShare>[] = [
    { id: "name", label: name, card: "title", cell: (one) => one.name },
    {
      id: "damage",
      label: t.damage,
      numeric: true,
      card: "key",
      cell: (one) => (one.damage === 0 ? "" : count(view, one.damage)),
    },
    {
      id: "healing",
      label: t.healing,
      numeric: true,
      card: "plain",
      cell: (one) => (one.healing === 0 ? "" : count(view, one.healing)),
    },
    {
      id: "hits",
      label: t.hits,
      numeric: true,
      card: "plain",
      cell: (one) => count(view, one.hits),
    },
  ];
  return (
    <DataTable
      caption={title}
      columns={columns}
      rows={rows.toSorted((a, b) => b.damage + b.healing - a.damage - a.healing)}
      url={view.url}
      messages={view.messages}
      empty={null}
    />
  );
}
