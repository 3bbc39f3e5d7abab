import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { Page } from "../../kernel/cursor.ts";
import { EmptyState, PageHeader, Time } from "../../web/components.tsx";
import { emptyForm, type FormState, TextField } from "../../web/forms.tsx";
import { GuildLayout } from "../../web/layout.tsx";
import { DataTable, Filters } from "../../web/tables.tsx";
import { auditFilters } from "./routes.ts";
import { type AuditRow, auditLog } from "./service.ts";

const PAGE_ROWS = 50;

/** The guild's audit log as a page. */
export function auditPages() {
  const router = createRouter<GuildEnv>();
  router.get("/audit", requirePermission("audit.view"), async (c) => {
    const filters = auditFilters.parse({
      actor: c.req.query("actor")?.slice(0, 50),
      action: c.req.query("action")?.slice(0, 50),
    });
    const cursor = c.req.query("cursor");
    const page = await auditLog(c.var.guild, { ...filters, cursor, limit: PAGE_ROWS });
    return c.html(<AuditPage view={viewOf(c)} page={page} filters={filters} />);
  });
  return router;
}

function AuditPage(props: {
  view: View;
  page: Page<AuditRow>;
  filters: { actor?: string | undefined; action?: string | undefined };
}) {
  const { view, page, filters } = props;
  const t = view.messages.audit;
  const { timeZone } = view.guild!.guild;
  const { actor = "", action = "" } = filters;
  const form: FormState = { ...emptyForm, values: { actor, action } };
  return (
    <GuildLayout view={view} title={t.title} section="audit">
      <PageHeader title={t.title} lead={t.lead} />
      <Filters url={view.url} messages={view.messages}>
        <TextField name="actor" label={t.actor} form={form} />
        <TextField name="action" label={t.action} form={form} />
      </Filters>
      <DataTable
        caption={t.title}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState title={t.noneTitle} text={t.noneText} />}
        columns={[
          {
            id: "at",
            label: t.at,
            cell: (row) => <Time at={row.at} timeZone={timeZone} locale={view.locale} />,
          },
          { id: "actor", label: t.actor, cell: (row) => row.actorName },
          { id: "action", label: t.action, cell: (row) => <code>{row.action}</code> },
          {
            id: "change",
            label: t.change,
            cell: (row) => (
              <details>
                <summary>{row.subject.slice(0, 13)}</summary>
                {row.before && <pre>{`${t.before}: ${row.before}`}</pre>}
                {row.after && <pre>{`${t.after}: ${row.after}`}</pre>}
              </details>
            ),
          },
        ]}
      />
    </GuildLayout>
  );
}
