import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { Badge, EmptyState, Notice, PageHeader, Section, StatTile } from "../../web/components.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import type { OperatorEnv } from "./access.ts";
import { addAccountPages } from "./account-pages.tsx";
import { addAuditPages } from "./audit-pages.tsx";
import { addBackupPages } from "./backup-pages.tsx";
import { addFiguresPages } from "./figures-pages.tsx";
import { addFleetPages } from "./fleet-pages.tsx";
import { addGuildPages } from "./guild-pages.tsx";
import { addJobPages } from "./jobs-pages.tsx";
import { look } from "./looks.ts";
import { addOutboxPages } from "./outbox-pages.tsx";
import { type Overview, overview } from "./overview.ts";
import { addUsagePages } from "./usage-pages.tsx";

/** Below `/operator`: the overview, the guilds and the audit log. */
export function operatorsPages() {
  const pages = createRouter<OperatorEnv>();
  pages.get("/", async (c) =>
    c.html(<OverviewPage view={viewOf(c)} now={await overview(c.var.operator)} />),
  );
  addGuildPages(pages);
  addFiguresPages(pages);
  addUsagePages(pages);
  addAccountPages(pages);
  addFleetPages(pages);
  addJobPages(pages);
  addOutboxPages(pages);
  addBackupPages(pages);
  addAuditPages(pages);
  return pages;
}

function OverviewPage({ view, now }: { view: View; now: Overview }) {
  const t = view.messages.operator;
  const guilds = now.guilds.reduce((sum, one) => sum + one.guilds, 0);
  return (
    <OperatorLayout view={view} title={t.nav.overview} section="overview">
      <PageHeader title={t.title} lead={t.lead} />
      <div class="grid">
        <StatTile label={t.guildCount}>{guilds}</StatTile>
        <StatTile label={t.accounts} note={t.signedInToday(now.signedInToday)}>
          {now.users}
        </StatTile>
        <StatTile label={t.jobsDue} note={t.jobsFailing(now.jobsFailing)}>
          {now.jobsDue}
        </StatTile>
      </div>
      {now.faults.length > 0 && (
        <Notice look="bad">
          {t.trouble}:{" "}
          {now.faults.map(({ code, databases }) => `${code} (${databases})`).join(", ")}
        </Notice>
      )}
      <Section title={t.byState}>
        <DataTable
          caption={t.byState}
          rows={now.guilds}
          url={view.url}
          messages={view.messages}
          empty={<EmptyState title={t.noGuilds} text={t.noGuildsText} />}
          columns={[
            {
              id: "status",
              label: t.state,
              cell: (row) => <Badge look={look(row.status)}>{t.status[row.status]}</Badge>,
            },
            {
              id: "schema",
              label: t.schema,
              numeric: true,
              card: "plain",
              cell: (row) => row.schemaVersion,
            },
            {
              id: "guilds",
              label: t.guildCount,
              numeric: true,
              card: "plain",
              cell: (row) => row.guilds,
            },
          ]}
        />
      </Section>
    </OperatorLayout>
  );
}
