import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { LineChart } from "../../../web/chart.tsx";
import { EmptyState, LinkButton, PageHeader, Section, Time } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type { BossRow, RecordRow } from "../boss-queries.ts";
import { perSecond } from "../per-second.ts";
import type { compare, FightRow, PlayerRow } from "../queries.ts";
import type { Wipe } from "../wipes.ts";
import { count, difficultyName, length, PlayerName } from "./parts.tsx";
import { fightColumns } from "./report.tsx";
import { BossWipes } from "./wipes.tsx";

/** The guild's progress with every boss. */
export function BossesPage({ view, rows }: { view: View; rows: readonly BossRow[] }) {
  const t = view.messages.logs;
  const { timeZone } = view.guild!.guild;
  const columns: readonly Column<BossRow>[] = [
    {
      id: "boss",
      label: t.boss,
      card: "title",
      cell: (one) => (
        <a href={guildHref(view, `/bosses/${one.gameId}/${one.difficulty}`)}>{one.name}</a>
      ),
    },
    { id: "difficulty", label: t.difficulty, cell: (one) => difficultyName(view, one.difficulty) },
    { id: "best", label: t.best, numeric: true, card: "key", cell: (one) => bestOf(view, one) },
    {
      id: "pulls",
      label: t.pulls,
      numeric: true,
      card: "plain",
      cell: (one) => count(view, one.pulls),
    },
    {
      id: "kills",
      label: t.kills,
      numeric: true,
      card: "plain",
      cell: (one) => count(view, one.kills),
    },
    {
      id: "fastest",
      label: t.fastest,
      numeric: true,
      card: "plain",
      cell: (one) => (one.fastestMs === null ? "" : length(one.fastestMs)),
    },
    {
      id: "last",
      label: t.lastPull,
      cell: (one) => <Time at={one.lastAt} timeZone={timeZone} locale={view.locale} />,
    },
  ];
  return (
    <GuildLayout view={view} title={t.bosses} section="logs">
      <PageHeader title={t.bosses} lead={t.bossesLead}>
        {may(view.guild!, "logs.view") && (
          <LinkButton href={guildHref(view, "/logs")}>{t.title}</LinkButton>
        )}
      </PageHeader>
      <DataTable
        caption={t.bosses}
        columns={columns}
        rows={rows}
        url={view.url}
        messages={view.messages}
        empty={
          <EmptyState
            icon="logs"
            title={t.noBossesTitle}
            text={t.noBossesText}
            {...(may(view.guild!, "logs.upload") && {
              action: { href: guildHref(view, "/logs"), label: t.send },
            })}
          />
        }
      />
    </GuildLayout>
  );
}

/** One boss: every pull with the remaining health, and the guild's records. */
export function BossPage(props: {
  view: View;
  difficulty: number;
  page: Page<FightRow>;
  wipes: readonly Wipe[];
  damage: readonly RecordRow[];
  healing: readonly RecordRow[];
}) {
  const { view, difficulty, page, wipes, damage, healing } = props;
  const t = view.messages.logs;
  const name = page.items[0]?.name ?? t.boss;
  const pulls = page.items
    .filter((one) => one.bossPercent !== null)
    .toReversed()
    .map((one, index) => ({
      label: String(index + 1),
      value: one.bossPercent!,
      text: t.percent(String(one.bossPercent)),
    }));
  return (
    <GuildLayout view={view} title={name} section="logs">
      <PageHeader title={name} lead={difficultyName(view, difficulty)}>
        <LinkButton href={guildHref(view, "/bosses")}>{t.bosses}</LinkButton>
      </PageHeader>
      <LineChart title={t.progress} messages={view.messages} points={pulls} />
      <DataTable
        caption={t.pulls}
        columns={fightColumns(view, false)}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<p class="muted">{t.noFights}</p>}
      />
      <BossWipes view={view} rows={wipes} />
      {damage.length > 0 && (
        <Section title={t.records}>
          <Records view={view} title={t.recordsDamage} rows={damage} of="damage" />
          <Records view={view} title={t.recordsHealing} rows={healing} of="healing" />
        </Section>
      )}
    </GuildLayout>
  );
}

function Records(props: {
  view: View;
  title: string;
  rows: readonly RecordRow[];
  of: "damage" | "healing";
}) {
  const { view, title, rows, of } = props;
  const t = view.messages.logs;
  const columns: readonly Column<RecordRow>[] = [
    {
      id: "player",
      label: t.player,
      card: "title",
      cell: (one) => <PlayerName view={view} fightId={one.encounterId} player={one} />,
    },
    {
      id: "rate",
      label: t.perSecond,
      numeric: true,
      card: "key",
      cell: (one) => count(view, perSecond(one[of], one.durationMs)),
    },
    {
      id: "length",
      label: t.duration,
      numeric: true,
      card: "plain",
      cell: (one) => length(one.durationMs),
    },
  ];
  return (
    <DataTable
      caption={title}
      columns={columns}
      rows={rows}
      url={view.url}
      messages={view.messages}
      empty={null}
    />
  );
}

/** Several pulls side by side: one row per player, one column per pull. */
export function ComparePage(props: { view: View; fights: Awaited<ReturnType<typeof compare>> }) {
  const { view, fights } = props;
  const t = view.messages.logs;
  const people = new Map<string, (typeof fights)[number]["players"][number]>();
  for (const fight of fights) for (const player of fight.players) people.set(player.guid, player);
  const rateOf = (fight: (typeof fights)[number], guid: string) => {
    const player = fight.players.find((one) => one.guid === guid);
    return player ? perSecond(player.damage, fight.durationMs) : 0;
  };
  const rows = [...people.values()].toSorted(
    (a, b) => rateOf(fights[0]!, b.guid) - rateOf(fights[0]!, a.guid),
  );
  const columns: readonly Column<(typeof rows)[number]>[] = [
    {
      id: "player",
      label: t.player,
      card: "title",
      cell: (one) => <PlayerName view={view} fightId={fights[0]!.id} player={one} />,
    },
    ...fights.map((fight, index) => ({
      id: fight.id,
      label: `${index + 1}. ${t.outcomes[fight.outcome as "kill"] ?? ""} ${length(fight.durationMs)}`,
      numeric: true,
      card: "plain" as const,
      cell: (one: (typeof rows)[number]) => count(view, rateOf(fight, one.guid)),
    })),
  ];
  return (
    <GuildLayout view={view} title={t.compareTitle} section="logs">
      <PageHeader title={t.compareTitle} lead={`${t.damage}, ${t.perSecond.toLowerCase()}`} />
      {fights.length < 2 ? (
        <EmptyState title={t.compareTitle} text={t.compareEmpty} />
      ) : (
        <>
          <DataTable
            caption={t.fights}
            columns={fightColumns(view, false)}
            rows={fights}
            url={view.url}
            messages={view.messages}
            empty={null}
          />
          <DataTable
            caption={t.compareTitle}
            columns={columns}
            rows={rows}
            url={view.url}
            messages={view.messages}
            empty={<p class="muted">{t.nobody}</p>}
          />
        </>
      )}
    </GuildLayout>
  );
}

/** Players of one fight side by side: one row per figure. */
export function ComparePlayersPage(props: {
  view: View;
  fight: FightRow;
  players: readonly PlayerRow[];
}) {
  const { view, fight, players } = props;
  const t = view.messages.logs;
  const figures: readonly (readonly [string, (one: PlayerRow) => string])[] = [
    [t.damage, (one) => count(view, one.damage)],
    [t.perSecond, (one) => count(view, perSecond(one.damage, fight.durationMs))],
    [t.pets, (one) => count(view, one.damagePets)],
    [t.healing, (one) => count(view, one.healing)],
    [t.overhealing, (one) => count(view, one.overhealing)],
    [t.taken, (one) => count(view, one.damageTaken)],
    [
      t.active,
      (one) => t.percent(String(Math.round((100 * one.activeMs) / Math.max(1, fight.durationMs)))),
    ],
    [t.casts, (one) => count(view, one.casts)],
    [t.interrupts, (one) => count(view, one.interrupts)],
    [t.dispels, (one) => count(view, one.dispels)],
    [t.deaths, (one) => count(view, one.deaths)],
    [t.itemLevel, (one) => String(one.itemLevel ?? "")],
  ];
  return (
    <GuildLayout view={view} title={t.compare} section="logs">
      <PageHeader title={t.compare} lead={fight.name}>
        <LinkButton look="quiet" href={guildHref(view, `/fights/${fight.id}`)}>
          {fight.name || t.fight}
        </LinkButton>
      </PageHeader>
      {players.length < 2 ? (
        <EmptyState title={t.compare} text={t.comparePlayersEmpty} />
      ) : (
        <div class="table-wrap" tabindex={0}>
          <table>
            <caption>{fight.name}</caption>
            <thead>
              <tr>
                <th>{t.player}</th>
                {players.map((one) => (
                  <th class="num">
                    <PlayerName view={view} fightId={fight.id} player={one} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {figures.map(([label, of]) => (
                <tr>
                  <th scope="row">{label}</th>
                  {players.map((one) => (
                    <td class="num">{of(one)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </GuildLayout>
  );
}

function bestOf(view: View, { bestPercent, kills }: BossRow): string {
  const t = view.messages.logs;
  if (kills > 0) return t.outcomes.kill;
  return bestPercent === null ? "" : t.percent(String(bestPercent));
}
