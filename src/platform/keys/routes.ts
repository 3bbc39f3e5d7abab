import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, shownOnce } from "../../http/router.ts";
import { nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { KEY_SCOPES } from "./schema.ts";
import * as service from "./service.ts";

const api = guildOperations("API keys");
const keyId = z.object({ id: z.string().regex(/^[0-9a-f]{48}$/, "This is not the ID of a key.") });

export const newKeyBody = z.strictObject({
  name: nameField(limits.keys.nameCharsMax),
  scopes: z.array(z.enum(KEY_SCOPES)).min(1),
  /** Unix milliseconds. Without it, the key is valid until it is revoked. */
  expiresAt: z.number().int().positive().optional(),
});

const keyJson = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(KEY_SCOPES)).readonly(),
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

/** A guild's API keys as JSON. */
export const keysApi = createRouter<GuildEnv>();

keysApi.openapi(
  api.get("/settings/keys", {
    id: "listKeys",
    summary: "List API keys",
    description:
      "Returns the guild's keys without their secrets, and the number of requests on each " +
      "day.",
    needs: "keys.manage",
    answers: {
      200: json(
        z.object({
          items: z.array(keyJson).readonly(),
          usage: z
            .array(z.object({ day: z.number().int(), requests: z.number().int() }))
            .readonly(),
        }),
        "The guild's keys without their secrets, and the requests of each day since 1970.",
      ),
    },
  }),
  async (c) => {
    const [items, usage] = await Promise.all([
      service.keys(c.var.guild, c.var.platform),
      service.usageByDay(c.var.guild, c.var.platform),
    ]);
    return c.json({ items, usage }, 200);
  },
);

keysApi.openapi(
  api.post("/settings/keys", {
    id: "createKey",
    summary: "Create an API key",
    description:
      "Makes a key with the given scopes. The secret is shown only in this answer. The " +
      "caller must have confirmed their password within the last minutes.",
    problems: ["plan/keys", "auth/proof-required", "guild/beyond-own-rights"],
    needs: "keys.manage",
    body: newKeyBody,
    answers: { 201: shownOnce(madeJson, "The key. It is shown this once.") },
  }),
  async (c) =>
    c.json(await service.createKey(c.var.guild, c.var.platform, c.req.valid("json")), 201),
);

keysApi.openapi(
  api.post("/settings/keys/{id}/rotations", {
    id: "rotateKey",
    summary: "Rotate an API key",
    description: "Makes a successor with the same scopes. The old key works for one more day.",
    problems: [
      "auth/proof-required",
      "guild/beyond-own-rights",
      "keys/not-found",
      "keys/rotated-already",
    ],
    needs: "keys.manage",
    params: keyId,
    answers: {
      201: shownOnce(madeJson, "The successor. The old key goes on for a day."),
    },
  }),
  async (c) =>
    c.json(await service.rotateKey(c.var.guild, c.var.platform, c.req.valid("param").id), 201),
);

keysApi.openapi(
  api.delete("/settings/keys/{id}", {
    id: "revokeKey",
    summary: "Revoke an API key",
    description: "Ends the key at once, and its open connections within seconds.",
    problems: ["keys/not-found"],
    needs: "keys.manage",
    params: keyId,
    answers: { 204: { description: "It is good for nothing any more." } },
  }),
  async (c) => {
    await service.revokeKey(c.var.guild, c.var.platform, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
