import { z } from "@hono/zod-openapi";
import { platformOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import { noSuchGuild } from "../../http/tenant.ts";
import { ROLES } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import * as inputs from "./api.ts";
import { deletedGuilds, undeleteOwnGuild } from "./deletion.ts";
import { acceptInvitation, openInvitation } from "./invitations.ts";
import { watchProgress } from "./progress.ts";
import * as service from "./service.ts";

const api = platformOperations("Guilds");
const guildId = z.object({ id: z.uuid() });
const token = z.object({ token: z.string().min(1).max(100) });

/** Founding guilds, their progress, joining one, and restoring one. */
export const guildsApi = createRouter();

guildsApi.openapi(
  api.post("/guilds", {
    id: "foundGuild",
    summary: "Found a guild",
    description:
      "Makes a guild with a database of its own. The answer is 201 when the database is " +
      "ready in time, else 202: follow `Location`.",
    problems: [
      "guild/bad-slug",
      "guild/slug-taken",
      "guild/name-taken",
      "plan/guilds",
      "database/storage-full",
    ],
    body: inputs.newGuild,
    answers: {
      201: json(inputs.foundedJson, "Founded, and its database is ready. Location leads to it."),
      202: json(
        inputs.foundedJson,
        "Founded; its database is being made. Location shows progress.",
      ),
    },
  }),
  async (c) => {
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
  },
);

guildsApi.openapi(
  api.get("/guilds", {
    id: "listMyGuilds",
    summary: "List the caller's guilds",
    description: "Returns the guilds of which the caller is a member, with the caller's role.",
    query: paging,
    answers: { 200: json(pageOf(inputs.guildOfMineJson), "Your guilds.") },
  }),
  async (c) => {
    const page = await service.myGuilds(c.var.platform, c.req.valid("query"));
    return c.json({ ...page, items: [...page.items] }, 200);
  },
);

guildsApi.openapi(
  api.get("/guilds/slug", {
    id: "suggestSlug",
    summary: "Suggest an address for a guild",
    description: "Returns a free slug. `isFree` is true when it is the one that was asked for.",
    query: z.object({ name: z.string().max(100), slug: z.string().max(64).optional() }),
    answers: {
      200: json(
        z.object({ slug: z.string(), isFree: z.boolean() }),
        "A free address. `isFree`: it is the wished one, the given slug or else the name's own.",
      ),
    },
  }),
  async (c) => c.json(await service.suggestFreeSlug(c.var.platform, c.req.valid("query")), 200),
);

guildsApi.openapi(
  api.get("/guilds/{id}/operation", {
    id: "getProgress",
    summary: "Get the progress of a founding",
    description: "Returns the steps of making the guild's database.",
    problems: ["guild/not-found"],
    params: guildId,
    answers: { 200: json(inputs.progressJson, "How far the founding got.") },
  }),
  async (c) => {
    const found = await service.progressOf(c.var.platform, c.req.valid("param").id);
    if (!found) throw noSuchGuild();
    return c.json(shown(found), 200);
  },
);

guildsApi.openapi(
  api.post("/guilds/{id}/operation", {
    id: "retryFounding",
    summary: "Retry a failed founding",
    description:
      "Tries again to make the guild's database, if it failed. Only the owner may do this.",
    problems: ["guild/not-found", "guild/forbidden", "database/storage-full"],
    params: guildId,
    answers: { 202: json(inputs.progressJson, "Tried again, if it had failed.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const waitMs = limits.guild.foundingWaitMs;
    return c.json(shown(await service.retryFounding(c.var.platform, id, waitMs)), 202);
  },
);

guildsApi.openapi(
  api.get("/guilds/{id}/operation/events", {
    id: "watchProgress",
    summary: "Watch the progress of a founding",
    description:
      "Streams server-sent events: `step`, then `ready` or `failed`. Send `Last-Event-ID` " +
      "to continue after a lost connection.",
    problems: ["guild/not-found"],
    params: guildId,
    answers: {
      200: {
        description:
          "Server-sent events `step`, then `ready` or `failed`. Resumes by Last-Event-ID.",
        content: { "text/event-stream": { schema: z.string() } },
      },
    },
  }),
  (c) => watchProgress(c, c.req.valid("param").id),
);

guildsApi.openapi(
  api.get("/deleted-guilds", {
    id: "listDeletedGuilds",
    summary: "List the caller's deleted guilds",
    description: "Returns guilds that the caller can still restore, and until when.",
    answers: {
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
    },
  }),
  async (c) => c.json({ items: await deletedGuilds(c.var.platform) }, 200),
);

guildsApi.openapi(
  api.post("/deleted-guilds/{id}/restoration", {
    id: "restoreGuild",
    summary: "Restore a deleted guild",
    description: "Brings back a guild that the caller deleted, with all its data.",
    problems: ["guild/not-found", "guild/status-changed", "plan/guilds"],
    params: z.object({ id: z.uuid() }),
    answers: { 200: json(z.object({ slug: z.string() }), "It is back.") },
  }),
  async (c) => {
    const { slug: address } = await undeleteOwnGuild(c.var.platform, c.req.valid("param").id);
    return c.json({ slug: address }, 200);
  },
);

guildsApi.openapi(
  api.get("/invitations/{token}", {
    id: "getInvitation",
    summary: "Get an invitation",
    description: "Returns the guild and the role that the invitation offers.",
    problems: ["invitation/not-found"],
    params: token,
    answers: {
      200: json(
        z.object({ guildName: z.string(), role: z.enum(ROLES), isForOneAddress: z.boolean() }),
        "What the invitation offers.",
      ),
    },
  }),
  async (c) => {
    const { guildName, role, isForOneAddress } = await openInvitation(
      c.var.platform,
      c.req.valid("param").token,
    );
    return c.json({ guildName, role, isForOneAddress }, 200);
  },
);

guildsApi.openapi(
  api.post("/invitations/{token}/acceptance", {
    id: "acceptInvitation",
    summary: "Accept an invitation",
    description: "Makes the caller a member of the guild.",
    problems: [
      "invitation/not-found",
      "invitation/other-address",
      "invitation/removed-since",
      "plan/members",
      "auth/email-unverified",
    ],
    params: token,
    answers: { 201: json(z.object({ slug: z.string() }), "You are a member.") },
  }),
  async (c) => {
    const { guildSlug } = await acceptInvitation(c.var.platform, c.req.valid("param").token);
    c.header("Location", `/api/g/${guildSlug}`);
    return c.json({ slug: guildSlug }, 201);
  },
);

function shown({ guild, steps }: service.Progress) {
  const { id, slug: address, status, statusReason } = guild;
  return { guildId: id, slug: address, status, reason: statusReason, steps: [...steps] };
}
