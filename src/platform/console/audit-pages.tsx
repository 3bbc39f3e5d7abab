import { z } from "@hono/zod-openapi";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { Page } from "../../kernel/cursor.ts";
import { limits } from "../../limits.ts";
import { Changes } from "../../web/changes.tsx";
import { EmptyState, PageHeader, Time } from "../../web/components.tsx";
import { emptyForm, TextField } from "../../web/forms.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { type Column, DataTable, Filters } from "../../web/tables.tsx";
import { type OperatorEnv, requireArea } from "./access.ts";
import { type PlatformAuditRow, platformAudit } from "./audit.ts";

// An invalid filter is ignored, because links to this page are shared.
const filterForm = z.object({
  actor: z.string().max(100).catch(""),
  action: z.string().max(50).catch(""),
  guild: z.string().max(36).catch(""),
  subject: z.string().max(100).catch(""),
  since: z.iso.date().catch(""),
});
type FilterForm = z.infer<typeof filterForm>;

/** The platform's audit log, with filters in the address. */
export function addAuditPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  pages.get("/audit", requireArea("audit"), async (c) => {
    const filters = filterForm.parse(c.req.query());
    const page = await platformAudit(c.var.operator, {
      ...filters,
      since: filters.since === "" ? 0 : Date.parse(`${filters.since}T00:00:00Z`),
      cursor: c.req.query("cursor") || undefined,
      limit: limits.operators.pageRows,
    });
    return c.html(<AuditPage view={viewOf(c)} page={page} filters={filters} />);
  });
}

function AuditPage(props: { view: View; page: Page<PlatformAuditRow>; filters: FilterForm }) {
  const { view, page, filters } = props;
  const t = view.messages.operator;
  const form = { ...emptyForm, values: filters };
  return (
    <OperatorLayout view={view} title={t.nav.audit} section="audit">
      <PageHeader title={t.audit} lead={t.auditLead} />
      <Filters url={view.url} messages={view.messages}>
        <TextField name="actor" label={t.actor} form={form} maxlength={100} />
        <TextField name="action" label={t.action} form={form} maxlength={50} />
        <TextField name="guild" label={t.guild} form={form} maxlength={36} />
        <TextField name="subject" label={t.subject} form={form} maxlength={100} />
        <TextField name="since" type="date" label={t.since} form={form} />
      </Filters>
      <DataTable
        caption={t.audit}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState title={t.noRows} text={t.noRowsText} />}
        columns={columns(view)}
      />
    </OperatorLayout>
  );
}

function columns(view: View): readonly Column<PlatformAuditRow>[] {
  const t = view.messages.operator;
  return [
    {
      id: "at",
      label: t.at,
      cell: (row) => <Time at={row.at} timeZone="UTC" locale={view.locale} />,
    },
    { id: "actor", label: t.actor, cell: (row) => row.actorName || row.actorType },
    { id: "action", label: t.action, cell: (row) => <code>{row.action}</code> },
    { id: "guild", label: t.guild, cell: (row) => row.guildSlug ?? "" },
    {
      id: "change",
      label: t.change,
      cell: (row) => (
        <details>
          <summary>{row.subject.slice(0, 13)}</summary>
          <p>
            <code>{row.subject}</code>
          </p>
          <Changes row={row} />
          <p class="muted">
            {t.from}: {row.address} {row.agent}
          </p>
        </details>
      ),
    },
  ];
}
