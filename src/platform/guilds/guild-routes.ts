import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import {
  createRouter,
  json,
  jsonBody,
  pageOf,
  paging,
  problem,
  shownOnce,
} from "../../http/router.ts";
import type { InvitationId, UserId } from "../../kernel/ids.ts";
import { PERMISSIONS } from "../../kernel/permissions.ts";
import { type GuildContext, may } from "../../tenant/context.ts";
import { translator } from "../../web/i18n/index.ts";
import { usageOf } from "../plans/service.ts";
import * as inputs from "./inputs.ts";
import { invite, openInvitations, revokeInvitation } from "./invitations.ts";
import * as members from "./members.ts";
import { changeSettings } from "./settings.ts";

const tags = ["Guild"];
const userId = z.object({ userId: z.uuid() });
const nothing = { 204: { description: "Done." }, default: problem } as const;

const about = createRoute({
  method: "get",
  path: "/",
  operationId: "getGuild",
  tags,
  middleware: [requirePermission("standings.view")] as const,
  responses: {
    200: json(inputs.guildJson, "The guild, and what you may do in it."),
    default: problem,
  },
});

const listMembers = createRoute({
  method: "get",
  path: "/members",
  operationId: "listMembers",
  tags,
  middleware: [requirePermission("members.view")] as const,
  request: { query: paging },
  responses: {
    200: json(pageOf(inputs.memberJson), "The members, oldest first."),
    default: problem,
  },
});

const leave = createRoute({
  method: "delete",
  path: "/members/me",
  operationId: "leaveGuild",
  tags,
  middleware: [requirePermission("members.view")] as const,
  responses: nothing,
});

const listInvitations = createRoute({
  method: "get",
  path: "/members/invitations",
  operationId: "listInvitations",
  tags,
  middleware: [requirePermission("members.invite")] as const,
  responses: {
    200: json(z.object({ items: z.array(inputs.invitationJson).readonly() }), "Open invitations."),
    default: problem,
  },
});

const createInvitation = createRoute({
  method: "post",
  path: "/members/invitations",
  operationId: "createInvitation",
  tags,
  middleware: [requirePermission("members.invite")] as const,
  request: { body: jsonBody(inputs.newInvitation) },
  responses: {
    201: shownOnce(
      inputs.invitationJson.extend({ url: z.string(), mailed: z.boolean() }),
      "Its link is shown only now.",
    ),
    default: problem,
  },
});

const deleteInvitation = createRoute({
  method: "delete",
  path: "/members/invitations/{id}",
  operationId: "revokeInvitation",
  tags,
  middleware: [requirePermission("members.invite")] as const,
  request: { params: z.object({ id: z.uuid() }) },
  responses: nothing,
});

const transfer = createRoute({
  method: "post",
  path: "/members/ownership",
  operationId: "transferOwnership",
  tags,
  middleware: [requirePermission("guild.own")] as const,
  request: { body: jsonBody(inputs.ownership) },
  responses: nothing,
});

const changeMember = createRoute({
  method: "patch",
  path: "/members/{userId}",
  operationId: "changeMember",
  tags,
  middleware: [requirePermission("members.manage")] as const,
  request: { params: userId, body: jsonBody(inputs.memberChange) },
  responses: { 200: json(inputs.memberJson, "The member as it is now."), default: problem },
});

const removeMember = createRoute({
  method: "delete",
  path: "/members/{userId}",
  operationId: "removeMember",
  tags,
  middleware: [requirePermission("members.manage")] as const,
  request: { params: userId },
  responses: nothing,
});

const usage = z.object({ used: z.int(), limit: z.int().nullable() });

const getSettings = createRoute({
  method: "get",
  path: "/settings",
  operationId: "getSettings",
  tags,
  middleware: [requirePermission("settings.manage")] as const,
  responses: {
    200: json(
      inputs.guildJson.extend({
        usage: z.object({ plan: z.string(), members: usage, guilds: usage, keys: usage }),
      }),
      "The guild's settings and how much of its plan is used.",
    ),
    default: problem,
  },
});

const patchSettings = createRoute({
  method: "patch",
  path: "/settings",
  operationId: "changeSettings",
  tags,
  middleware: [requirePermission("settings.manage")] as const,
  request: { body: jsonBody(inputs.settingsChange) },
  responses: { 200: json(z.object({ slug: z.string() }), "Changed."), default: problem },
});

/** Below `/api/g/:guild`: what the platform keeps of one guild. */
export function guildApi() {
  return createRouter<GuildEnv>()
    .openapi(about, (c) => c.json(shown(c.var.guild), 200))
    .openapi(listMembers, async (c) => {
      const page = await members.members(c.var.guild, c.var.platform, c.req.valid("query"));
      return c.json({ ...page, items: [...page.items] }, 200);
    })
    .openapi(leave, async (c) => {
      await members.leaveGuild(c.var.guild, c.var.platform);
      return c.body(null, 204);
    })
    .openapi(listInvitations, async (c) =>
      c.json({ items: await openInvitations(c.var.guild, c.var.platform) }, 200),
    )
    .openapi(createInvitation, async (c) =>
      c.json(
        await invite(
          c.var.guild,
          c.var.platform,
          c.req.valid("json"),
          translator(c.var.locale).guilds.letter,
        ),
        201,
      ),
    )
    .openapi(deleteInvitation, async (c) => {
      const id = c.req.valid("param").id as InvitationId;
      await revokeInvitation(c.var.guild, c.var.platform, id);
      return c.body(null, 204);
    })
    .openapi(transfer, async (c) => {
      const heir = c.req.valid("json").userId as UserId;
      await members.transferOwnership(c.var.guild, c.var.platform, heir);
      return c.body(null, 204);
    })
    .openapi(changeMember, async (c) => {
      const id = c.req.valid("param").userId as UserId;
      const change = c.req.valid("json");
      return c.json(await members.changeMember(c.var.guild, c.var.platform, id, change), 200);
    })
    .openapi(removeMember, async (c) => {
      const id = c.req.valid("param").userId as UserId;
      await members.removeMember(c.var.guild, c.var.platform, id);
      return c.body(null, 204);
    })
    .openapi(getSettings, async (c) => {
      const used = await usageOf(c.var.services.platform, c.var.guild.guild);
      return c.json({ ...shown(c.var.guild), usage: used }, 200);
    })
    .openapi(patchSettings, async (c) =>
      c.json(await changeSettings(c.var.guild, c.var.platform, c.req.valid("json")), 200),
    );
}

function shown(ctx: GuildContext) {
  const { id, slug, name, realm, region, faction, plan, isPublic } = ctx.guild;
  const { description, contact, timeZone, raidSchedule, createdAt } = ctx.guild;
  return {
    id,
    slug,
    name,
    realm,
    region,
    faction,
    plan: plan.name,
    isPublic,
    description,
    contact,
    timeZone,
    raidSchedule,
    createdAt,
    role: ctx.actor.type === "user" ? ctx.actor.role : null,
    permissions: PERMISSIONS.filter((permission) => may(ctx, permission)),
  };
}
