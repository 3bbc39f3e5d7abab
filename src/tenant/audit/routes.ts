import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import { type AuditRow, auditLog } from "./service.ts";

const api = guildOperations("Audit");

const auditFilters = z.object({
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

/** The guild's audit log. */
export const auditApi = createRouter<GuildEnv>();

auditApi.openapi(
  api.get("/audit", {
    id: "listAudit",
    summary: "List the audit log of a guild",
    description:
      "Returns who changed what and when, newest first. Filter it by actor, action and " + "time.",
    needs: "audit.view",
    query: paging.extend(auditFilters.shape),
    answers: { 200: json(pageOf(rowJson), "Changes, newest first.") },
  }),
  async (c) => {
    const page = await auditLog(c.var.guild, c.var.services.platform, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(auditJson) }, 200);
  },
);

/** A row with its JSON texts parsed. */
export function auditJson(row: AuditRow) {
  return { ...row, before: parsed(row.before), after: parsed(row.after) };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
