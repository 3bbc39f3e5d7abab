import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { LinkButton, PageHeader, Section } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import type { Report } from "../reports.ts";
import type { Wipe } from "../wipes.ts";
import { blowText } from "./deaths.tsx";
import { Bar, count, difficultyName, FightLink, length } from "./parts.tsx";

/** Every lost pull of a log: how far it got, who died first, and what killed most players. */
export function WipesPage(props: { view: View; report: Report; page: Page<Wipe> }) {
  const { view, report, page } = props;
  const t = view.messages.logs;
  return (
    <GuildLayout view={view} title={`${t.wipes} · ${report.title}`} section="logs">
      <PageHeader title={t.wipes} lead={t.wipesLead}>
        <LinkButton look="quiet" href={guildHref(view, `/logs/${report.id}`)}>
          {report.title}
        </LinkButton>
      </PageHeader>
      <DataTable
        caption={t.wipes}
        columns={wipeColumns(view)}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<p class="muted">{t.noWipes}</p>}
      />
    </GuildLayout>
  );
}

/** The latest lost pulls of a boss. */
export function BossWipes({ view, rows }: { view: View; rows: readonly Wipe[] }) {
  const t = view.messages.logs;
  if (rows.length === 0) return null;
  return (
    <Section title={t.latestWipes}>
      <p class="muted">{t.wipesLead}</p>
      <DataTable
        caption={t.latestWipes}
        columns={wipeColumns(view)}
        rows={rows}
        url={view.url}
        messages={view.messages}
        empty={null}
      />
    </Section>
  );
}

function wipeColumns(view: View): readonly Column<Wipe>[] {
  const t = view.messages.logs;
  return [
    {
      id: "pull",
      label: t.fight,
      card: "title",
      cell: (one) => (
        <>
          <FightLink view={view} fight={one} query="?view=deaths" />
          <small class="under muted">{difficultyName(view, one.difficulty)}</small>
        </>
      ),
    },
    {
      id: "left",
      label: t.left,
      numeric: true,
      card: "key",
      cell: ({ bossPercent }) =>
        bossPercent === null ? (
          ""
        ) : (
          <>
            {percent(view, bossPercent)}
            <Bar share={bossPercent / 100} />
          </>
        ),
    },
    {
      id: "duration",
      label: t.duration,
      numeric: true,
      card: "plain",
      cell: (one) => length(one.durationMs),
    },
    {
      id: "first",
      label: t.firstDeaths,
      card: "wide",
      cell: (one) => <FirstDeaths view={view} wipe={one} />,
    },
    {
      id: "cause",
      label: t.cause,
      card: "wide",
      cell: ({ cause, collapseMs }) => (
        <>
          {cause && t.causeText(blowText(cause), cause.deaths, cause.of)}
          {collapseMs !== null && (
            <small class="under muted">{t.collapsed(length(collapseMs))}</small>
          )}
        </>
      ),
    },
  ];
}

function FirstDeaths({ view, wipe }: { view: View; wipe: Wipe }) {
  const t = view.messages.logs;
  if (wipe.firstDeaths.length === 0) return <span class="muted">{t.noDeathsInWipe}</span>;
  const more = wipe.deathCount - wipe.firstDeaths.length;
  return (
    <>
      {wipe.firstDeaths.map(({ name, atMs, killedBy }) => (
        <div>
          {name} {length(atMs - wipe.startAt)}
          {killedBy && <small class="under muted">{blowText(killedBy)}</small>}
        </div>
      ))}
      {more > 0 && <small class="under muted">{t.moreDeaths(count(view, more))}</small>}
    </>
  );
}

function percent(view: View, value: number): string {
  const text = new Intl.NumberFormat(view.locale, { maximumFractionDigits: 1 }).format(value);
  return view.messages.logs.percent(text);
}
