import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { parsedForm, sentForm } from "../../http/forms.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { LineChart } from "../../web/chart.tsx";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  CopyField,
  LinkButton,
  Notice,
  PageHeader,
  Time,
} from "../../web/components.tsx";
import {
  CheckboxField,
  emptyForm,
  Form,
  type FormState,
  failedForm,
  SelectField,
  TextField,
} from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { type Column, DataTable } from "../../web/tables.tsx";
import { newKeyBody } from "./routes.ts";
import { KEY_SCOPES } from "./schema.ts";
import * as service from "./service.ts";

type PageContext = Context<GuildEnv>;

/** Below `/g/:guild/settings/keys`: the guild's API keys. */
export function keysPages() {
  const router = createRouter<GuildEnv>();
  const manage = requirePermission("keys.manage");
  router.get("/settings/keys", manage, async (c) => c.html(await keysHtml(c, emptyForm)));
  router.post("/settings/keys", manage, makeKey);
  router.post("/settings/keys/:id/rotations", manage, (c) =>
    afterRecentSignIn(c, async () => {
      const made = await service.rotateKey(c.var.guild, c.var.platform, c.req.param("id"));
      return c.html(await keysHtml(c, emptyForm, made.key), 201);
    }),
  );
  router.post("/settings/keys/:id/revocation", manage, async (c) => {
    await service.revokeKey(c.var.guild, c.var.platform, c.req.param("id"));
    return c.redirect(guildHref(viewOf(c), "/settings/keys?done=removed"), 303);
  });
  return router;
}

const LISTS: ReadonlySet<string> = new Set(["scopes"]);

async function makeKey(c: PageContext): Promise<Response> {
  const { name = "", scopes = [], expires = "" } = await sentForm(c, LISTS);
  const values = { name, scopes, expires };
  return await afterRecentSignIn(c, async () => {
    try {
      const input = parsedForm(newKeyBody, { name, scopes });
      // A form without the field, or with another number, asks for a key that does not expire.
      const days = limits.keys.expiryDays.find((one) => String(one) === expires);
      const made = await service.createKey(c.var.guild, c.var.platform, {
        ...input,
        ...(days && { expiresAt: c.var.services.now().getTime() + days * DAY_MS }),
      });
      return c.html(await keysHtml(c, emptyForm, made.key), 201);
    } catch (error) {
      if (error instanceof AppError && error.code === "auth/proof-required") throw error;
      const form = failedForm(error, values, viewOf(c).messages);
      return c.html(await keysHtml(c, form), statusOf(error as AppError) as 422);
    }
  });
}

/** Requires a recent sign-in, because a key gives its holder access to the guild. */
async function afterRecentSignIn(c: PageContext, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError && error.code === "auth/proof-required")) throw error;
    const next = encodeURIComponent(guildHref(viewOf(c), "/settings/keys"));
    return c.redirect(`/account/proof?next=${next}`, 303);
  }
}

async function keysHtml(c: PageContext, form: FormState, made?: string) {
  const view = viewOf(c);
  const t = view.messages.keys;
  const nowMs = c.var.services.now().getTime();
  const [keys, usage] = await Promise.all([
    service.keys(c.var.guild, c.var.platform),
    service.usageByDay(c.var.guild, c.var.platform),
  ]);
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href={guildHref(view, "/settings/keys/usage")}>
          {view.messages.usage.keysTitle}
        </LinkButton>
        <LinkButton href={guildHref(view, "/settings")}>{t.back}</LinkButton>
      </PageHeader>
      {made !== undefined && (
        <Notice look="good">
          <p>{t.made}</p>
          <CopyField id="made" label={t.key} value={made} messages={view.messages} />
        </Notice>
      )}
      <DataTable
        caption={t.title}
        columns={columnsOf(view, nowMs)}
        rows={keys}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.none}</p>}
      />
      <LineChart
        title={t.usage}
        messages={view.messages}
        points={everyDay(usage, Math.floor(nowMs / DAY_MS)).map(({ day, requests }) => ({
          label: new Date(day * DAY_MS).toISOString().slice(0, 10),
          value: requests,
          text: String(requests),
        }))}
      />
      <NewKey view={view} form={form} />
    </GuildLayout>
  );
}

/** The form for a new key. */
function NewKey({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.keys;
  return (
    <Card title={t.create}>
      <Form form={form} messages={view.messages}>
        <TextField
          name="name"
          label={t.name}
          form={form}
          maxlength={limits.keys.nameCharsMax}
          required
        />
        <CheckboxField
          name="scopes"
          label={t.scopes}
          form={form}
          options={KEY_SCOPES.map((value) => ({ value, label: t.scopeNames[value] }))}
        />
        <SelectField
          name="expires"
          label={t.expiry}
          hint={t.expiryHint}
          form={form}
          options={[
            ...limits.keys.expiryDays.map((days) => ({
              value: String(days),
              label: t.afterDays(days),
            })),
            { value: "never", label: t.noExpiry },
          ]}
        />
        <Button>{t.create}</Button>
      </Form>
    </Card>
  );
}

/** Fills in days without requests, because a line that skips them would be wrong. */
function everyDay(usage: readonly { day: number; requests: number }[], today: number) {
  if (usage.length === 0) return [];
  const first = Math.min(usage[0]!.day, today + 1 - limits.keys.chartDaysMin);
  const byDay = new Map(usage.map(({ day, requests }) => [day, requests]));
  return Array.from({ length: today + 1 - first }, (_, at) => ({
    day: first + at,
    requests: byDay.get(first + at) ?? 0,
  }));
}

/** An expired key is as invalid as a revoked one. */
function stateOf(key: service.ApiKey, nowMs: number): "active" | "revoked" | "expired" {
  if (key.revokedAt !== null) return "revoked";
  return key.expiresAt !== null && key.expiresAt <= nowMs ? "expired" : "active";
}

function columnsOf(view: View, nowMs: number): readonly Column<service.ApiKey>[] {
  const t = view.messages.keys;
  const { timeZone } = view.guild!.guild;
  const time = (at: number | null, otherwise: string) =>
    at === null ? otherwise : <Time at={at} timeZone={timeZone} locale={view.locale} />;
  return [
    {
      id: "name",
      label: t.name,
      card: "title",
      cell: (one) => (
        <>
          {one.name}
          {one.createdByName && <p class="muted">{`${t.maker}: ${one.createdByName}`}</p>}
        </>
      ),
    },
    {
      id: "state",
      label: t.state,
      card: "key",
      cell: (one) => {
        const state = stateOf(one, nowMs);
        return <Badge look={state === "active" ? "good" : "plain"}>{t[state]}</Badge>;
      },
    },
    {
      id: "scopes",
      label: t.scopes,
      card: "wide",
      cell: (one) => one.scopes.map((scope) => t.scopeNames[scope]).join(" · "),
    },
    { id: "used", label: t.lastUsed, cell: (one) => time(one.lastUsedAt, t.never) },
    { id: "ends", label: t.ends, cell: (one) => time(one.expiresAt, t.never) },
    {
      id: "requests",
      label: t.requests,
      numeric: true,
      card: "plain",
      cell: (one) => one.requests,
    },
    {
      id: "actions",
      label: view.messages.common.actions,
      card: "wide",
      cell: (one) =>
        stateOf(one, nowMs) === "active" && (
          <div class="row">
            <ButtonForm action={guildHref(view, `/settings/keys/${one.id}/rotations`)}>
              {t.rotate}
            </ButtonForm>
            <ButtonForm
              look="danger"
              action={guildHref(view, `/settings/keys/${one.id}/revocation`)}
            >
              {t.revoke}
            </ButtonForm>
          </div>
        ),
    },
  ];
}
