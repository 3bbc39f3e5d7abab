import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { type OperatorEnv, requireArea } from "./access.ts";
import { platformAudit } from "./audit.ts";
import { findGuilds, guildFile, resume, suspend } from "./guilds.ts";
import { overview } from "./overview.ts";

const tags = ["Operators"];
const status = z.enum(["creating", "ready", "suspended", "deleted", "deleting", "failed"]);
const guildId = z.object({ id: z.uuid() });

export const suspension = z.strictObject({
  reason: lineField(limits.operators.reasonCharsMax, 1, "Write why."),
});

const usedJson = z.object({ used: z.int(), limit: z.int().nullable() });
const guildLine = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    realm: z.string(),
    region: z.string(),
    status,
    plan: z.string(),
    host: z.string(),
    schemaVersion: z.int(),
    members: z.int(),
    faults: z.string(),
  })
  .openapi("OperatorGuild");

const getOverview = createRoute({
  method: "get",
  path: "/overview",
  operationId: "getOverview",
  tags,
  responses: {
    200: json(
      z.object({
        guilds: z.array(z.object({ status, schemaVersion: z.int(), guilds: z.int() })).readonly(),
        users: z.int(),
        signedInToday: z.int(),
        jobsDue: z.int(),
        jobsFailing: z.int(),
        faults: z.array(z.object({ code: z.string(), databases: z.int() })).readonly(),
      }),
      "The platform in numbers.",
    ),
    default: problem,
  },
});

const listGuilds = createRoute({
  method: "get",
  path: "/guilds",
  operationId: "findGuilds",
  tags,
  middleware: [requireArea("guilds")] as const,
  request: {
    query: paging.extend({ search: z.string().max(100).optional(), status: status.optional() }),
  },
  responses: { 200: json(pageOf(guildLine), "Guilds by address."), default: problem },
});

const getGuild = createRoute({
  method: "get",
  path: "/guilds/{id}",
  operationId: "getGuildFile",
  tags,
  middleware: [requireArea("guilds")] as const,
  request: { params: guildId },
  responses: {
    200: json(
      guildLine.omit({ members: true, faults: true }).extend({
        faults: z
          .array(z.object({ code: z.string(), cause: z.string(), since: z.int() }))
          .readonly(),
        statusReason: z.string().nullable(),
        databaseName: z.string(),
        generation: z.int(),
        schemaHash: z.string(),
        createdAt: z.int(),
        lastError: z.string().nullable(),
        usage: z.object({ members: usedJson, guilds: usedJson }),
        members: z
          .array(
            z.object({
              userId: z.string(),
              name: z.string(),
              email: z.string(),
              role: z.string(),
            }),
          )
          .readonly(),
      }),
      "All about one guild but what is in its database.",
    ),
    default: problem,
  },
});

const suspendOne = createRoute({
  method: "put",
  path: "/guilds/{id}/suspension",
  operationId: "suspendGuild",
  tags,
  middleware: [requireArea("guilds")] as const,
  request: { params: guildId, body: jsonBody(suspension) },
  responses: { 204: { description: "Closed to everybody." }, default: problem },
});

const resumeOne = createRoute({
  method: "delete",
  path: "/guilds/{id}/suspension",
  operationId: "resumeGuild",
  tags,
  middleware: [requireArea("guilds")] as const,
  request: { params: guildId },
  responses: { 204: { description: "Open again." }, default: problem },
});

const listAudit = createRoute({
  method: "get",
  path: "/audit",
  operationId: "listPlatformAudit",
  tags,
  middleware: [requireArea("audit")] as const,
  request: {
    query: paging.extend({
      actor: z.string().max(100).optional(),
      action: z.string().max(50).optional(),
      guild: z.string().max(36).optional(),
      subject: z.string().max(100).optional(),
      since: z.coerce.number().int().min(0).optional(),
    }),
  },
  responses: {
    200: json(
      pageOf(
        z
          .object({
            seq: z.int(),
            at: z.int(),
            actorType: z.string(),
            actorId: z.string(),
            actorName: z.string(),
            action: z.string(),
            subject: z.string(),
            guildId: z.string().nullable(),
            guildSlug: z.string().nullable(),
            before: z.unknown(),
            after: z.unknown(),
            address: z.string(),
            agent: z.string(),
          })
          .openapi("PlatformAuditRow"),
      ),
      "Changes of the platform, newest first.",
    ),
    default: problem,
  },
});

/** Below `/api/operator`: the platform, its guilds and its log. */
export function operatorsApi() {
  const router = createRouter<OperatorEnv>();
  router.openapi(getOverview, async (c) => c.json(await overview(c.var.operator), 200));
  router.openapi(listGuilds, async (c) =>
    c.json(await findGuilds(c.var.operator, c.req.valid("query")), 200),
  );
  router.openapi(getGuild, async (c) => {
    const file = await guildFile(c.var.operator, c.req.valid("param").id as GuildId);
    const { plan, location: _where, ...guild } = file.guild;
    const { members, lastError, usage } = file;
    const faults = file.faults.map(({ code, cause, since }) => ({ code, cause, since }));
    return c.json({ ...guild, plan: plan.name, lastError, faults, members, usage }, 200);
  });
  router.openapi(suspendOne, async (c) => {
    const id = c.req.valid("param").id as GuildId;
    await suspend(c.var.operator, id, c.req.valid("json").reason);
    return c.body(null, 204);
  });
  router.openapi(resumeOne, async (c) => {
    await resume(c.var.operator, c.req.valid("param").id as GuildId);
    return c.body(null, 204);
  });
  router.openapi(listAudit, async (c) => {
    const page = await platformAudit(c.var.operator, c.req.valid("query"));
    const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
    const items = page.items.map((row) => ({
      ...row,
      before: parsed(row.before),
      after: parsed(row.after),
    }));
    return c.json({ ...page, items }, 200);
  });
  return router;
}
