import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { Badge, ButtonForm, Notice, PageHeader, Section, Time } from "../../web/components.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { type Column, DataTable } from "../../web/tables.tsx";
import { isProved, type OperatorEnv, requireArea } from "./access.ts";
import * as operations from "./operations.ts";
import { Changing } from "./views/parts.tsx";

/** The guilds' newest good backups and their age, and the platform's backups. */
export function addBackupPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("backups");
  pages.get("/backups", needed, async (c) => {
    const view = viewOf(c);
    const { operations: t, operator } = view.messages;
    const { guilds, late, platform } = await operations.backupsOverview(c.var.operator);
    const columns = [...columnsOf(view), ...(isProved(c) ? [copyColumn(view)] : [])];
    return c.html(
      <OperatorLayout view={view} title={operator.nav.backups} section="backups">
        <PageHeader title={operator.nav.backups} lead={t.backupsLead} />
        {late > 0 && <Notice look="bad">{t.late(late)}</Notice>}
        <Section title={operator.nav.guilds}>
          <Changing c={c} />
          <DataTable
            caption={t.copies}
            rows={guilds}
            url={view.url}
            messages={view.messages}
            empty={<p class="muted">{operator.noGuildsText}</p>}
            columns={columns}
          />
        </Section>
        <Section title={t.platform}>
          <DataTable
            caption={t.platformCopies}
            rows={platform}
            url={view.url}
            messages={view.messages}
            empty={<p class="muted">{t.noCopies}</p>}
            columns={[
              {
                id: "at",
                label: t.taken,
                cell: (row) => <Time at={row.takenAt} timeZone="UTC" locale={view.locale} />,
              },
              { id: "key", label: t.key, card: "wide", cell: (row) => <code>{row.key}</code> },
            ]}
          />
        </Section>
      </OperatorLayout>,
    );
  });
  pages.post("/backups/:id/copies", needed, async (c) => {
    await operations.copyGuild(c.var.operator, c.req.param("id") as GuildId);
    return c.redirect("/operator/backups?done=added", 303);
  });
}

function columnsOf(view: View): readonly Column<operations.GuildCopyState>[] {
  const t = view.messages.operations;
  const { states } = view.messages.backups;
  return [
    { id: "guild", label: t.guild, card: "title", cell: (row) => row.slug },
    {
      id: "good",
      label: t.newestGood,
      card: "key",
      cell: (row) =>
        row.goodAt === null ? (
          <Badge look="bad">{t.none}</Badge>
        ) : (
          <Time at={row.goodAt} timeZone="UTC" locale={view.locale} />
        ),
    },
    {
      id: "complete",
      label: t.completeUntil,
      cell: (row) =>
        row.completeAt !== null && <Time at={row.completeAt} timeZone="UTC" locale={view.locale} />,
    },
    {
      id: "last",
      label: t.last,
      cell: (row) =>
        row.status && (
          <Badge look={row.status === "good" ? "good" : "bad"}>{states[row.status]}</Badge>
        ),
    },
    {
      id: "size",
      label: t.size,
      numeric: true,
      cell: (row) => (row.storedBytes === null ? "" : `${Math.ceil(row.storedBytes / 1024)} KB`),
    },
    { id: "error", label: t.detail, card: "wide", cell: (row) => row.error ?? "" },
  ];
}

function copyColumn(view: View): Column<operations.GuildCopyState> {
  return {
    id: "actions",
    label: view.messages.common.actions,
    card: "wide",
    cell: (row) => (
      <ButtonForm action={`/operator/backups/${row.guildId}/copies`}>
        {view.messages.backups.copyNow}
      </ButtonForm>
    ),
  };
}
