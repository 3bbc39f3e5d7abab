import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, problem, shownOnce } from "../../http/router.ts";
import { nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import * as service from "./service.ts";

const tags = ["API keys"];
const manage = requirePermission("keys.manage");
const keyId = z.object({ id: z.string().regex(/^[0-9a-f]{48}$/, "This is no key's id.") });

export const SCOPES = ["stream", "query", "upload", "admin"] as const;

export const newKeyBody = z.strictObject({
  name: nameField(limits.keys.nameCharsMax),
  scopes: z.array(z.enum(SCOPES)).min(1),
  /** Unix milliseconds; without it the key is good until it is revoked. */
  expiresAt: z.number().int().positive().optional(),
});

const keyJson = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)).readonly(),
    eventsPerMinuteMax: z.number().int(),
    connectionsMax: z.number().int(),
    createdAt: z.number().int(),
    expiresAt: z.number().int().nullable(),
    revokedAt: z.number().int().nullable(),
    lastUsedAt: z.number().int().nullable(),
    createdBy: z.string(),
    createdByName: z.string().nullable(),
    requests: z.number().int(),
  })
  .openapi("ApiKey");
const madeJson = z.object({ id: z.string(), key: z.string() });

const list = createRoute({
  method: "get",
  path: "/settings/keys",
  operationId: "listKeys",
  tags,
  middleware: [manage] as const,
  responses: {
    200: json(
      z.object({
        items: z.array(keyJson).readonly(),
        usage: z.array(z.object({ day: z.number().int(), requests: z.number().int() })).readonly(),
      }),
      "The guild's keys without their secrets, and the requests of each day since 1970.",
    ),
    default: problem,
  },
});

const create = createRoute({
  method: "post",
  path: "/settings/keys",
  operationId: "createKey",
  tags,
  middleware: [manage] as const,
  request: { body: jsonBody(newKeyBody) },
  responses: { 201: shownOnce(madeJson, "The key. It is shown this once."), default: problem },
});

const rotate = createRoute({
  method: "post",
  path: "/settings/keys/{id}/rotations",
  operationId: "rotateKey",
  tags,
  middleware: [manage] as const,
  request: { params: keyId },
  responses: {
    201: shownOnce(madeJson, "The successor. The old key goes on for a day."),
    default: problem,
  },
});

const revoke = createRoute({
  method: "delete",
  path: "/settings/keys/{id}",
  operationId: "revokeKey",
  tags,
  middleware: [manage] as const,
  request: { params: keyId },
  responses: { 204: { description: "It is good for nothing any more." }, default: problem },
});

/** A guild's API keys as JSON. */
export function keysApi() {
  const router = createRouter<GuildEnv>();
  router.openapi(list, async (c) => {
    const [items, usage] = await Promise.all([
      service.keys(c.var.guild, c.var.platform),
      service.usageByDay(c.var.guild, c.var.platform),
    ]);
    return c.json({ items, usage }, 200);
  });
  router.openapi(create, async (c) =>
    c.json(await service.createKey(c.var.guild, c.var.platform, c.req.valid("json")), 201),
  );
  router.openapi(rotate, async (c) =>
    c.json(await service.rotateKey(c.var.guild, c.var.platform, c.req.valid("param").id), 201),
  );
  router.openapi(revoke, async (c) => {
    await service.revokeKey(c.var.guild, c.var.platform, c.req.valid("param").id);
    return c.body(null, 204);
  });
  return router;
}
