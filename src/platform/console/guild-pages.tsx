import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { Page } from "../../kernel/cursor.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  EmptyState,
  LinkButton,
  Meter,
  Notice,
  PageHeader,
  RoleBadge,
  Section,
  Time,
} from "../../web/components.tsx";
import { Facts } from "../../web/facts.tsx";
import { emptyForm, Form, type FormState, SelectField, TextField } from "../../web/forms.tsx";
import { planName } from "../../web/i18n/index.ts";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { type Column, DataTable, Filters } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { type OperatorEnv, pathId, requireArea } from "./access.ts";
import {
  findGuilds,
  type GuildFile,
  type GuildLine,
  guildFile,
  resume,
  suspend,
} from "./guilds.ts";
import { look } from "./looks.ts";
import { PerformanceSection } from "./performance-section.tsx";
import { suspension } from "./routes.ts";
import { Changing } from "./views/parts.tsx";

type PageContext = Context<OperatorEnv>;

const STATUSES = ["creating", "ready", "suspended", "deleted", "deleting", "failed"] as const;

// An invalid filter is ignored, because links to this page are shared.
const filterForm = z.object({
  search: z.string().max(100).catch(""),
  status: z.enum(["", ...STATUSES]).catch(""),
});
type FilterForm = z.infer<typeof filterForm>;

/** All guilds of the platform, and the operators' actions on one. */
export function addGuildPages(pages: ReturnType<typeof createRouter<OperatorEnv>>): void {
  const needed = requireArea("guilds");
  pages.get("/guilds", needed, async (c) => {
    const filters = filterForm.parse(c.req.query());
    const page = await findGuilds(c.var.operator, {
      search: filters.search,
      status: filters.status || undefined,
      cursor: c.req.query("cursor") || undefined,
      limit: limits.operators.pageRows,
    });
    return c.html(<GuildsPage view={viewOf(c)} page={page} filters={filters} />);
  });
  pages.get("/guilds/:id", needed, async (c) => ownPage(c, await guildHtml(c, emptyForm)));
  pages.post("/guilds/:id/suspension", needed, (c) =>
    onForm(
      c,
      suspension,
      (form) => guildHtml(c, form),
      async ({ reason }) => {
        await suspend(c.var.operator, pathId<GuildId>(c), reason);
        return c.redirect(`/operator/guilds/${pathId<GuildId>(c)}?done=saved`, 303);
      },
      "guilds",
    ),
  );
  pages.post("/guilds/:id/resumption", needed, async (c) => {
    await resume(c.var.operator, pathId<GuildId>(c));
    return c.redirect(`/operator/guilds/${pathId<GuildId>(c)}?done=saved`, 303);
  });
}

function GuildsPage(props: { view: View; page: Page<GuildLine>; filters: FilterForm }) {
  const { view, page, filters } = props;
  const t = view.messages.operator;
  const form = { ...emptyForm, values: filters };
  const statuses = STATUSES.map((value) => ({ value, label: t.status[value] }));
  return (
    <OperatorLayout view={view} title={t.nav.guilds} section="guilds">
      <PageHeader title={t.nav.guilds} />
      <Filters url={view.url} messages={view.messages}>
        <TextField
          name="search"
          type="search"
          label={view.messages.common.search}
          form={form}
          maxlength={100}
        />
        <SelectField
          name="status"
          label={t.state}
          form={form}
          options={[{ value: "", label: t.any }, ...statuses]}
        />
      </Filters>
      <DataTable
        caption={t.nav.guilds}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState title={t.noneFound} text={t.noneFoundText} />}
        columns={columns(view)}
      />
    </OperatorLayout>
  );
}

function columns(view: View): readonly Column<GuildLine>[] {
  const t = view.messages.operator;
  return [
    {
      id: "guild",
      label: t.guild,
      card: "title",
      cell: (row) => (
        <>
          <a href={`/operator/guilds/${row.id}`}>{row.name}</a> <code>{row.slug}</code>
        </>
      ),
    },
    {
      id: "status",
      label: t.state,
      card: "key",
      cell: (row) => (
        <>
          <Badge look={look(row.status)}>{t.status[row.status]}</Badge>
          {row.faults !== "" && <Badge look="bad">{row.faults}</Badge>}
        </>
      ),
    },
    { id: "realm", label: t.realm, cell: (row) => `${row.realm} (${row.region})` },
    { id: "plan", label: t.plan, cell: (row) => row.plan },
    { id: "host", label: t.host, cell: (row) => row.host },
    {
      id: "schema",
      label: t.schema,
      numeric: true,
      card: "plain",
      cell: (row) => row.schemaVersion,
    },
    { id: "members", label: t.members, numeric: true, card: "plain", cell: (row) => row.members },
  ];
}

async function guildHtml(c: PageContext, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.operator;
  const file = await guildFile(c.var.operator, pathId<GuildId>(c));
  const { guild, usage } = file;
  return (
    <OperatorLayout view={view} title={guild.name} section="guilds">
      <PageHeader title={guild.name} lead={`${guild.realm} (${guild.region})`}>
        <Badge look={look(guild.status)}>{t.status[guild.status]}</Badge>
        <LinkButton href={`/operator/guilds/${guild.id}/statistics`}>
          {view.messages.figures.title}
        </LinkButton>
        <LinkButton href={`/g/${guild.slug}`}>{t.open}</LinkButton>
      </PageHeader>
      {file.lastError !== null && guild.status === "failed" && (
        <Notice look="bad">
          {t.lastError}: {file.lastError}
        </Notice>
      )}
      {file.faults.map(({ code, cause, since }) => (
        <Notice look="bad">
          {t.trouble}: <a href={`/problems/${code}`}>{code}</a>, {cause},{" "}
          <Time at={since} timeZone="UTC" locale={view.locale} />
        </Notice>
      ))}
      <Card title={t.facts}>
        <Facts facts={facts(view, file)} />
      </Card>
      <Card title={`${t.plan}: ${planName(view.messages, guild.plan.name)}`}>
        <Meter label={t.members} {...usage.members} />
        <Meter label={t.owned} {...usage.guilds} />
        <div class="row">
          <LinkButton href={`/operator/guilds/${guild.id}/plan`}>
            {view.messages.plans.grant}
          </LinkButton>
        </div>
      </Card>
      <PerformanceSection view={view} hours={file.performance} />
      <Closing c={c} file={file} form={form} />
      <Section title={t.members}>
        <Members view={view} file={file} />
      </Section>
    </OperatorLayout>
  );
}

function facts(view: View, { guild, members, backedUpAt, keyRequests }: GuildFile) {
  const t = view.messages.operator;
  const owner = members.find(({ role }) => role === "owner");
  return [
    ["Id", <code>{guild.id}</code>],
    [t.owner, owner ? `${owner.name} · ${owner.email}` : guild.ownerId],
    [t.founded, <Time at={guild.createdAt} timeZone="UTC" locale={view.locale} />],
    [t.host, guild.host],
    [t.database, <code>{guild.databaseName}</code>],
    [t.generation, guild.generation],
    [
      t.newestCopy,
      backedUpAt === null ? "—" : <Time at={backedUpAt} timeZone="UTC" locale={view.locale} />,
    ],
    [t.keyRequests(limits.statistics.days), keyRequests],
    [
      t.schema,
      <>
        {guild.schemaVersion} <code>{guild.schemaHash.slice(0, 12)}</code>
      </>,
    ],
  ] as const;
}

/** Suspends an open guild, or resumes a suspended one. */
function Closing({ c, file, form }: { c: PageContext; file: GuildFile; form: FormState }) {
  const view = viewOf(c);
  const t = view.messages.operator;
  const { guild } = file;
  const href = `/operator/guilds/${guild.id}`;
  if (guild.status === "suspended") {
    return (
      <Card title={t.suspendedFor}>
        <p>{guild.statusReason}</p>
        <Changing c={c}>
          <ButtonForm action={`${href}/resumption`}>{t.resume}</ButtonForm>
        </Changing>
      </Card>
    );
  }
  if (guild.status !== "ready") return null;
  return (
    <Card title={t.suspend}>
      <p class="muted">{t.suspendLead}</p>
      <Changing c={c}>
        <Form action={`${href}/suspension`} form={form} messages={view.messages}>
          <TextField
            name="reason"
            label={t.reason}
            form={form}
            maxlength={limits.operators.reasonCharsMax}
            required
          />
          <Button look="danger">{t.suspend}</Button>
        </Form>
      </Changing>
    </Card>
  );
}

function Members({ view, file }: { view: View; file: GuildFile }) {
  const t = view.messages.operator;
  const more = file.usage.members.used - file.members.length;
  return (
    <>
      <DataTable
        caption={t.members}
        rows={file.members}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">—</p>}
        columns={[
          { id: "name", label: t.actor, cell: (one) => one.name },
          {
            id: "email",
            label: t.email,
            cell: (one) => <Email view={view} of={one} />,
          },
          {
            id: "role",
            label: t.role,
            card: "key",
            cell: (one) => <RoleBadge role={one.role} messages={view.messages} />,
          },
        ]}
      />
      {more > 0 && <p class="muted">{t.moreMembers(more)}</p>}
    </>
  );
}

/** Links to the account, or to the form to act as the person, depending on the area. */
function Email({ view, of }: { view: View; of: GuildFile["members"][number] }) {
  const { caller } = view;
  const areas = (caller.type === "user" && caller.operates) || [];
  if (areas.includes("accounts")) {
    return <a href={`/operator/accounts/${of.userId}`}>{of.email}</a>;
  }
  if (!areas.includes("impersonate")) return <>{of.email}</>;
  const href = `/operator/impersonations?email=${encodeURIComponent(of.email)}`;
  return <a href={href}>{of.email}</a>;
}
