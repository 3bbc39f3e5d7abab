import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import { SECRET_KINDS } from "../../kernel/secret-kinds.ts";
import * as service from "./service.ts";

const tags = ["Connections"];
const middleware = requirePermission("keys.manage");
const params = z.object({ kind: z.enum(SECRET_KINDS) });

/** What is sent, in a form too. Whether it can be right is the service's to say. */
export const secretBody = z.strictObject({
  /** The client's id, for Blizzard and Warcraft Logs. */
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

const list = createRoute({
  method: "get",
  path: "/settings/connections",
  operationId: "listConnections",
  summary: "Which services are connected. Secrets are never told, only their last characters.",
  tags,
  middleware,
  responses: {
    200: json(z.object({ items: z.array(connection).readonly() }), "The connections."),
    default: problem,
  },
});
const set = createRoute({
  method: "put",
  path: "/settings/connections/{kind}",
  operationId: "setConnection",
  summary: "Connect a service, or replace its secret.",
  tags,
  middleware,
  request: { params, body: jsonBody(secretBody) },
  responses: { 204: { description: "It is kept, sealed." }, default: problem },
});
const remove = createRoute({
  method: "delete",
  path: "/settings/connections/{kind}",
  operationId: "removeConnection",
  summary: "Take a connection away.",
  tags,
  middleware,
  request: { params },
  responses: { 204: { description: "It is gone." }, default: problem },
});

/** A guild's connections to other services as JSON. */
export function connectionsApi() {
  const api = createRouter<GuildEnv>();
  api.openapi(list, async (c) => c.json({ items: await service.connections(c.var.guild) }, 200));
  api.openapi(set, async (c) => {
    const { kind } = c.req.valid("param");
    const input = { kind, ...c.req.valid("json") };
    await service.setConnection(c.var.guild, c.var.platform, input);
    return c.body(null, 204);
  });
  api.openapi(remove, async (c) => {
    const { kind } = c.req.valid("param");
    await service.removeConnection(c.var.guild, c.var.platform, kind);
    return c.body(null, 204);
  });
  return api;
}
