import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import { noSuchGuild } from "../../http/tenant.ts";
import { ROLES } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import { deletedGuilds, undeleteOwnGuild } from "./deletion.ts";
import * as inputs from "./inputs.ts";
import { acceptInvitation, openInvitation } from "./invitations.ts";
import { watchProgress } from "./progress.ts";
import * as service from "./service.ts";

const tags = ["Guilds"];
const guildId = z.object({ id: z.uuid() });
const token = z.object({ token: z.string().min(1).max(100) });

const found = createRoute({
  method: "post",
  path: "/guilds",
  operationId: "foundGuild",
  tags,
  request: { body: jsonBody(inputs.newGuild) },
  responses: {
    201: json(inputs.foundedJson, "Founded, and its database is ready. Location leads to it."),
    202: json(inputs.foundedJson, "Founded; its database is being made. Location shows progress."),
    default: problem,
  },
});

const mine = createRoute({
  method: "get",
  path: "/guilds",
  operationId: "listMyGuilds",
  tags,
  request: { query: paging },
  responses: { 200: json(pageOf(inputs.guildOfMineJson), "Your guilds."), default: problem },
});

const slug = createRoute({
  method: "get",
  path: "/guilds/slug",
  operationId: "suggestSlug",
  tags,
  request: {
    query: z.object({ name: z.string().max(100), slug: z.string().max(64).optional() }),
  },
  responses: {
    200: json(
      z.object({ slug: z.string(), isFree: z.boolean() }),
      "A free address. `isFree`: it is the wished one, the given slug or else the name's own.",
    ),
    default: problem,
  },
});

const progress = createRoute({
  method: "get",
  path: "/guilds/{id}/operation",
  operationId: "getProgress",
  tags,
  request: { params: guildId },
  responses: { 200: json(inputs.progressJson, "How far the founding got."), default: problem },
});

const retry = createRoute({
  method: "post",
  path: "/guilds/{id}/operation",
  operationId: "retryFounding",
  tags,
  request: { params: guildId },
  responses: { 202: json(inputs.progressJson, "Tried again, if it had failed."), default: problem },
});

const events = createRoute({
  method: "get",
  path: "/guilds/{id}/operation/events",
  operationId: "watchProgress",
  tags,
  request: { params: guildId },
  responses: {
    200: {
      description: "Server-sent events `step`, then `ready` or `failed`. Resumes by Last-Event-ID.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    default: problem,
  },
});

const invitation = createRoute({
  method: "get",
  path: "/invitations/{token}",
  operationId: "getInvitation",
  tags,
  request: { params: token },
  responses: {
    200: json(
      z.object({ guildName: z.string(), role: z.enum(ROLES), isForOneAddress: z.boolean() }),
      "What the invitation offers.",
    ),
    default: problem,
  },
});

const accept = createRoute({
  method: "post",
  path: "/invitations/{token}/acceptance",
  operationId: "acceptInvitation",
  tags,
  request: { params: token },
  responses: { 201: json(z.object({ slug: z.string() }), "You are a member."), default: problem },
});

const deleted = createRoute({
  method: "get",
  path: "/deleted-guilds",
  operationId: "listDeletedGuilds",
  tags,
  responses: {
    200: json(
      z.object({
        items: z
          .array(
            z.object({
              id: z.string(),
              slug: z.string(),
              name: z.string(),
              purgeAfter: z.number().int(),
            }),
          )
          .readonly(),
      }),
      "Your guilds that can still be brought back.",
    ),
    default: problem,
  },
});

const undelete = createRoute({
  method: "post",
  path: "/deleted-guilds/{id}/restoration",
  operationId: "restoreGuild",
  tags,
  request: { params: z.object({ id: z.uuid() }) },
  responses: { 200: json(z.object({ slug: z.string() }), "It is back."), default: problem },
});

/** Founding guilds, watching it, joining one, and bringing one back. */
export function guildsApi() {
  return createRouter()
    .openapi(found, async (c) => {
      const { slug: chosen, ...input } = c.req.valid("json");
      const result = await service.foundAndProvision(
        c.var.platform,
        { ...input, ...(chosen !== undefined && { slug: chosen }) },
        limits.guild.foundingWaitMs,
      );
      const { id, slug: address } = result;
      if (result.isReady) {
        c.header("Location", `/api/g/${address}`);
        return c.json({ id, slug: address, status: "ready" as const }, 201);
      }
      c.header("Location", `/api/guilds/${id}/operation`);
      return c.json({ id, slug: address, status: "creating" as const }, 202);
    })
    .openapi(mine, async (c) => {
      const page = await service.myGuilds(c.var.platform, c.req.valid("query"));
      return c.json({ ...page, items: [...page.items] }, 200);
    })
    .openapi(slug, async (c) =>
      c.json(await service.suggestFreeSlug(c.var.platform, c.req.valid("query")), 200),
    )
    .openapi(progress, async (c) => {
      const found = await service.progressOf(c.var.platform, c.req.valid("param").id);
      if (!found) throw noSuchGuild();
      return c.json(shown(found), 200);
    })
    .openapi(retry, async (c) => {
      const { id } = c.req.valid("param");
      const waitMs = limits.guild.foundingWaitMs;
      return c.json(shown(await service.retryFounding(c.var.platform, id, waitMs)), 202);
    })
    .openapi(events, (c) => watchProgress(c, c.req.valid("param").id))
    .openapi(deleted, async (c) => c.json({ items: await deletedGuilds(c.var.platform) }, 200))
    .openapi(undelete, async (c) => {
      const { slug: address } = await undeleteOwnGuild(c.var.platform, c.req.valid("param").id);
      return c.json({ slug: address }, 200);
    })
    .openapi(invitation, async (c) => {
      const { guildName, role, isForOneAddress } = await openInvitation(
        c.var.platform,
        c.req.valid("param").token,
      );
      return c.json({ guildName, role, isForOneAddress }, 200);
    })
    .openapi(accept, async (c) => {
      const { guildSlug } = await acceptInvitation(c.var.platform, c.req.valid("param").token);
      c.header("Location", `/api/g/${guildSlug}`);
      return c.json({ slug: guildSlug }, 201);
    });
}

function shown({ guild, steps }: service.Progress) {
  const { id, slug: address, status, statusReason } = guild;
  return { guildId: id, slug: address, status, reason: statusReason, steps: [...steps] };
}
