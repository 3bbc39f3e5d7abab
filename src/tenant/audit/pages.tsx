import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { startOfDay } from "../../kernel/calendar.ts";
import { toCsvInTurns } from "../../kernel/csv.ts";
import type { Page } from "../../kernel/cursor.ts";
import { encodedInTurns } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { Changes } from "../../web/changes.tsx";
import { EmptyState, LinkButton, PageHeader, Time } from "../../web/components.tsx";
import { emptyForm, type FormState, TextField } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { type Column, DataTable, Filters } from "../../web/tables.tsx";
import { auditJson } from "./routes.ts";
import { type AuditFilter, type AuditRow, auditCells, auditFile, auditLog } from "./service.ts";

// Ignore invalid filters, because links to this page are shared.
const filterForm = z.object({
  actor: z.string().max(50).catch(""),
  action: z.string().max(50).catch(""),
  since: z.iso.date().catch(""),
  until: z.iso.date().catch(""),
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
    const page = await auditLog(c.var.guild, c.var.services.platform, query);
    return c.html(<AuditPage view={viewOf(c)} page={page} filters={filters} />);
  });
  router.get("/audit/export.csv", needed, async (c) => {
    const text = await toCsvInTurns(auditCells(await fileRows(c)));
    return c.body(text, 200, asFile(c, "text/csv; charset=utf-8", "csv"));
  });
  router.get("/audit/export.json", needed, async (c) => {
    const text = await encodedInTurns(jsonParts(await fileRows(c)));
    return c.body(text, 200, asFile(c, "application/json", "json"));
  });
  return router;
}

/** The parts of a JSON list of the rows. */
function* jsonParts(rows: readonly AuditRow[]): Generator<string> {
  let before = "[";
  for (const row of rows) {
    yield before + JSON.stringify(auditJson(row));
    before = ",";
  }
  yield rows.length === 0 ? "[]" : "]";
}

function fileRows(c: Context<GuildEnv>): Promise<readonly AuditRow[]> {
  const filter = queryOf(c, filterForm.parse(c.req.query()));
  return auditFile(c.var.guild, c.var.services.platform, filter);
}

function asFile(c: Context<GuildEnv>, type: string, ending: string) {
  return {
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="${c.var.guild.guild.slug}-audit.${ending}"`,
    "Cache-Control": "no-store",
  };
}

/** Days are in the guild's time zone, from midnight; the last day is included. */
function queryOf(c: Context<GuildEnv>, { since, until, ...texts }: FilterForm): AuditFilter {
  const { timeZone } = c.var.guild.guild;
  return {
    ...texts,
    since: since === "" ? undefined : startOfDay(since, timeZone),
    until: until === "" ? undefined : startOfDay(until, timeZone, 1),
  };
}

function AuditPage(props: { view: View; page: Page<AuditRow>; filters: FilterForm }) {
  const { view, page, filters } = props;
  const t = view.messages.audit;
  const form: FormState = { ...emptyForm, values: filters };
  const filtered = new URLSearchParams(filters);
  return (
    <GuildLayout view={view} title={t.title} section="audit">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton look="quiet" href={guildHref(view, `/audit/export.csv?${filtered}`)}>
          {t.export}
        </LinkButton>
        <LinkButton look="quiet" href={guildHref(view, `/audit/export.json?${filtered}`)}>
          {t.exportJson}
        </LinkButton>
      </PageHeader>
      <Filters url={view.url} messages={view.messages}>
        <TextField name="actor" label={t.actor} form={form} maxlength={50} />
        <TextField name="action" label={t.action} form={form} maxlength={50} />
        <TextField name="since" type="date" label={t.since} form={form} />
        <TextField name="until" type="date" label={t.until} form={form} />
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
          <summary>{row.subjectName || row.subject.slice(0, 13)}</summary>
          <p>
            <code>{row.subject}</code>
          </p>
          <Changes row={row} />
          {row.address && (
            <p class="muted">
              {t.from} {row.address} {row.agent}
            </p>
          )}
        </details>
      ),
    },
  ];
}
