import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging, shownOnce } from "../../http/router.ts";
import type { InvitationId, UserId } from "../../kernel/ids.ts";
import { PERMISSIONS } from "../../kernel/permissions.ts";
import { type GuildContext, may } from "../../tenant/context.ts";
import { usageOf } from "../plans/service.ts";
import * as inputs from "./api.ts";
import { invite, openInvitations, revokeInvitation } from "./invitations.ts";
import * as members from "./members.ts";
import { changeSettings } from "./settings.ts";

const api = guildOperations("Guild");
const userId = z.object({ userId: z.uuid() });
const nothing = { 204: { description: "Done." } } as const;

const usage = z.object({ used: z.int(), limit: z.int().nullable() });

/** Below `/api/g/:guild`: the platform's data about one guild. */
export const guildApi = createRouter<GuildEnv>();

guildApi.openapi(
  api.get("/", {
    id: "getGuild",
    summary: "Get a guild",
    description:
      "Returns the guild and the permissions that the caller has in it. Visitors get it " +
      "where the guild opened an area to them.",
    needs: "guild.view",
    answers: { 200: json(inputs.guildJson, "The guild, and what you may do in it.") },
  }),
  (c) => c.json(shown(c.var.guild), 200),
);

guildApi.openapi(
  api.get("/members", {
    id: "listMembers",
    summary: "List the members of a guild",
    description:
      "Returns the members, oldest first, with their roles and the permissions that differ " +
      "from their role.",
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
    summary: "Leave a guild",
    description:
      "Ends the caller's own membership. API keys and invitations that the caller made " +
      "here end with it. An owner transfers the ownership first.",
    problems: ["guild/owner-stays"],
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
    summary: "List open invitations",
    description:
      "Returns invitations that can still be accepted. Their links are shown only when " +
      "they are made.",
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
    summary: "Create an invitation",
    description:
      "Makes a link that admits people with a role not above the caller's own. An " +
      "invitation for an e-mail address works only for the account with that address.",
    problems: [
      "guild/rank",
      "guild/beyond-own-rights",
      "auth/email-unverified",
      "guild/too-many-invitations",
    ],
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
    summary: "Revoke an invitation",
    description: "The link stops working at once. Members who already joined stay.",
    problems: ["guild/rank", "invitation/not-found"],
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
    summary: "Transfer the ownership of a guild",
    description:
      "Makes another member the owner. The caller must have confirmed their password " +
      "within the last minutes and becomes an admin.",
    problems: [
      "auth/proof-required",
      "auth/email-unverified",
      "guild/already-owner",
      "guild/member-changed",
      "guild/no-such-member",
      "plan/guilds",
    ],
    needs: "guild.own",
    body: inputs.ownership,
    answers: nothing,
  }),
  async (c) => {
    const newOwner = c.req.valid("json").userId as UserId;
    await members.transferOwnership(c.var.guild, c.var.platform, newOwner);
    return c.body(null, 204);
  },
);

guildApi.openapi(
  api.patch("/members/{userId}", {
    id: "changeMember",
    summary: "Change a member's role or permissions",
    description:
      "Sets the role, the permissions that differ from it, or both. Callers change only " +
      "members below them, and grant only what they have themselves.",
    problems: [
      "guild/rank",
      "guild/beyond-own-rights",
      "guild/higher-denial",
      "operator/impersonating",
      "guild/no-such-member",
      "guild/member-changed",
    ],
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
    summary: "Remove a member",
    description:
      "Ends the membership, and the API keys and invitations that the member made. The " +
      "answer lists these keys.",
    problems: [
      "guild/rank",
      "operator/impersonating",
      "guild/no-such-member",
      "guild/member-changed",
    ],
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
    summary: "Get the settings of a guild",
    description: "Returns the guild's settings and how much of its plan is used.",
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
    summary: "Change the settings of a guild",
    description:
      "Changes the fields that are sent and keeps the others. After a change of the slug, " +
      "the old address redirects to the new one for a while.",
    problems: ["guild/bad-slug", "guild/slug-taken", "guild/name-taken", "guild/too-many-slugs"],
    needs: "settings.manage",
    body: inputs.settingsChange,
    answers: { 200: json(z.object({ slug: z.string() }), "Changed.") },
  }),
  async (c) => c.json(await changeSettings(c.var.guild, c.var.platform, c.req.valid("json")), 200),
);

function shown(ctx: GuildContext) {
  const { id, slug, name, realm, region, edition, faction, plan, visitorAreas } = ctx.guild;
  const { description, contact, timeZone, raidSchedule, crest, createdAt } = ctx.guild;
  return {
    id,
    slug,
    name,
    realm,
    region,
    edition,
    faction,
    plan: plan.name,
    isPublic: visitorAreas.length > 0,
    visitorAreas,
    description,
    contact,
    timeZone,
    raidSchedule,
    crest,
    createdAt,
    role: ctx.actor.type === "user" ? ctx.actor.role : null,
    permissions: PERMISSIONS.filter((permission) => may(ctx, permission)),
  };
}
