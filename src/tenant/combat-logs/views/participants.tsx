import type { View } from "../../../http/view.ts";
import { ClassName, LinkButton, PageHeader, Time } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import type { Participant, participantsOf } from "../participants.ts";
import type { Report } from "../reports.ts";
import { classIdOf, count, specOf } from "./parts.tsx";

/** Everyone in a log: who was there, in how many fights, and when. */
export function ParticipantsPage(props: {
  view: View;
  report: Report;
  found: Awaited<ReturnType<typeof participantsOf>>;
}) {
  const { view, report, found } = props;
  const t = view.messages.logs;
  return (
    <GuildLayout view={view} title={`${t.participants} · ${report.title}`} section="logs">
      <PageHeader title={t.participants} lead={t.participantsLead}>
        <LinkButton look="quiet" href={guildHref(view, `/logs/${report.id}`)}>
          {report.title}
        </LinkButton>
      </PageHeader>
      <DataTable
        caption={t.participants}
        columns={columnsOf(view)}
        rows={found.items}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.nobody}</p>}
      />
      {found.leftOut > 0 && (
        <p class="muted">{t.participantsLeftOut(count(view, found.leftOut))}</p>
      )}
    </GuildLayout>
  );
}

function columnsOf(view: View): readonly Column<Participant>[] {
  const t = view.messages.logs;
  const { timeZone } = view.guild!.guild;
  const time = (at: number) => <Time at={at} timeZone={timeZone} locale={view.locale} />;
  return [
    {
      id: "player",
      label: t.player,
      card: "title",
      cell: (one) => (
        <>
          <a href={guildHref(view, `/players/${encodeURIComponent(one.guid)}`)}>
            {one.realm === null ? one.name : `${one.name}-${one.realm}`}
          </a>
          {one.class !== null && (
            <small class="under">
              <ClassName id={classIdOf(one.class)} name={specOf(view, one)} />
            </small>
          )}
        </>
      ),
    },
    {
      id: "encounters",
      label: t.pulls,
      numeric: true,
      card: "key",
      cell: (one) => count(view, one.encounters),
    },
    {
      id: "fights",
      label: t.fights,
      numeric: true,
      card: "plain",
      cell: (one) => count(view, one.fights),
    },
    { id: "first", label: t.firstSeen, cell: (one) => time(one.firstSeenAt) },
    { id: "last", label: t.lastSeen, cell: (one) => time(one.lastSeenAt) },
  ];
}
