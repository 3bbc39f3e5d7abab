import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { Badge, ButtonForm, PageHeader, Section, Time } from "../../web/components.tsx";
import { emptyForm, SelectField, TextField } from "../../web/forms.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { type Column, DataTable, Filters } from "../../web/tables.tsx";
import type { JobRun, JobState, JobView } from "../jobs/list.ts";
import { isProved, type OperatorEnv, requireArea } from "./access.ts";
import * as operations from "./operations.ts";
import { Changing } from "./views/parts.tsx";

const STATES = ["running", "failing", "due", "waiting"] as const;
const OUTCOMES = ["done", "failed", "cancelled"] as const;
const LOOKS = { running: "accent", failing: "bad", due: "plain", waiting: "plain" } as const;

// An invalid filter is ignored, because links to this page are shared.
const filterForm = z.object({
  state: z.enum(["", ...STATES]).catch(""),
  outcome: z.enum(["", ...OUTCOMES]).catch(""),
  kind: z.string().max(50).catch(""),
});
type FilterForm = z.infer<typeof filterForm>;
type PageContext = Context<OperatorEnv>;

/** Jobs that are due or running, and past results. */
export function addJobPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("jobs");
  pages.get("/jobs", needed, async (c) => {
    const filters = filterForm.parse(c.req.query());
    const found = await operations.jobsPage(c.var.operator, {
      state: filters.state || undefined,
      outcome: filters.outcome || undefined,
      kind: filters.kind || undefined,
    });
    return c.html(<JobsPage c={c} found={found} filters={filters} />);
  });
  pages.post("/jobs/:id/cancellation", needed, async (c) => {
    await operations.cancel(c.var.operator, c.req.param("id"));
    return c.redirect("/operator/jobs?done=canceled", 303);
  });
  pages.post("/jobs/:id/retry", needed, async (c) => {
    await operations.retry(c.var.operator, c.req.param("id"));
    return c.redirect("/operator/jobs?done=saved", 303);
  });
}

function JobsPage(props: {
  c: PageContext;
  found: Awaited<ReturnType<typeof operations.jobsPage>>;
  filters: FilterForm;
}) {
  const { c, found, filters } = props;
  const view = viewOf(c);
  const { operations: t, operator } = view.messages;
  const form = { ...emptyForm, values: filters };
  const options = (names: Readonly<Record<string, string>>) => [
    { value: "", label: operator.any },
    ...Object.entries(names).map(([value, label]) => ({ value, label })),
  ];
  return (
    <OperatorLayout view={view} title={operator.nav.jobs} section="jobs">
      <PageHeader title={operator.nav.jobs} lead={t.jobsLead} />
      <Filters url={view.url} messages={view.messages}>
        <SelectField name="state" label={t.state} form={form} options={options(t.states)} />
        <SelectField name="outcome" label={t.outcome} form={form} options={options(t.outcomes)} />
        <TextField name="kind" label={t.kind} form={form} maxlength={50} />
      </Filters>
      <Section title={t.jobs}>
        <Changing c={c} />
        <DataTable
          caption={t.jobs}
          rows={found.jobs}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.noJobs}</p>}
          columns={[...jobColumns(view), ...(isProved(c) ? [actionColumn(view)] : [])]}
        />
      </Section>
      <Section title={t.runs}>
        <DataTable
          caption={t.runs}
          rows={found.runs}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.noRuns}</p>}
          columns={runColumns(view)}
        />
      </Section>
    </OperatorLayout>
  );
}

function jobColumns(view: View): readonly Column<JobView>[] {
  const t = view.messages.operations;
  const time = (at: number | null) =>
    at !== null && <Time at={at} timeZone="UTC" locale={view.locale} />;
  return [
    { id: "kind", label: t.kind, card: "title", cell: (job) => <code>{job.kind}</code> },
    {
      id: "state",
      label: t.state,
      card: "key",
      cell: (job) => (
        <Badge look={LOOKS[job.state as JobState]}>
          {job.isCancelled ? t.cancelling : t.states[job.state]}
        </Badge>
      ),
    },
    { id: "guild", label: t.guild, cell: (job) => job.slug ?? t.platform },
    { id: "due", label: t.due, cell: (job) => time(job.dueAt) },
    { id: "attempts", label: t.attempts, numeric: true, cell: (job) => job.attempts },
    {
      id: "detail",
      label: t.detail,
      card: "wide",
      cell: (job) => job.progress ?? job.error ?? job.subject,
    },
  ];
}

function actionColumn(view: View): Column<JobView> {
  const t = view.messages.operations;
  return {
    id: "actions",
    label: view.messages.common.actions,
    card: "wide",
    cell: (job) => (
      <div class="row">
        {job.state !== "running" && (
          <ButtonForm action={`/operator/jobs/${job.id}/retry`}>{t.runNow}</ButtonForm>
        )}
        {!job.isCancelled && (
          <ButtonForm look="danger" action={`/operator/jobs/${job.id}/cancellation`}>
            {t.cancel}
          </ButtonForm>
        )}
      </div>
    ),
  };
}

function runColumns(view: View): readonly Column<JobRun>[] {
  const t = view.messages.operations;
  return [
    { id: "kind", label: t.kind, card: "title", cell: (run) => <code>{run.kind}</code> },
    {
      id: "outcome",
      label: t.outcome,
      card: "key",
      cell: (run) => (
        <Badge look={run.outcome === "done" ? "good" : "bad"}>{t.outcomes[run.outcome]}</Badge>
      ),
    },
    { id: "guild", label: t.guild, cell: (run) => run.slug ?? t.platform },
    {
      id: "at",
      label: t.finished,
      cell: (run) => <Time at={run.finishedAt} timeZone="UTC" locale={view.locale} />,
    },
    {
      id: "took",
      label: t.took,
      numeric: true,
      cell: (run) => `${((run.finishedAt - run.startedAt) / 1_000).toFixed(1)} s`,
    },
    { id: "detail", label: t.detail, card: "wide", cell: (run) => run.detail ?? "" },
  ];
}
