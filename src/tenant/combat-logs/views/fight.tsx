import type { View } from "../../../http/view.ts";
import { assetUrl } from "../../../web/assets/index.ts";
import { LineChart } from "../../../web/chart.tsx";
import { LinkButton, PageHeader, StatTile } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, withParams } from "../../../web/tables.tsx";
import type { Comparison } from "../comparison.ts";
import type { FightUtility } from "../fight-utility.ts";
import type { FightCurves } from "../fight-window.ts";
import type { SpellShare, TargetShare } from "../parser/types.ts";
import type { FightRow, fight, fightPlayer } from "../queries.ts";
import type { Share } from "../share-links.ts";
import { GuildComparison } from "./comparison.tsx";
import { Deaths, LossNotice } from "./deaths.tsx";
import { type FightFilter, FightFilterForm } from "./fight-filter.tsx";
import { FightPlayers } from "./fight-players.tsx";
import {
  arenaName,
  CountsNote,
  count,
  curve,
  difficultyName,
  LeftOutNotice,
  length,
  Outcome,
  percentLeft,
  short,
  specOf,
} from "./parts.tsx";
import { ShareLink } from "./share.tsx";
import { UtilityTables } from "./utility.tsx";

export const FIGHT_VIEWS = ["damage", "healing", "taken", "deaths", "utility"] as const;
export type FightView = (typeof FIGHT_VIEWS)[number];
type Fight = Awaited<ReturnType<typeof fight>>;

/** One fight: four tables of its players, and the raid's curves by second. */
export function FightPage(props: {
  view: View;
  fight: Fight;
  shown: FightView;
  filter: FightFilter;
  curves: FightCurves;
  /** Only for its own view. */
  utility: FightUtility | undefined;
  share: Share | undefined;
}) {
  const { view, fight, shown, filter, curves, utility, share } = props;
  const t = view.messages.logs;
  return (
    <GuildLayout
      view={view}
      title={fight.name || t.fight}
      section="logs"
      canonical={share?.canonical}
    >
      <FightHeader view={view} fight={fight} />
      <ShareLink view={view} share={share} />
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
      <FightFilterForm view={view} fight={fight} filter={filter} shown={shown} />
      {utility && <UtilityTables view={view} fight={fight} found={utility} filter={filter} />}
      {shown === "deaths" && <Deaths view={view} fight={fight} filter={filter} />}
      {shown !== "deaths" && shown !== "utility" && (
        <FightPlayers view={view} fight={fight} shown={shown} filter={filter} curves={curves} />
      )}
      <CountsNote view={view} shown={shown} uncredited={fight.uncreditedAbsorbs} />
      {shown === "damage" && fight.unattributedDamage > 0 && (
        <p class="muted">
          {t.unattributed}: {count(view, fight.unattributedDamage)}. {t.unattributedText}
        </p>
      )}
      <FightTimeline view={view} fight={fight} shown={shown} curves={curves} />
    </GuildLayout>
  );
}

function FightTimeline(props: { view: View; fight: Fight; shown: FightView; curves: FightCurves }) {
  const { view, fight, shown, curves } = props;
  const t = view.messages.logs;
  const isTaken = shown === "taken" || shown === "deaths";
  const series = curves[isTaken ? "taken" : shown === "healing" ? "healing" : "damage"];
  return (
    <>
      <LineChart
        title={isTaken ? t.timelineTaken : t.timelineDamage}
        messages={view.messages}
        points={curve(view, series, curves.from)}
        timeline={{
          values: series,
          from: curves.from,
          deaths: fight.deaths.map((death) => ({
            at: (death.atMs - fight.startAt) / 1_000,
            name: death.name,
          })),
          unit: { time: view.messages.auctions.when, value: t.perSecond },
          hint: t.zoomHint,
          link: t.showWindow,
        }}
      />
      <script src={assetUrl("timeline")} defer></script>
    </>
  );
}

function leadOf(view: View, fight: FightRow): string {
  return fight.kind === "arena" ? arenaName(view, fight) : difficultyName(view, fight.difficulty);
}

function FightHeader({ view, fight }: { view: View; fight: FightRow }) {
  const t = view.messages.logs;
  return (
    <>
      <PageHeader title={fight.name || t.fight} lead={leadOf(view, fight)}>
        {(["players.csv", "spells.csv", "fight.json"] as const).map((file) => (
          <LinkButton look="quiet" href={guildHref(view, `/fights/${fight.id}/${file}`)}>
            {t.files[file]}
          </LinkButton>
        ))}
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
        <LinkButton href={guildHref(view, `/players/${encodeURIComponent(player.guid)}`)}>
          {t.trend}
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
