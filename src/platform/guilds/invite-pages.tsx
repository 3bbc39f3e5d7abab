import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import type { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import type { InvitationId } from "../../kernel/ids.ts";
import {
  Button,
  ButtonForm,
  Card,
  CopyField,
  LinkButton,
  Notice,
  PageHeader,
  RoleBadge,
  Time,
} from "../../web/components.tsx";
import { emptyForm, Form, type FormState, SelectField, TextField } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import * as inputs from "./api.ts";
import { type Invitation, invite, openInvitations, revokeInvitation } from "./invitations.ts";
import { lowerRoles } from "./members-pages.tsx";

type Page = Context<GuildEnv>;
type Made = Awaited<ReturnType<typeof invite>>;

/** Pages that make invitations by link or email, and revoke them. */
export function addInvitePages(pages: ReturnType<typeof createRouter<GuildEnv>>): void {
  const needed = requirePermission("members.invite");
  pages
    .get("/members/invitations", needed, async (c) => ownPage(c, await inviteHtml(c, emptyForm)))
    .post("/members/invitations", needed, (c) =>
      onForm(
        c,
        inputs.newInvitationForm,
        async (form) => await inviteHtml(c, form),
        async (input) => {
          const made = await invite(c.var.guild, c.var.platform, input);
          // Not a redirect, because the link is known only in this response.
          return await ownPage(c, await inviteHtml(c, emptyForm, made));
        },
        "guilds",
      ),
    )
    .post("/members/invitations/:id/revocation", needed, async (c) => {
      const id = c.req.param("id") as InvitationId;
      await revokeInvitation(c.var.guild, c.var.platform, id);
      return c.redirect(`${guildHref(viewOf(c), "/members/invitations")}?done=removed`, 303);
    });
}

async function inviteHtml(c: Page, form: FormState, made?: Made) {
  const view = viewOf(c);
  const t = view.messages.guilds;
  const open = await openInvitations(c.var.guild, c.var.platform);
  return (
    <GuildLayout view={view} title={t.invite} section="members">
      <PageHeader title={t.invite} lead={t.inviteLead}>
        <LinkButton href={guildHref(view, "/members")}>{t.members}</LinkButton>
      </PageHeader>
      {made && <MadeInvitation c={c} made={made} />}
      <InviteForm c={c} form={form} />
      {open.length > 0 && <OpenInvitations c={c} open={open} />}
    </GuildLayout>
  );
}

function MadeInvitation({ c, made }: { c: Page; made: Made }) {
  const { messages } = viewOf(c);
  const t = messages.guilds;
  return (
    <Card>
      {made.email !== null && (
        <Notice look={made.mailed ? "good" : "bad"}>{t.inviteMailed(made.email)}</Notice>
      )}
      <CopyField id="link" label={t.inviteLink} value={made.url} messages={messages} />
    </Card>
  );
}

function InviteForm({ c, form }: { c: Page; form: FormState }) {
  const view = viewOf(c);
  const t = view.messages.guilds;
  const roles = lowerRoles(c.var.guild).map((role) => ({
    value: role,
    label: view.messages.common.roles[role],
  }));
  return (
    <Card>
      <Form action={guildHref(view, "/members/invitations")} form={form} messages={view.messages}>
        <SelectField name="role" label={t.role} form={form} options={roles} value="raider" />
        <TextField
          name="email"
          type="email"
          label={t.inviteEmail}
          hint={t.inviteEmailHint}
          autocomplete="off"
          form={form}
        />
        <TextField name="usesMax" inputmode="numeric" label={t.inviteUses} form={form} value="25" />
        <TextField
          name="expiresInDays"
          inputmode="numeric"
          label={t.inviteDays}
          form={form}
          value="7"
        />
        <Button>{t.inviteMake}</Button>
      </Form>
    </Card>
  );
}

function OpenInvitations({ c, open }: { c: Page; open: readonly Invitation[] }) {
  const view = viewOf(c);
  const { guilds: t, common } = view.messages;
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
          label: common.actions,
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
