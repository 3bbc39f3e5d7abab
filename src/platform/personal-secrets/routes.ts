import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import { PERSONAL_SECRET_KINDS } from "../../kernel/secret-kinds.ts";
import * as service from "./service.ts";

const tags = ["Accounts"];
const kind = z.enum(PERSONAL_SECRET_KINDS);
const params = z.object({ kind });

/** What is sent, in a form too. Whether it can be right is the service's to say. */
export const personalSecretBody = z.strictObject({
  /** The client's id, for Blizzard and Warcraft Logs. */
  account: z.string().trim().max(100).optional(),
  value: z.string().trim().min(1).max(500),
});

const list = createRoute({
  method: "get",
  path: "/account/connections",
  operationId: "listPersonalConnections",
  summary: "Which services the caller is connected with. Secrets are never told.",
  tags,
  responses: {
    200: json(
      z.object({
        items: z
          .array(
            z.object({
              kind,
              account: z.string().nullable(),
              hint: z.string(),
              setAt: z.number().int(),
            }),
          )
          .readonly(),
      }),
      "The connections.",
    ),
    default: problem,
  },
});
const set = createRoute({
  method: "put",
  path: "/account/connections/{kind}",
  operationId: "setPersonalConnection",
  summary: "Connect a service in the caller's own name, or replace its secret.",
  tags,
  request: { params, body: jsonBody(personalSecretBody) },
  responses: { 204: { description: "It is kept, sealed." }, default: problem },
});
const remove = createRoute({
  method: "delete",
  path: "/account/connections/{kind}",
  operationId: "removePersonalConnection",
  summary: "Take a connection of the caller away.",
  tags,
  request: { params },
  responses: { 204: { description: "It is gone." }, default: problem },
});

/** A person's own connections to other services as JSON. */
export function personalSecretsApi() {
  const api = createRouter();
  api.openapi(list, async (c) => {
    const items = await service.personalSecrets(c.var.platform);
    type Kind = (typeof PERSONAL_SECRET_KINDS)[number];
    return c.json(
      { items: items.map(({ setBy: _, ...one }) => ({ ...one, kind: one.kind as Kind })) },
      200,
    );
  });
  api.openapi(set, async (c) => {
    const { kind } = c.req.valid("param");
    await service.setPersonalSecret(c.var.platform, { kind, ...c.req.valid("json") });
    return c.body(null, 204);
  });
  api.openapi(remove, async (c) => {
    await service.removePersonalSecret(c.var.platform, c.req.valid("param").kind);
    return c.body(null, 204);
  });
  return api;
}
