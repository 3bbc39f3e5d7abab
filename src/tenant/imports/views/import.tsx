import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  LinkButton,
  Notice,
  PageHeader,
  Section,
} from "../../../web/components.tsx";
import { emptyForm, Form, RadioField, SelectField } from "../../../web/forms.tsx";
import { meaningOf } from "../../../web/i18n/index.ts";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { DataTable, Filters } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import { toJson, VERDICTS } from "../api.ts";
import type { ImportRowKind } from "../document.ts";
import { ROW_KINDS } from "../formats/builder.ts";
import type { ImportQuestion, Obstacle } from "../report.ts";
import type { Verdict } from "../schema.ts";
import { type Batch, openQuestions } from "../service.ts";
import { nameOf, StateBadge, textOf, toolOf } from "./parts.tsx";
import { Report } from "./report.tsx";

/** A row of a preview, as the service lists it. */
interface Row {
  readonly kind: ImportRowKind;
  readonly label: string;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** What the page of an import shows. */
export interface Shown {
  readonly batch: Batch;
  readonly pool: { readonly name: string; readonly decimals: number };
  readonly rows: Page<Row>;
  readonly filters: { readonly verdict?: string | undefined; readonly kind?: string | undefined };
  readonly obstacles: readonly Obstacle[];
  readonly problem: string | undefined;
}

/** One import: questions and preview, progress, report, reversal. */
export function ImportPage({ view, shown }: { view: View; shown: Shown }) {
  const t = view.messages.imports;
  const { batch, pool, problem } = shown;
  const name = nameOf(view, batch);
  return (
    <GuildLayout view={view} title={name} section="ledger">
      <PageHeader title={name} {...(batch.format !== "" && { lead: toolOf(view, batch) })}>
        <LinkButton look="quiet" href={guildHref(view, "/imports")}>
          {t.back}
        </LinkButton>
      </PageHeader>
      {problem && <Notice look="bad">{problem}</Notice>}
      <State view={view} batch={batch} />
      {batch.state === "preview" && <p class="muted">{t.pool(pool.name)}</p>}
      {batch.state === "preview" && <Questions view={view} batch={batch} />}
      {batch.state === "preview" && <Commitment view={view} batch={batch} />}
      {batch.state === "done" && <Done view={view} shown={shown} />}
      <Reversal view={view} shown={shown} />
      {batch.rows > 0 && <Counts view={view} batch={batch} />}
      {batch.rows > 0 && <Rows view={view} shown={shown} />}
    </GuildLayout>
  );
}

const AT_WORK: ReadonlySet<Batch["state"]> = new Set(["parsing", "committing", "reverting"]);

/** The state. While work is under way, this part of the page is fetched again, and all of it at the end. */
function State({ view, batch }: { view: View; batch: Batch }) {
  const t = view.messages.imports;
  const isWorking = AT_WORK.has(batch.state);
  const done = batch.state === "reverting" ? batch.rows - batch.progress : batch.progress;
  const canCancel = batch.state === "committing" || batch.state === "parsing";
  return (
    <div
      id="import-state"
      class="stack"
      {...(isWorking && {
        "hx-get": view.path,
        "hx-trigger": "every 1s",
        "hx-target": "#main",
        "hx-select": "#main",
        "hx-swap": "outerMorph",
      })}
    >
      <p role="status">
        <StateBadge view={view} batch={batch} />{" "}
        {isWorking && batch.rows > 0 && t.working(done, batch.rows)}
      </p>
      {batch.state === "failed" && (
        <Notice look="bad">{meaningOf(view.messages, batch.error ?? "")}</Notice>
      )}
      {isWorking && (
        <div class="upload">
          <progress
            aria-label={t.state}
            max={batch.rows > 0 ? batch.rows : undefined}
            value={batch.rows > 0 ? done : undefined}
          ></progress>
          <p class="muted">{t.workingLead}</p>
          <noscript>
            <a href={view.path}>{t.reload}</a>
          </noscript>
        </div>
      )}
      {canCancel && <Cancellation view={view} batch={batch} />}
    </div>
  );
}

function Cancellation({ view, batch }: { view: View; batch: Batch }) {
  const t = view.messages.imports;
  return (
    <div class="row">
      <ButtonForm look="quiet" action={guildHref(view, `/imports/${batch.id}/cancellation`)}>
        {t.cancel}
      </ButtonForm>
      {batch.state === "committing" && <span class="muted">{t.cancelLead}</span>}
    </div>
  );
}

function Questions({ view, batch }: { view: View; batch: Batch }) {
  const t = view.messages.imports;
  if (batch.questions.length === 0) return null;
  return (
    <Card title={t.questions}>
      <p class="muted">{t.questionsLead}</p>
      <Form
        action={guildHref(view, `/imports/${batch.id}/answers`)}
        form={emptyForm}
        messages={view.messages}
      >
        {batch.questions.map((question, at) => (
          <>
            <input type="hidden" name={`id-${at}`} value={question.id} />
            <RadioField
              name={`answer-${at}`}
              label={asked(view, question)}
              form={emptyForm}
              value={batch.answers[question.id] ?? ""}
              options={question.options.map(({ value, label }) => ({
                value,
                label: label || textOf(t.options, value),
              }))}
            />
          </>
        ))}
        <Button>{t.answer}</Button>
      </Form>
    </Card>
  );
}

function asked(view: View, { kind, subject }: ImportQuestion): string {
  const { ask } = view.messages.imports;
  const sentence = ask[kind];
  return typeof sentence === "string" ? sentence : sentence(subject);
}

function Commitment({ view, batch }: { view: View; batch: Batch }) {
  const t = view.messages.imports;
  const { totals } = toJson(batch);
  const count = totals.new + totals.changed;
  return (
    <div class="row">
      {openQuestions(batch).length === 0 && (
        <ButtonForm look="primary" action={guildHref(view, `/imports/${batch.id}/commitment`)}>
          {count === 0 ? t.commitNothing : t.commit(count)}
        </ButtonForm>
      )}
      <Cancellation view={view} batch={batch} />
    </div>
  );
}

function Counts({ view, batch }: { view: View; batch: Batch }) {
  const t = view.messages.imports;
  const kinds = ROW_KINDS.filter((kind) => batch.counts[kind] !== undefined);
  if (kinds.length === 0) return null;
  return (
    <DataTable
      caption={t.counts}
      rows={kinds}
      url={view.url}
      messages={view.messages}
      empty=""
      columns={[
        { id: "kind", label: t.kind, cell: (kind) => t.kinds[kind] },
        ...VERDICTS.map((verdict) => ({
          id: verdict,
          label: t.verdicts[verdict],
          numeric: true,
          card: "plain" as const,
          cell: (kind: ImportRowKind) => String(batch.counts[kind]?.[verdict] ?? 0),
        })),
      ]}
    />
  );
}

function Rows({ view, shown }: { view: View; shown: Shown }) {
  const t = view.messages.imports;
  const { rows, filters } = shown;
  const any = { value: "", label: t.any };
  return (
    <Section title={t.rows}>
      <Filters url={view.url} messages={view.messages}>
        <SelectField
          name="kind"
          label={t.kind}
          form={emptyForm}
          value={filters.kind ?? ""}
          options={[any, ...ROW_KINDS.map((kind) => ({ value: kind, label: t.kinds[kind] }))]}
        />
        <SelectField
          name="verdict"
          label={t.verdict}
          form={emptyForm}
          value={filters.verdict ?? ""}
          options={[any, ...VERDICTS.map((one) => ({ value: one, label: t.verdicts[one] }))]}
        />
      </Filters>
      <DataTable
        caption={t.rows}
        rows={rows.items}
        url={view.url}
        messages={view.messages}
        next={rows.next}
        empty={<p>{t.noRows}</p>}
        columns={[
          { id: "row", label: t.row, cell: (row) => row.label },
          { id: "kind", label: t.kind, cell: (row) => t.kinds[row.kind] },
          {
            id: "verdict",
            label: t.verdict,
            cell: (row) => <VerdictBadge view={view} row={row} />,
          },
          { id: "reason", label: t.reason, card: "wide", cell: (row) => reasonOf(view, row) },
        ]}
      />
    </Section>
  );
}

function VerdictBadge({ view, row }: { view: View; row: Row }) {
  const isBad = row.verdict === "conflicting" || row.verdict === "unassignable";
  const look = isBad ? "bad" : row.verdict === "unchanged" ? "plain" : "good";
  return <Badge look={look}>{view.messages.imports.verdicts[row.verdict]}</Badge>;
}

function reasonOf(view: View, { reason }: Row): string {
  if (reason === "") return "–";
  const { imports, roster } = view.messages;
  return textOf({ ...roster.problems, ...imports.reasons }, reason);
}

function Done({ view, shown }: { view: View; shown: Shown }) {
  const t = view.messages.imports;
  return (
    <>
      <div class="row">
        <LinkButton look="primary" href={guildHref(view, "/standings")}>
          {t.standings}
        </LinkButton>
        {may(view.guild!, "settings.manage") && (
          <LinkButton look="quiet" href={guildHref(view, "/onboarding")}>
            {t.firstSteps}
          </LinkButton>
        )}
      </div>
      <Report view={view} batch={shown.batch} decimals={shown.pool.decimals} />
    </>
  );
}

/** The button that reverts an import, or the list of what prevents it. */
function Reversal({ view, shown }: { view: View; shown: Shown }) {
  const t = view.messages.imports;
  const { batch, obstacles } = shown;
  const isWritten =
    batch.state === "done" || (batch.state === "failed" && batch.committedAt !== null);
  if (!isWritten) return null;
  if (obstacles.length === 0) {
    return (
      <Card title={t.revert}>
        <p class="muted">{t.revertLead}</p>
        <ButtonForm look="danger" action={guildHref(view, `/imports/${batch.id}/reversal`)}>
          {t.revert}
        </ButtonForm>
      </Card>
    );
  }
  return (
    <Card title={t.obstacles}>
      <p class="muted">{t.obstaclesLead}</p>
      <ul>
        {obstacles.map((one) => (
          <li>
            {t.obstacleKinds[one.kind]}: {obstacleLink(view, one)}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function obstacleLink(view: View, { kind, id, label }: Obstacle) {
  const paths: Readonly<Partial<Record<Obstacle["kind"], string>>> = {
    entry: `/ledger/${id}`,
    attendance: `/raids/${id}`,
    raid: `/raids/${id}`,
    import: `/imports/${id}`,
    balance: `/standings/${id}`,
    link: `/roster/${id}`,
  };
  const path = paths[kind];
  const text = label || id;
  return path === undefined ? text : <a href={guildHref(view, path)}>{text}</a>;
}
