import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import type { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import { outranks, ROLES, type Role } from "../../kernel/permissions.ts";
import { type GuildContext, may } from "../../tenant/context.ts";
import { Button, Card, LinkButton, PageHeader, RoleBadge, Time } from "../../web/components.tsx";
import { ErrorSummary, emptyForm, Form, type FormState, SelectField } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { type KeyName, keysByMaker } from "../keys/maker-keys.ts";
import * as inputs from "./api.ts";
import * as members from "./members.ts";

type Page = Context<GuildEnv>;

const MEMBERS_SHOWN_MAX = 100;
const HEIRS_SHOWN_MAX = 1_000;

/** The list of members, actions on them, leaving, and handing the guild over. */
export function addMemberPages(pages: ReturnType<typeof createRouter<GuildEnv>>): void {
  pages
    .get("/members", async (c) => await ownPage(c, await membersHtml(c, emptyForm)))
    .post("/members/leave", async (c) => {
      await members.leaveGuild(c.var.guild, c.var.platform);
      return c.redirect("/guilds?done=saved", 303);
    })
    .get("/members/ownership", requirePermission("guild.own"), async (c) =>
      ownPage(c, await ownershipHtml(c, emptyForm)),
    )
    .post("/members/ownership", requirePermission("guild.own"), (c) =>
      onForm(
        c,
        inputs.ownership,
        async (form) => await ownershipHtml(c, form),
        async ({ userId }) => await handOver(c, userId as UserId),
        "guilds",
      ),
    )
    .post("/members/:userId/role", requirePermission("members.manage"), (c) =>
      onForm(
        c,
        inputs.memberChange.pick({ role: true }).required(),
        async (form) => await membersHtml(c, form),
        async (change) => {
          const id = c.req.param("userId") as UserId;
          await members.changeMember(c.var.guild, c.var.platform, id, change);
          return c.redirect(`${guildHref(viewOf(c), "/members")}?done=saved`, 303);
        },
        "guilds",
      ),
    )
    .post("/members/:userId/removal", requirePermission("members.manage"), async (c) => {
      const id = c.req.param("userId") as UserId;
      await members.removeMember(c.var.guild, c.var.platform, id);
      return c.redirect(`${guildHref(viewOf(c), "/members")}?done=removed`, 303);
    });
}

/** The roles that the actor may give to others. */
export function lowerRoles({ actor }: GuildContext): readonly Role[] {
  return ROLES.filter((role) => actor.type === "user" && outranks(actor.role, role));
}

async function membersHtml(c: Page, form: FormState) {
  const view = viewOf(c);
  const { guilds: t, common } = view.messages;
  const ctx = c.var.guild;
  const cursor = c.req.query("cursor");
  const page = await members.members(ctx, c.var.platform, { limit: MEMBERS_SHOWN_MAX, cursor });
  const keys = may(ctx, "members.manage")
    ? await keysByMaker(ctx, c.var.platform)
    : new Map<UserId, readonly KeyName[]>();
  return (
    <GuildLayout view={view} title={t.members} section="members">
      <PageHeader title={t.members}>
        {may(ctx, "members.invite") && (
          <LinkButton look="primary" href={guildHref(view, "/members/invitations")}>
            {t.invite}
          </LinkButton>
        )}
      </PageHeader>
      <ErrorSummary form={form} messages={view.messages} />
      <DataTable
        caption={t.membersLead}
        rows={page.items}
        next={page.next}
        url={new URL(guildHref(view, "/members"), view.url)}
        messages={view.messages}
        empty=""
        columns={[
          { id: "name", label: t.member, cell: (row) => <MemberName c={c} member={row} /> },
          {
            id: "role",
            label: t.role,
            cell: (row) => (
              <>
                <RoleBadge role={row.role} messages={view.messages} />
                {row.roleBy !== null && <small class="muted"> {t.roleBy(row.roleBy)}</small>}
              </>
            ),
          },
          {
            id: "joined",
            label: t.joined,
            cell: (row) => (
              <Time at={row.joinedAt} timeZone={ctx.guild.timeZone} locale={view.locale} />
            ),
          },
          ...(may(ctx, "members.manage")
            ? [
                {
                  id: "actions",
                  label: common.actions,
                  cell: (row: members.Member) => (
                    <MemberActions c={c} member={row} keys={keys.get(row.userId) ?? []} />
                  ),
                },
              ]
            : []),
        ]}
      />
      <OwnPlace c={c} />
    </GuildLayout>
  );
}

function MemberName({ c, member }: { c: Page; member: members.Member }) {
  const { actor } = c.var.guild;
  const isYou = actor.type === "user" && actor.userId === member.userId;
  return (
    <span>
      {member.name}
      {isYou && <span class="muted">{` (${viewOf(c).messages.guilds.you})`}</span>}
    </span>
  );
}

function MemberActions({
  c,
  member,
  keys,
}: {
  c: Page;
  member: members.Member;
  keys: readonly KeyName[];
}) {
  const view = viewOf(c);
  const { guilds: t, common } = view.messages;
  const { actor } = c.var.guild;
  const isBelow = actor.type === "user" && outranks(actor.role, member.role);
  if (!isBelow) return <span class="muted">–</span>;
  const base = guildHref(view, `/members/${member.userId}`);
  const names = keys.map(({ name }) => name).join(", ");
  return (
    <div class="row">
      <form class="row" method="post" action={`${base}/role`}>
        <select name="role" aria-label={`${t.change}: ${member.name}`}>
          {lowerRoles(c.var.guild).map((role) => (
            <option value={role} selected={role === member.role}>
              {common.roles[role]}
            </option>
          ))}
        </select>
        <Button look="secondary">{t.change}</Button>
        {names !== "" && <small class="muted">{t.keysMayEnd(names)}</small>}
      </form>
      <details>
        <summary aria-label={`${t.remove}: ${member.name}`}>{t.remove}</summary>
        <form class="stack" method="post" action={`${base}/removal`}>
          <p>{t.removeSure(member.name)}</p>
          {names !== "" && <p>{t.keysEnd(names)}</p>}
          <Button look="danger">{t.remove}</Button>
        </form>
      </details>
    </div>
  );
}

/** The owner hands the guild over before leaving. All other members can just leave. */
function OwnPlace({ c }: { c: Page }) {
  const view = viewOf(c);
  const t = view.messages.guilds;
  const { actor } = c.var.guild;
  if (actor.type !== "user") return null;
  if (actor.role === "owner") {
    return (
      <Card title={t.transfer}>
        <p class="muted">{t.transferHint}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/members/ownership")}>{t.transfer}</LinkButton>
        </div>
      </Card>
    );
  }
  return (
    <Card title={t.leave}>
      <details>
        <summary>{t.leave}</summary>
        <form class="stack" method="post" action={guildHref(view, "/members/leave")}>
          <p>{t.leaveSure}</p>
          <Button look="danger">{t.leaveNow}</Button>
        </form>
      </details>
    </Card>
  );
}

async function ownershipHtml(c: Page, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.guilds;
  const page = await members.members(c.var.guild, c.var.platform, { limit: HEIRS_SHOWN_MAX });
  const options = page.items
    .filter((member) => member.role !== "owner")
    .map(({ userId, name, role }) => ({
      value: userId,
      label: `${name} (${view.messages.common.roles[role]})`,
    }));
  const back = guildHref(view, "/members");
  return (
    <GuildLayout view={view} title={t.transfer} section="members" narrow>
      <PageHeader title={t.transfer} lead={t.transferHint} />
      {options.length === 0 ? (
        <p>{t.noHeir}</p>
      ) : (
        <Form action={`${back}/ownership`} form={form} messages={view.messages}>
          <SelectField name="userId" label={t.newOwner} form={form} options={options} />
          <div class="row">
            <Button look="danger">{t.transferNow}</Button>
            <LinkButton look="quiet" href={back}>
              {view.messages.common.cancel}
            </LinkButton>
          </div>
        </Form>
      )}
    </GuildLayout>
  );
}

async function handOver(c: Page, newOwner: UserId): Promise<Response> {
  const back = guildHref(viewOf(c), "/members");
  try {
    await members.transferOwnership(c.var.guild, c.var.platform, newOwner);
    return c.redirect(`${back}?done=saved`, 303);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "auth/proof-required")) throw error;
    const next = encodeURIComponent(`${back}/ownership`);
    return c.redirect(`/account/proof?next=${next}`, 303);
  }
}
