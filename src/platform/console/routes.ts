import { z } from "@hono/zod-openapi";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";
import { platformAudit } from "./audit.ts";
import { findGuilds, guildFile, resume, suspend } from "./guilds.ts";
import { overview } from "./overview.ts";

const api = operatorOperations("Operators");
const status = z.enum(["creating", "ready", "suspended", "deleted", "deleting", "failed"]);
const guildId = z.object({ id: z.uuid() });

export const suspension = z.strictObject({
  reason: lineField(limits.operators.reasonCharsMax, 1, "Enter a reason."),
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

/** Below `/api/operator`: the platform, its guilds and its audit log. */
export const operatorsApi = createRouter<OperatorEnv>();

operatorsApi.openapi(
  api.get("/overview", {
    id: "getOverview",
    summary: "Get the platform in numbers",
    description:
      "Returns guilds by status and schema, users, jobs that are due or failing, and " +
      "faults of databases. Every operator may call it.",
    answers: {
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
    },
  }),
  async (c) => c.json(await overview(c.var.operator), 200),
);

operatorsApi.openapi(
  api.get("/guilds", {
    id: "findGuilds",
    summary: "Find guilds",
    description: "Returns guilds by slug. Search by name or slug and filter by status.",
    needs: "guilds",
    query: paging.extend({ search: z.string().max(100).optional(), status: status.optional() }),
    answers: { 200: json(pageOf(guildLine), "Guilds by address.") },
  }),
  async (c) => c.json(await findGuilds(c.var.operator, c.req.valid("query")), 200),
);

operatorsApi.openapi(
  api.get("/guilds/{id}", {
    id: "getGuildFile",
    summary: "Get what the platform knows of a guild",
    description:
      "Returns status, plan, host, schema and members. Nothing in it comes from the " +
      "guild's own database.",
    problems: ["operator/no-such-guild"],
    needs: "guilds",
    params: guildId,
    answers: {
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
    },
  }),
  async (c) => {
    const file = await guildFile(c.var.operator, c.req.valid("param").id as GuildId);
    const { plan, location: _where, ...guild } = file.guild;
    const { members, lastError, usage } = file;
    const faults = file.faults.map(({ code, cause, since }) => ({ code, cause, since }));
    return c.json({ ...guild, plan: plan.name, lastError, faults, members, usage }, 200);
  },
);

operatorsApi.openapi(
  api.put("/guilds/{id}/suspension", {
    id: "suspendGuild",
    summary: "Suspend a guild",
    description:
      "Closes the guild to everybody until it is resumed. Its members are shown the reason.",
    problems: ["operator/no-such-guild", "guild/status-changed"],
    needs: "guilds",
    params: guildId,
    body: suspension,
    answers: { 204: { description: "Closed to everybody." } },
  }),
  async (c) => {
    const id = c.req.valid("param").id as GuildId;
    await suspend(c.var.operator, id, c.req.valid("json").reason);
    return c.body(null, 204);
  },
);

operatorsApi.openapi(
  api.delete("/guilds/{id}/suspension", {
    id: "resumeGuild",
    summary: "Resume a suspended guild",
    description: "Opens the guild again.",
    problems: ["operator/no-such-guild", "guild/status-changed"],
    needs: "guilds",
    params: guildId,
    answers: { 204: { description: "Open again." } },
  }),
  async (c) => {
    await resume(c.var.operator, c.req.valid("param").id as GuildId);
    return c.body(null, 204);
  },
);

operatorsApi.openapi(
  api.get("/audit", {
    id: "listPlatformAudit",
    summary: "List the audit log of the platform",
    description:
      "Returns who changed what on the platform, newest first. Filter it by actor, action, " +
      "guild, subject and time.",
    needs: "audit",
    query: paging.extend({
      actor: z.string().max(100).optional(),
      action: z.string().max(50).optional(),
      guild: z.string().max(36).optional(),
      subject: z.string().max(100).optional(),
      since: z.coerce.number().int().min(0).optional(),
    }),
    answers: {
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
    },
  }),
  async (c) => {
    const page = await platformAudit(c.var.operator, c.req.valid("query"));
    const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
    const items = page.items.map((row) => ({
      ...row,
      before: parsed(row.before),
      after: parsed(row.after),
    }));
    return c.json({ ...page, items }, 200);
  },
);
