import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging, shownOnce } from "../../http/router.ts";
import type { InvitationId, UserId } from "../../kernel/ids.ts";
import { PERMISSIONS } from "../../kernel/permissions.ts";
import { type GuildContext, may } from "../../tenant/context.ts";
import { usageOf } from "../plans/service.ts";
import * as inputs from "./inputs.ts";
import { invite, openInvitations, revokeInvitation } from "./invitations.ts";
import * as members from "./members.ts";
import { changeSettings } from "./settings.ts";

const api = guildOperations("Guild");
const userId = z.object({ userId: z.uuid() });
const nothing = { 204: { description: "Done." } } as const;

const usage = z.object({ used: z.int(), limit: z.int().nullable() });

/** Below `/api/g/:guild`: what the platform keeps of one guild. */
export const guildApi = createRouter<GuildEnv>();

guildApi.openapi(
  api.get("/", {
    id: "getGuild",
    summary: "Get guild",
    needs: "standings.view",
    answers: { 200: json(inputs.guildJson, "The guild, and what you may do in it.") },
  }),
  (c) => c.json(shown(c.var.guild), 200),
);

guildApi.openapi(
  api.get("/members", {
    id: "listMembers",
    summary: "List members",
    needs: "members.view",
    query: paging,
    answers: { 200: json(pageOf(inputs.memberJson), "The members, oldest first.") },
  }),
  async (c) => {
    const page = await members.members(c.var.guild, c.var.platform, c.req.valid("query"));
    return c.json({ ...page, items: [...page.items] }, 200);
  },
);

guildApi.openapi(
  api.delete("/members/me", {
    id: "leaveGuild",
    summary: "Leave guild",
    needs: "members.view",
    answers: nothing,
  }),
  async (c) => {
    await members.leaveGuild(c.var.guild, c.var.platform);
    return c.body(null, 204);
  },
);

guildApi.openapi(
  api.get("/members/invitations", {
    id: "listInvitations",
    summary: "List invitations",
    needs: "members.invite",
    answers: {
      200: json(
        z.object({ items: z.array(inputs.invitationJson).readonly() }),
        "Open invitations.",
      ),
    },
  }),
  async (c) => c.json({ items: await openInvitations(c.var.guild, c.var.platform) }, 200),
);

guildApi.openapi(
  api.post("/members/invitations", {
    id: "createInvitation",
    summary: "Create invitation",
    needs: "members.invite",
    body: inputs.newInvitation,
    answers: {
      201: shownOnce(
        inputs.invitationJson.extend({ url: z.string(), mailed: z.boolean() }),
        "Its link is shown only now.",
      ),
    },
  }),
  async (c) => c.json(await invite(c.var.guild, c.var.platform, c.req.valid("json")), 201),
);

guildApi.openapi(
  api.delete("/members/invitations/{id}", {
    id: "revokeInvitation",
    summary: "Revoke invitation",
    needs: "members.invite",
    params: z.object({ id: z.uuid() }),
    answers: nothing,
  }),
  async (c) => {
    const id = c.req.valid("param").id as InvitationId;
    await revokeInvitation(c.var.guild, c.var.platform, id);
    return c.body(null, 204);
  },
);

guildApi.openapi(
  api.post("/members/ownership", {
    id: "transferOwnership",
    summary: "Transfer ownership",
    needs: "guild.own",
    body: inputs.ownership,
    answers: nothing,
  }),
  async (c) => {
    const heir = c.req.valid("json").userId as UserId;
    await members.transferOwnership(c.var.guild, c.var.platform, heir);
    return c.body(null, 204);
  },
);

guildApi.openapi(
  api.patch("/members/{userId}", {
    id: "changeMember",
    summary: "Change member",
    needs: "members.manage",
    params: userId,
    body: inputs.memberChange,
    answers: {
      200: json(inputs.memberJson.extend(inputs.offboardedJson.shape), "The member as it is now."),
    },
  }),
  async (c) => {
    const id = c.req.valid("param").userId as UserId;
    const change = c.req.valid("json");
    return c.json(await members.changeMember(c.var.guild, c.var.platform, id, change), 200);
  },
);

guildApi.openapi(
  api.delete("/members/{userId}", {
    id: "removeMember",
    summary: "Remove member",
    needs: "members.manage",
    params: userId,
    answers: { 200: json(inputs.offboardedJson, "Removed, and which API keys ended.") },
  }),
  async (c) => {
    const id = c.req.valid("param").userId as UserId;
    return c.json(await members.removeMember(c.var.guild, c.var.platform, id), 200);
  },
);

guildApi.openapi(
  api.get("/settings", {
    id: "getSettings",
    summary: "Get settings",
    needs: "settings.manage",
    answers: {
      200: json(
        inputs.guildJson.extend({
          usage: z.object({ plan: z.string(), members: usage, guilds: usage, keys: usage }),
        }),
        "The guild's settings and how much of its plan is used.",
      ),
    },
  }),
  async (c) => {
    const used = await usageOf(c.var.services.platform, c.var.guild.guild);
    return c.json({ ...shown(c.var.guild), usage: used }, 200);
  },
);

guildApi.openapi(
  api.patch("/settings", {
    id: "changeSettings",
    summary: "Change settings",
    needs: "settings.manage",
    body: inputs.settingsChange,
    answers: { 200: json(z.object({ slug: z.string() }), "Changed.") },
  }),
  async (c) => c.json(await changeSettings(c.var.guild, c.var.platform, c.req.valid("json")), 200),
);

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
