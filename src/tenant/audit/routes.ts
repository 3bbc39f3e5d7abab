import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, pageOf, paging, problem } from "../../http/router.ts";
import { type AuditRow, auditLog } from "./service.ts";

export const auditFilters = z.object({
  actor: z.string().max(50).optional(),
  action: z.string().max(50).optional(),
  since: z.coerce.number().int().min(0).optional(),
  until: z.coerce.number().int().min(0).optional(),
});

const rowJson = z
  .object({
    log: z.enum(["guild", "platform"]),
    seq: z.int(),
    at: z.int(),
    actorType: z.string(),
    actorId: z.string(),
    actorName: z.string(),
    action: z.string(),
    subject: z.string(),
    subjectName: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    requestId: z.string(),
    address: z.string(),
    agent: z.string(),
  })
  .openapi("AuditRow");

const list = createRoute({
  method: "get",
  path: "/audit",
  operationId: "listAudit",
  tags: ["Audit"],
  middleware: [requirePermission("audit.view")] as const,
  request: { query: paging.extend(auditFilters.shape) },
  responses: { 200: json(pageOf(rowJson), "Changes, newest first."), default: problem },
});

/** The guild's audit log. */
export function auditApi() {
  return createRouter<GuildEnv>().openapi(list, async (c) => {
    const page = await auditLog(c.var.guild, c.var.services.platform, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(auditJson) }, 200);
  });
}

/** A row with its JSON texts read. */
export function auditJson(row: AuditRow) {
  return { ...row, before: parsed(row.before), after: parsed(row.after) };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
