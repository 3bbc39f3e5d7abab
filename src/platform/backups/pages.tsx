import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { may } from "../../tenant/context.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  LinkButton,
  Notice,
  PageHeader,
  Time,
} from "../../web/components.tsx";
import { emptyForm, Form, type FormState, TextField } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { type Column, DataTable } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { isRecentSignIn } from "../context.ts";
import { deleteOwnGuild } from "../guilds/deletion.ts";
import { typedName } from "./routes.ts";
import * as service from "./service.ts";

type Page = Context<GuildEnv>;

/** Below `/g/:guild/settings`: backups, the export, and deleting the guild. */
export function backupsPages() {
  const router = createRouter<GuildEnv>();
  const manage = requirePermission("settings.manage");
  const own = requirePermission("guild.own");
  router
    .get("/settings/backups", manage, async (c) => ownPage(c, await listHtml(c)))
    .post("/settings/backups", manage, async (c) => {
      await service.copyGuildNow(c.var.guild, c.var.platform);
      return c.redirect(guildHref(viewOf(c), "/settings/backups?done=added"), 303);
    })
    .get("/settings/backups/:id", manage, async (c) => ownPage(c, await oneHtml(c, emptyForm)))
    .post("/settings/backups/:id", own, (c) =>
      afterRecentSignIn(c, `/settings/backups/${c.req.param("id")}`, () =>
        onForm(
          c,
          typedName,
          async (form) => await oneHtml(c, form),
          async ({ name }) => {
            await service.restoreBackup(c.var.guild, c.var.platform, c.req.param("id"), name);
            return c.redirect(guildHref(viewOf(c), "/settings/backups"), 303);
          },
          "guilds",
        ),
      ),
    )
    .post("/settings/export", own, (c) =>
      afterRecentSignIn(c, "/settings/backups", async () => {
        const { body, bytes, name } = await service.exportOwnGuild(c.var.guild, c.var.platform);
        return c.body(body, 200, {
          "content-type": "application/gzip",
          "content-length": String(bytes),
          "content-disposition": `attachment; filename="${name}"`,
          "cache-control": "no-store",
        });
      }),
    )
    .get("/settings/deletion", own, (c) => ownPage(c, endHtml(c, emptyForm)))
    .post("/settings/deletion", own, (c) =>
      afterRecentSignIn(c, "/settings/deletion", () =>
        onForm(
          c,
          typedName,
          (form) => endHtml(c, form),
          async ({ name }) => {
            await deleteOwnGuild(c.var.guild, c.var.platform, name);
            return c.redirect("/guilds?done=removed", 303);
          },
          "guilds",
        ),
      ),
    );
  return router;
}

/** Runs irreversible actions after a recent sign-in. Otherwise asks for it and returns to this page. */
async function afterRecentSignIn(
  c: Page,
  path: string,
  work: () => Promise<Response>,
): Promise<Response> {
  const { caller, services } = c.var;
  const isProved = caller.type === "user" && isRecentSignIn(caller, services.now());
  if (!isProved && caller.type === "user") {
    const next = encodeURIComponent(guildHref(viewOf(c), path));
    return c.redirect(`/account/proof?next=${next}`, 303);
  }
  return await work();
}

async function listHtml(c: Page) {
  const view = viewOf(c);
  const t = view.messages.backups;
  const found = await service.guildBackups(c.var.guild, c.var.platform).catch(notHere);
  if (found?.isRestoring) c.header("Refresh", "3");
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href={guildHref(view, "/settings")}>
          {view.messages.common.nav.settings}
        </LinkButton>
      </PageHeader>
      {found === undefined && <Notice look="bad">{t.notHere}</Notice>}
      {found?.isRestoring && <Notice>{t.restoring}</Notice>}
      {found && (
        <Card title={t.copies}>
          <div class="row">
            <ButtonForm look="primary" action={guildHref(view, "/settings/backups")}>
              {t.copyNow}
            </ButtonForm>
          </div>
          <DataTable
            caption={t.copies}
            columns={columnsOf(view)}
            rows={found.items}
            url={view.url}
            messages={view.messages}
            empty={<p class="muted">{t.none}</p>}
          />
        </Card>
      )}
      {found && may(c.var.guild, "guild.own") && (
        <Card title={t.export}>
          <p class="muted">{t.exportLead}</p>
          <ButtonForm action={guildHref(view, "/settings/export")}>{t.exportNow}</ButtonForm>
        </Card>
      )}
    </GuildLayout>
  );
}

function notHere(error: unknown): undefined {
  if (error instanceof AppError && error.code === "backup/not-here") return undefined;
  throw error;
}

async function oneHtml(c: Page, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.backups;
  const id = c.req.param("id")!;
  const copy = await service.compareBackup(c.var.guild, c.var.platform, id);
  const { guild } = c.var.guild;
  const time = <Time at={copy.takenAt} timeZone={guild.timeZone} locale={view.locale} />;
  return (
    <GuildLayout view={view} title={t.one} section="settings">
      <PageHeader title={t.one}>
        <LinkButton href={guildHref(view, "/settings/backups")}>{t.title}</LinkButton>
      </PageHeader>
      <Card>
        <p>
          {t.takenAt} {time}, {sizeOf(copy.bytes, view)}. {t.reasons[copy.reason]}.
        </p>
        <p>{t.changes(copy.changes)}</p>
      </Card>
      {copy.tables.length > 0 && (
        <DataTable
          caption={t.compared}
          columns={[
            { id: "table", label: t.table, card: "title", cell: (row) => row.table },
            {
              id: "inCopy",
              label: t.inCopy,
              numeric: true,
              card: "plain",
              cell: (row) => row.inCopy,
            },
            { id: "today", label: t.today, numeric: true, card: "plain", cell: (row) => row.today },
          ]}
          rows={copy.tables}
          url={view.url}
          messages={view.messages}
          empty={<p />}
        />
      )}
      {copy.status === "good" && may(c.var.guild, "guild.own") && (
        <Card title={t.restore}>
          <p class="muted">{t.restoreLead}</p>
          <NameForm c={c} form={form} button={t.restore} />
        </Card>
      )}
    </GuildLayout>
  );
}

function endHtml(c: Page, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.backups;
  return (
    <GuildLayout view={view} title={t.end} section="settings">
      <PageHeader title={t.end} lead={t.endLead}>
        <LinkButton href={guildHref(view, "/settings")}>
          {view.messages.common.nav.settings}
        </LinkButton>
      </PageHeader>
      <Card>
        <ul>
          {t.endFacts.map((fact) => (
            <li>{fact}</li>
          ))}
        </ul>
        <NameForm c={c} form={form} button={t.end} />
      </Card>
    </GuildLayout>
  );
}

function NameForm({ c, form, button }: { c: Page; form: FormState; button: string }) {
  const { messages } = viewOf(c);
  const { name } = c.var.guild.guild;
  return (
    <Form form={form} messages={messages}>
      <TextField name="name" label={messages.backups.typeName(name)} form={form} required />
      <Button look="danger">{button}</Button>
    </Form>
  );
}

function columnsOf(view: View): readonly Column<service.GuildBackup>[] {
  const t = view.messages.backups;
  const { timeZone } = view.guild!.guild;
  return [
    {
      id: "taken",
      label: t.taken,
      card: "title",
      cell: (one) => (
        <a href={guildHref(view, `/settings/backups/${one.id}`)}>
          <Time at={one.takenAt} timeZone={timeZone} locale={view.locale} />
        </a>
      ),
    },
    {
      id: "state",
      label: t.state,
      card: "key",
      cell: (one) => (
        <Badge look={one.status === "good" ? "good" : one.status === "making" ? "plain" : "bad"}>
          {t.states[one.status]}
        </Badge>
      ),
    },
    { id: "why", label: t.why, cell: (one) => t.reasons[one.reason] },
    { id: "size", label: t.size, numeric: true, cell: (one) => sizeOf(one.bytes, view) },
  ];
}

function sizeOf(bytes: number | null, view: View): string {
  if (bytes === null) return "–";
  const number = new Intl.NumberFormat(view.locale, { maximumFractionDigits: 1 });
  return bytes < 1e6 ? `${number.format(bytes / 1e3)} KB` : `${number.format(bytes / 1e6)} MB`;
}
