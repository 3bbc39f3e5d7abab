import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { toCsv } from "../../kernel/csv.ts";
import type { Page } from "../../kernel/cursor.ts";
import { instantOf } from "../../kernel/time-zone.ts";
import { limits } from "../../limits.ts";
import { Changes } from "../../web/changes.tsx";
import { EmptyState, LinkButton, PageHeader, Time } from "../../web/components.tsx";
import { emptyForm, type FormState, TextField } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { type Column, DataTable, Filters } from "../../web/tables.tsx";
import { type AuditRow, auditLog, auditRows } from "./service.ts";

// A filter that says nothing sensible filters nothing: links to this page are sent around.
const filterForm = z.object({
  actor: z.string().max(50).catch(""),
  action: z.string().max(50).catch(""),
  since: z.iso.date().catch(""),
});
type FilterForm = z.infer<typeof filterForm>;

/** The guild's audit log as a page and as a file. */
export function auditPages() {
  const router = createRouter<GuildEnv>();
  const needed = requirePermission("audit.view");
  router.get("/audit", needed, async (c) => {
    const filters = filterForm.parse(c.req.query());
    const cursor = c.req.query("cursor") || undefined;
    const query = { ...queryOf(c, filters), cursor, limit: limits.audit.pageRows };
    const page = await auditLog(c.var.guild, query);
    return c.html(<AuditPage view={viewOf(c)} page={page} filters={filters} />);
  });
  router.get("/audit/export.csv", needed, async (c) => {
    const rows = await auditRows(c.var.guild, queryOf(c, filterForm.parse(c.req.query())));
    return c.body(toCsv(rows), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${c.var.guild.guild.slug}-audit.csv"`,
      "Cache-Control": "no-store",
    });
  });
  return router;
}

/** A day is the guild's day: it begins at midnight of its time zone. */
function queryOf(c: Context<GuildEnv>, { since, ...texts }: FilterForm) {
  if (since === "") return texts;
  const midnight = Date.parse(`${since}T00:00:00Z`);
  return { ...texts, since: instantOf(midnight, c.var.guild.guild.timeZone) };
}

function AuditPage(props: { view: View; page: Page<AuditRow>; filters: FilterForm }) {
  const { view, page, filters } = props;
  const t = view.messages.audit;
  const form: FormState = { ...emptyForm, values: filters };
  const asFile = new URLSearchParams(filters);
  return (
    <GuildLayout view={view} title={t.title} section="audit">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton look="quiet" href={guildHref(view, `/audit/export.csv?${asFile}`)}>
          {t.export}
        </LinkButton>
      </PageHeader>
      <Filters url={view.url} messages={view.messages}>
        <TextField name="actor" label={t.actor} form={form} maxlength={50} />
        <TextField name="action" label={t.action} form={form} maxlength={50} />
        <TextField name="since" type="date" label={t.since} form={form} />
      </Filters>
      <DataTable
        caption={t.title}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState title={t.noneTitle} text={t.noneText} />}
        columns={columns(view)}
      />
    </GuildLayout>
  );
}

function columns(view: View): readonly Column<AuditRow>[] {
  const t = view.messages.audit;
  const { timeZone } = view.guild!.guild;
  return [
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
          <p>
            <code>{row.subject}</code>
          </p>
          <Changes row={row} />
        </details>
      ),
    },
  ];
}
