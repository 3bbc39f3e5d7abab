import type { Context } from "hono";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { ButtonForm, PageHeader, Section, Time } from "../../web/components.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { type Column, DataTable } from "../../web/tables.tsx";
import {
  type DeadLetter,
  discardDeadLetter,
  listDeadLetters,
  retryDeadLetter,
} from "../messages/dead-letters.ts";
import { isProved, type OperatorEnv, requireArea } from "./access.ts";
import { Changing } from "./views/parts.tsx";

/** Emails and posts that were given up. */
export function addOutboxPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("jobs");
  pages.get("/outbox", needed, async (c) =>
    c.html(<OutboxPage c={c} found={await listDeadLetters(c.var.operator)} />),
  );
  pages.post("/outbox/:id/retry", needed, async (c) => {
    await retryDeadLetter(c.var.operator, c.req.param("id"));
    return c.redirect("/operator/outbox?done=saved", 303);
  });
  pages.post("/outbox/:id/discard", needed, async (c) => {
    await discardDeadLetter(c.var.operator, c.req.param("id"));
    return c.redirect("/operator/outbox?done=removed", 303);
  });
}

function OutboxPage(props: {
  c: Context<OperatorEnv>;
  found: Awaited<ReturnType<typeof listDeadLetters>>;
}) {
  const { c, found } = props;
  const view = viewOf(c);
  const { outbox: t } = view.messages.operations;
  return (
    <OperatorLayout view={view} title={t.title} section="outbox">
      <PageHeader title={t.title} lead={t.lead} />
      <Section title={t.dead(found.total)}>
        <Changing c={c} />
        <DataTable
          caption={t.title}
          rows={found.items}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.none}</p>}
          columns={[...columns(view), ...(isProved(c) ? [actionColumn(view)] : [])]}
        />
      </Section>
    </OperatorLayout>
  );
}

function columns(view: View): readonly Column<DeadLetter>[] {
  const { operations: t } = view.messages;
  const time = (at: number | null) =>
    at !== null && <Time at={at} timeZone="UTC" locale={view.locale} />;
  return [
    {
      id: "kind",
      label: t.kind,
      card: "title",
      cell: (one) => <code>{`${one.kind} ${one.template}`}</code>,
    },
    { id: "guild", label: t.guild, card: "key", cell: (one) => one.slug ?? t.platform },
    { id: "reason", label: t.detail, card: "wide", cell: (one) => one.deadReason },
    { id: "created", label: t.started, cell: (one) => time(one.createdAt) },
    { id: "dead", label: t.outbox.givenUp, cell: (one) => time(one.deadAt) },
  ];
}

function actionColumn(view: View): Column<DeadLetter> {
  const t = view.messages.operations.outbox;
  return {
    id: "actions",
    label: view.messages.common.actions,
    card: "wide",
    cell: (one) => (
      <div class="row">
        <ButtonForm action={`/operator/outbox/${one.id}/retry`}>{t.retry}</ButtonForm>
        <ButtonForm look="danger" action={`/operator/outbox/${one.id}/discard`}>
          {t.discard}
        </ButtonForm>
      </div>
    ),
  };
}
