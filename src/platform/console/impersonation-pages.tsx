import type { Context } from "hono";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { Badge, Button, Card, EmptyState, PageHeader, Time } from "../../web/components.tsx";
import { emptyForm, Form, type FormState, TextField } from "../../web/forms.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { endImpersonation } from "../accounts/impersonation-session.ts";
import { setOwnAside, takeOwnBack } from "../accounts/own-session.ts";
import { type OperatorEnv, requireArea } from "./access.ts";
import { beginImpersonation, listImpersonations } from "./impersonation.ts";
import { impersonationInput } from "./impersonation-routes.ts";
import { Changing } from "./views/parts.tsx";

type PageContext = Context<OperatorEnv>;

/** Below `/operator`: past impersonations, and the form to begin one. */
export function impersonationsPages() {
  const pages = createRouter<OperatorEnv>();
  const needed = requireArea("impersonate");
  pages.get("/impersonations", needed, async (c) => {
    const email = c.req.query("email")?.slice(0, 254) ?? "";
    return ownPage(c, await pageHtml(c, { ...emptyForm, values: { email } }));
  });
  pages.post("/impersonations/new", needed, (c) =>
    onForm(
      c,
      impersonationInput,
      (form) => pageHtml(c, form),
      async (input) => {
        setOwnAside(c, await beginImpersonation(c.var.operator, input));
        return c.redirect("/guilds", 303);
      },
      "guilds",
    ),
  );
  return pages;
}

/** Handles the banner's button. The session that presses it belongs to the impersonated account. */
export function endImpersonationPages() {
  const pages = createRouter();
  pages.post("/impersonation/end", async (c) => {
    await takeOwnBack(c);
    await endImpersonation(c.var.platform);
    return c.redirect("/operator/impersonations?done=ended", 303);
  });
  return pages;
}

async function pageHtml(c: PageContext, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.operator;
  const cursor = c.req.query("cursor") || undefined;
  const page = await listImpersonations(c.var.operator, {
    cursor,
    limit: limits.operators.pageRows,
  });
  const nowMs = c.var.services.now().getTime();
  return (
    <OperatorLayout view={view} title={t.nav.impersonate} section="impersonate">
      <PageHeader title={t.nav.impersonate} lead={t.impersonateLead} />
      <Card title={t.impersonateBegin}>
        <Changing c={c}>
          <Form action="/operator/impersonations/new" form={form} messages={view.messages}>
            <TextField name="email" type="email" label={t.email} form={form} required />
            <TextField
              name="reason"
              label={t.reason}
              hint={t.impersonateReasonHint}
              form={form}
              maxlength={limits.operators.reasonCharsMax}
              required
            />
            <Button>{t.impersonateBegin}</Button>
          </Form>
        </Changing>
      </Card>
      <DataTable
        caption={t.impersonateList}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState title={t.impersonateNone} text={t.impersonateNoneText} />}
        columns={[
          { id: "user", label: t.account, cell: (one) => `${one.userName} · ${one.userEmail}` },
          {
            id: "state",
            label: t.state,
            card: "key",
            cell: (one) => {
              const isOver = one.endedAt !== null || one.expiresAt <= nowMs;
              return <Badge look={isOver ? "plain" : "accent"}>{isOver ? t.over : t.now}</Badge>;
            },
          },
          { id: "operator", label: t.actor, cell: (one) => one.operatorName },
          { id: "reason", label: t.reason, card: "wide", cell: (one) => one.reason },
          { id: "guilds", label: t.nav.guilds, cell: (one) => one.guilds },
          {
            id: "at",
            label: t.at,
            cell: (one) => <Time at={one.startedAt} timeZone="UTC" locale={view.locale} />,
          },
        ]}
      />
    </OperatorLayout>
  );
}
