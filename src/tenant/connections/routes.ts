import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { SECRET_KINDS } from "../../kernel/secret-kinds.ts";
import * as service from "./service.ts";

const api = guildOperations("Connections");
const params = z.object({ kind: z.enum(SECRET_KINDS) });

/** The body of a request or form. The service checks whether the values can be right. */
export const secretBody = z.strictObject({
  /** The client id, for Blizzard and Warcraft Logs. */
  account: z.string().trim().max(100).optional(),
  value: z.string().trim().min(1).max(500),
});

const connection = z
  .object({
    kind: z.enum(SECRET_KINDS),
    account: z.string().nullable(),
    hint: z.string(),
    setAt: z.number().int(),
    setBy: z.string(),
  })
  .openapi("Connection");

/** A guild's connections to other services as JSON. */
export const connectionsApi = createRouter<GuildEnv>();

connectionsApi.openapi(
  api.get("/settings/connections", {
    id: "listConnections",
    summary: "List the services that a guild is connected with",
    description:
      "Returns each connection with the last characters of its secret. Secrets are never " +
      "returned.",
    needs: "keys.manage",
    answers: { 200: json(z.object({ items: z.array(connection).readonly() }), "The connections.") },
  }),
  async (c) => c.json({ items: await service.connections(c.var.guild) }, 200),
);
connectionsApi.openapi(
  api.put("/settings/connections/{kind}", {
    id: "setConnection",
    summary: "Connect a guild with a service",
    description:
      "Saves the secret encrypted, and replaces an earlier one. The caller must have " +
      "confirmed their password within the last minutes.",
    problems: ["auth/proof-required", "secrets/not-right", "secrets/not-configured"],
    needs: "keys.manage",
    params,
    body: secretBody,
    answers: { 204: { description: "It is kept, sealed." } },
  }),
  async (c) => {
    const { kind } = c.req.valid("param");
    const input = { kind, ...c.req.valid("json") };
    await service.setConnection(c.var.guild, c.var.platform, input);
    return c.body(null, 204);
  },
);
connectionsApi.openapi(
  api.delete("/settings/connections/{kind}", {
    id: "removeConnection",
    summary: "Disconnect a guild from a service",
    description: "Deletes the stored secret.",
    problems: ["auth/proof-required", "secrets/not-set"],
    needs: "keys.manage",
    params,
    answers: { 204: { description: "It is gone." } },
  }),
  async (c) => {
    const { kind } = c.req.valid("param");
    await service.removeConnection(c.var.guild, c.var.platform, kind);
    return c.body(null, 204);
  },
);
