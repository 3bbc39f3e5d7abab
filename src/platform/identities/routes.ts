import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, problem } from "../../http/router.ts";
import { unlink, waysIn } from "./linking.ts";
import { providersOf } from "./providers.ts";

const tags = ["Accounts"];
const providerId = z.enum(["discord", "battlenet"]);
const identity = z
  .object({
    provider: providerId,
    name: z.string(),
    linkedAt: z.number().int(),
    lastUsedAt: z.number().int(),
  })
  .openapi("Identity");

const getProviders = createRoute({
  method: "get",
  path: "/providers",
  operationId: "listProviders",
  summary: "With whom people can sign in here. A browser begins at /sign-in/{id}.",
  tags,
  security: [],
  responses: {
    200: json(
      z.object({ items: z.array(z.object({ id: providerId, name: z.string() })) }),
      "The providers that are configured.",
    ),
    default: problem,
  },
});
const getIdentities = createRoute({
  method: "get",
  path: "/account/identities",
  operationId: "listIdentities",
  summary: "What opens the caller's account.",
  tags,
  responses: {
    200: json(
      z.object({ hasPassword: z.boolean(), items: z.array(identity).readonly() }),
      "A password or not, and accounts elsewhere.",
    ),
    default: problem,
  },
});
const deleteIdentity = createRoute({
  method: "delete",
  path: "/account/identities/{provider}",
  operationId: "unlinkIdentity",
  summary: "Take a link away, unless nothing else opens the account.",
  tags,
  request: { params: z.object({ provider: providerId }) },
  responses: { 204: { description: "It opens the account no more." }, default: problem },
});

/** Accounts elsewhere that open an account here. They are linked in a browser. */
export function identitiesApi() {
  const api = createRouter();
  api.openapi(getProviders, (c) => {
    const items = providersOf(c.var.services.config).map(({ id, name }) => ({ id, name }));
    return c.json({ items }, 200);
  });
  api.openapi(getIdentities, async (c) => {
    const { hasPassword, identities: items } = await waysIn(c.var.platform);
    return c.json({ hasPassword, items }, 200);
  });
  api.openapi(deleteIdentity, async (c) => {
    await unlink(c.var.platform, c.req.valid("param").provider);
    return c.body(null, 204);
  });
  return api;
}
