import type { Context } from "hono";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import type { InvitationId, UserId } from "../../kernel/ids.ts";
import { outranks, ROLES } from "../../kernel/permissions.ts";
import { allow, type GuildContext, may } from "../../tenant/context.ts";
import {
  Button,
  ButtonForm,
  Card,
  CopyField,
  Meter,
  PageHeader,
  RoleBadge,
  Time,
} from "../../web/components.tsx";
import {
  Checkbox,
  emptyForm,
  Form,
  type FormState,
  SelectField,
  TextArea,
  TextField,
} from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { onForm, ownPage } from "../auth/form-page.ts";
import { usageOf } from "../plans/service.ts";
import * as inputs from "./inputs.ts";
import { type Invitation, invite, openInvitations, revokeInvitation } from "./invitations.ts";
import * as members from "./members.ts";
import { changeSettings } from "./settings.ts";

const MEMBERS_SHOWN_MAX = 200;

/** Below `/g/:guild`: members, invitations and settings. */
export function guildPages() {
  const pages = createRouter<GuildEnv>();
  pages
    .get("/members", (c) => membersPage(c, emptyForm))
    .post("/members/invitations", (c) =>
      onForm(
        c,
        inputs.newInvitationForm,
        async (form) => await membersHtml(c, form),
        async (input) => {
          const made = await invite(c.var.guild, c.var.platform, input);
          return await membersPage(c, emptyForm, made.url);
        },
      ),
    )
    .post("/members/invitations/:id/revocation", async (c) => {
      const id = c.req.param("id") as InvitationId;
      await revokeInvitation(c.var.guild, c.var.platform, id);
      return c.redirect(`${guildHref(viewOf(c), "/members")}?done=removed`, 303);
    })
    .post("/members/:userId/role", (c) =>
      onForm(
        c,
        inputs.memberChange.pick({ role: true }),
        async (form) => await membersHtml(c, form),
        async (change) => {
          const id = c.req.param("userId") as UserId;
          await members.changeMember(c.var.guild, c.var.platform, id, change);
          return c.redirect(`${guildHref(viewOf(c), "/members")}?done=saved`, 303);
        },
      ),
    )
    .post("/members/:userId/removal", async (c) => {
      const id = c.req.param("userId") as UserId;
      await members.removeMember(c.var.guild, c.var.platform, id);
      return c.redirect(`${guildHref(viewOf(c), "/members")}?done=removed`, 303);
    })
    .get("/settings", (c) => settingsPage(c, emptyForm))
    .post("/settings", (c) =>
      onForm(
        c,
        inputs.settingsForm,
        async (form) => await settingsHtml(c, form),
        async (input) => {
          const { slug } = await changeSettings(c.var.guild, c.var.platform, input);
          return c.redirect(`/g/${slug}/settings?done=saved`, 303);
        },
      ),
    );
  return pages;
}

async function membersPage(c: Context<GuildEnv>, form: FormState, url?: string): Promise<Response> {
  return await ownPage(c, await membersHtml(c, form, url));
}

async function membersHtml(c: Context<GuildEnv>, form: FormState, url?: string) {
  const view = viewOf(c);
  const { guilds: t } = view.messages;
  const ctx = c.var.guild;
  const page = await members.members(ctx, c.var.platform, { limit: MEMBERS_SHOWN_MAX });
  const mayInvite = may(ctx, "members.invite");
  const open = mayInvite ? await openInvitations(ctx, c.var.platform) : [];
  return (
    <GuildLayout view={view} title={t.members} section="members">
      <PageHeader title={t.members} lead={t.membersLead} />
      <DataTable
        caption={t.members}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        empty=""
        columns={[
          { id: "name", label: t.members, cell: (row) => row.name },
          {
            id: "role",
            label: t.role,
            cell: (row) => <RoleBadge role={row.role} messages={view.messages} />,
          },
          {
            id: "joined",
            label: t.joined,
            cell: (row) => (
              <Time at={row.joinedAt} timeZone={ctx.guild.timeZone} locale={view.locale} />
            ),
          },
          {
            id: "actions",
            label: view.messages.common.actions,
            cell: (row) => <MemberActions c={c} member={row} />,
          },
        ]}
      />
      {mayInvite && <Invite c={c} form={form} url={url} />}
      {open.length > 0 && <OpenInvitations c={c} open={open} />}
    </GuildLayout>
  );
}

function MemberActions({ c, member }: { c: Context<GuildEnv>; member: members.Member }) {
  const view = viewOf(c);
  const t = view.messages.guilds;
  const { actor } = c.var.guild;
  const isBelow = actor.type === "user" && outranks(actor.role, member.role);
  if (!isBelow || !may(c.var.guild, "members.manage")) return <span class="muted">–</span>;
  const base = guildHref(view, `/members/${member.userId}`);
  return (
    <div class="row">
      <form class="row" method="post" action={`${base}/role`}>
        <select name="role" aria-label={`${t.change}: ${member.name}`}>
          {lowerRoles(c.var.guild).map((role) => (
            <option value={role} selected={role === member.role}>
              {view.messages.common.roles[role]}
            </option>
          ))}
        </select>
        <Button look="secondary">{t.change}</Button>
      </form>
      <ButtonForm action={`${base}/removal`} look="quiet">
        {t.remove}
      </ButtonForm>
    </div>
  );
}

function Invite(props: { c: Context<GuildEnv>; form: FormState; url: string | undefined }) {
  const { c, form, url } = props;
  const view = viewOf(c);
  const t = view.messages.guilds;
  const roles = lowerRoles(c.var.guild).map((role) => ({
    value: role,
    label: view.messages.common.roles[role],
  }));
  return (
    <Card title={t.invite}>
      <p class="muted">{t.inviteLead}</p>
      {url && <CopyField id="link" label={t.inviteLink} value={url} messages={view.messages} />}
      <Form action={guildHref(view, "/members/invitations")} form={form} messages={view.messages}>
        <SelectField name="role" label={t.role} form={form} options={roles} value="raider" />
        <TextField
          name="email"
          type="email"
          label={t.inviteEmail}
          hint={t.inviteEmailHint}
          form={form}
        />
        <TextField name="usesMax" type="number" label={t.inviteUses} form={form} value="25" />
        <TextField name="expiresInDays" type="number" label={t.inviteDays} form={form} value="7" />
        <Button>{t.inviteMake}</Button>
      </Form>
    </Card>
  );
}

function OpenInvitations({ c, open }: { c: Context<GuildEnv>; open: readonly Invitation[] }) {
  const view = viewOf(c);
  const t = view.messages.guilds;
  return (
    <DataTable
      caption={t.inviteOpen}
      rows={open}
      url={view.url}
      messages={view.messages}
      empty=""
      columns={[
        { id: "for", label: t.inviteFor, cell: (row) => row.email ?? t.anybody },
        {
          id: "role",
          label: t.role,
          cell: (row) => <RoleBadge role={row.role} messages={view.messages} />,
        },
        { id: "used", label: t.used, numeric: true, cell: (row) => `${row.uses} / ${row.usesMax}` },
        {
          id: "ends",
          label: t.ends,
          cell: (row) => (
            <Time at={row.expiresAt} timeZone={c.var.guild.guild.timeZone} locale={view.locale} />
          ),
        },
        {
          id: "actions",
          label: view.messages.common.actions,
          cell: (row) => (
            <ButtonForm
              action={guildHref(view, `/members/invitations/${row.id}/revocation`)}
              look="quiet"
            >
              {t.revoke}
            </ButtonForm>
          ),
        },
      ]}
    />
  );
}

async function settingsPage(c: Context<GuildEnv>, form: FormState): Promise<Response> {
  return await ownPage(c, await settingsHtml(c, form));
}

async function settingsHtml(c: Context<GuildEnv>, form: FormState) {
  allow(c.var.guild, "settings.manage");
  const view = viewOf(c);
  const t = view.messages.settings;
  const { guild } = c.var.guild;
  const usage = await usageOf(c.var.services.platform, guild);
  const zones = Intl.supportedValuesOf("timeZone");
  const options = ["UTC", ...zones].map((zone) => ({ value: zone, label: zone }));
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={t.title} />
      <Card title={t.general}>
        <Form action={guildHref(view, "/settings")} form={form} messages={view.messages}>
          <TextField name="name" label={t.name} form={form} value={guild.name} required />
          <TextField
            name="slug"
            label={t.slug}
            hint={t.slugHint}
            form={form}
            value={guild.slug}
            required
          />
          <TextArea
            name="description"
            label={t.description}
            form={form}
            value={guild.description}
          />
          <TextField name="contact" label={t.contact} form={form} value={guild.contact} />
          <SelectField
            name="timeZone"
            label={t.timeZone}
            form={form}
            options={options}
            value={guild.timeZone}
          />
          <Checkbox name="isPublic" label={t.isPublic} form={form} checked={guild.isPublic} />
          <Button>{view.messages.common.save}</Button>
        </Form>
      </Card>
      <Card title={`${t.plan}: ${guild.plan.name}`}>
        <Meter label={t.members} {...usage.members} />
        <Meter label={t.guilds} {...usage.guilds} />
      </Card>
    </GuildLayout>
  );
}

function lowerRoles(ctx: GuildContext) {
  const { actor } = ctx;
  return ROLES.filter((role) => actor.type === "user" && outranks(actor.role, role));
}
