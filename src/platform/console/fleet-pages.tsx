import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { RolloutView } from "../../../provisioning/rollouts/status.ts";
import type { createRouter } from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import { viewOf } from "../../http/view.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  Notice,
  PageHeader,
  Section,
  Time,
} from "../../web/components.tsx";
import { Checkbox, emptyForm, Form, type FormState, TextField } from "../../web/forms.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { type OperatorEnv, requireArea } from "./access.ts";
import { look } from "./looks.ts";
import * as operations from "./operations.ts";
import { Changing } from "./views/parts.tsx";

type PageContext = Context<OperatorEnv>;

const box = z
  .literal("on")
  .optional()
  .transform((value) => value === "on");
const beginForm = z.object({
  reason: lineField(200, 1, "Enter a reason."),
  snapshots: box,
  allowDestructive: box,
});

/** Hosts and schema versions of the guilds, and rollouts of a new schema. */
export function addFleetPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("fleet");
  const back = (c: PageContext) => c.redirect("/operator/fleet", 303);
  pages
    .get("/fleet", needed, async (c) => ownPage(c, await fleetHtml(c, emptyForm)))
    .post("/fleet/rollouts", needed, (c) =>
      onForm(
        c,
        beginForm,
        async (form) => await fleetHtml(c, form),
        async (input) => {
          await operations.beginRollout(c.var.operator, input);
          return back(c);
        },
        "guilds",
      ),
    )
    .post("/fleet/pause", needed, async (c) => {
      await operations.pauseRollout(c.var.operator);
      return back(c);
    })
    .post("/fleet/resumption", needed, async (c) => {
      await operations.resumeRollout(c.var.operator, false);
      return back(c);
    })
    .post("/fleet/retry", needed, async (c) => {
      await operations.resumeRollout(c.var.operator, true);
      return back(c);
    });
}

async function fleetHtml(c: PageContext, form: FormState) {
  const view = viewOf(c);
  const { operations: t, operator } = view.messages;
  const { map, plan, rollouts, newest } = await operations.fleet(c.var.operator);
  if (newest?.status === "running") c.header("Refresh", "2");
  return (
    <OperatorLayout view={view} title={operator.nav.fleet} section="fleet">
      <PageHeader title={operator.nav.fleet} lead={t.fleetLead} />
      <DataTable
        caption={t.map}
        rows={map}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{operator.noGuildsText}</p>}
        columns={[
          {
            id: "schema",
            label: operator.schema,
            card: "plain",
            cell: (row) => `${row.schemaVersion}`,
          },
          { id: "host", label: operator.host, card: "title", cell: (row) => row.host },
          {
            id: "status",
            label: operator.state,
            card: "key",
            cell: (row) => <Badge look={look(row.status)}>{operator.status[row.status]}</Badge>,
          },
          {
            id: "behind",
            label: t.upToDate,
            cell: (row) => (row.schemaVersion >= plan.target.version ? t.yes : t.no),
          },
          {
            id: "guilds",
            label: operator.guildCount,
            numeric: true,
            card: "plain",
            cell: (row) => row.guilds,
          },
        ]}
      />
      {newest && <RolloutCard c={c} rollout={newest} />}
      <Card title={t.begin}>
        {plan.behind === 0 ? (
          <p class="muted">{t.nothingBehind(plan.target.version)}</p>
        ) : (
          <BeginForm c={c} form={form} plan={plan} />
        )}
      </Card>
      <Rollouts c={c} rollouts={rollouts} />
    </OperatorLayout>
  );
}

function Rollouts(props: {
  c: PageContext;
  rollouts: Awaited<ReturnType<typeof operations.fleet>>["rollouts"];
}) {
  const { c, rollouts } = props;
  const view = viewOf(c);
  const { operations: t, operator } = view.messages;
  return (
    <Section title={t.rollouts}>
      <DataTable
        caption={t.rollouts}
        rows={rollouts}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noRollouts}</p>}
        columns={[
          {
            id: "at",
            label: t.started,
            card: "title",
            cell: (row) => <Time at={row.startedAt} timeZone="UTC" locale={view.locale} />,
          },
          { id: "state", label: t.state, card: "key", cell: (row) => t.rollout[row.status] },
          { id: "target", label: t.target, cell: (row) => `${row.targetVersion}` },
          { id: "by", label: t.by, cell: (row) => row.startedBy },
          { id: "reason", label: operator.reason, card: "wide", cell: (row) => row.reason },
        ]}
      />
    </Section>
  );
}

function BeginForm(props: {
  c: PageContext;
  form: FormState;
  plan: Awaited<ReturnType<typeof operations.fleet>>["plan"];
}) {
  const { c, form, plan } = props;
  const view = viewOf(c);
  const { operations: t, operator } = view.messages;
  return (
    <>
      <p>{t.behind(plan.behind, plan.target.version)}</p>
      <ul>
        {plan.waves.map((wave) => (
          <li>{`${wave.name}: ${wave.guilds}`}</li>
        ))}
      </ul>
      <details>
        <summary>{t.statements}</summary>
        <ul>
          {plan.statements.map(({ risk, sql }) => (
            <li>
              {risk === "destructive" && <Badge look="bad">{t.destructive}</Badge>}{" "}
              <code>{sql}</code>
            </li>
          ))}
        </ul>
      </details>
      <Changing c={c}>
        <Form action="/operator/fleet/rollouts" form={form} messages={view.messages}>
          <TextField name="reason" label={operator.reason} form={form} maxlength={200} required />
          <Checkbox name="snapshots" label={t.keepCopies} form={form} />
          {plan.isDestructive && (
            <Checkbox name="allowDestructive" label={t.allowDestructive} form={form} />
          )}
          <Button>{t.begin}</Button>
        </Form>
      </Changing>
    </>
  );
}

function RolloutCard({ c, rollout }: { c: PageContext; rollout: RolloutView }) {
  const view = viewOf(c);
  const t = view.messages.operations;
  const { status, isAbandoned } = rollout;
  const goesOn = isAbandoned || status === "paused" || status === "stopped";
  const hasFailed = status === "halted" || status === "failed";
  return (
    <Card title={`${t.newest}: ${isAbandoned ? t.abandoned : t.rollout[status]}`}>
      {rollout.haltReason && <Notice look="bad">{rollout.haltReason}</Notice>}
      {rollout.waves.map((wave) => {
        const all = wave.done + wave.failed + wave.pending + wave.reverted;
        return (
          <p>
            <strong>{wave.name}</strong> {t.progress(wave.done, wave.failed, all)}{" "}
            <meter class="meter" min={0} max={Math.max(1, all)} value={wave.done} />
          </p>
        );
      })}
      {rollout.failures.length > 0 && (
        <DataTable
          caption={t.failures}
          rows={rollout.failures}
          url={view.url}
          messages={view.messages}
          empty={<p />}
          columns={[
            { id: "cause", label: t.cause, card: "title", cell: (row) => row.cause },
            { id: "count", label: t.guilds, numeric: true, cell: (row) => row.count },
            {
              id: "which",
              label: t.which,
              card: "wide",
              cell: (row) =>
                `${row.slugs.slice(0, 8).join(" ")}${row.slugs.length > 8 ? " …" : ""}`,
            },
          ]}
        />
      )}
      <Changing c={c}>
        <div class="row">
          {status === "running" && !isAbandoned && (
            <ButtonForm action="/operator/fleet/pause">{t.pause}</ButtonForm>
          )}
          {goesOn && (
            <ButtonForm look="primary" action="/operator/fleet/resumption">
              {t.resume}
            </ButtonForm>
          )}
          {hasFailed && (
            <ButtonForm look="primary" action="/operator/fleet/retry">
              {t.retry}
            </ButtonForm>
          )}
        </div>
      </Changing>
    </Card>
  );
}
