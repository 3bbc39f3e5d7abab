import { z } from "@hono/zod-openapi";
import { platformOperations } from "../../../http/operations.ts";
import { createRouter, json } from "../../../http/router.ts";
import { signInMethods, unlink } from "./links.ts";
import { providersOf } from "./providers.ts";

const api = platformOperations("Accounts");
const providerId = z.enum(["discord", "battlenet"]);
const identity = z
  .object({
    provider: providerId,
    name: z.string(),
    linkedAt: z.number().int(),
    lastUsedAt: z.number().int(),
  })
  .openapi("Identity");

/** External accounts that sign in to an account here. Linking happens in a browser. */
export const identitiesApi = createRouter();

identitiesApi.openapi(
  api.get("/providers", {
    id: "listProviders",
    summary: "List sign-in providers",
    description:
      "Returns the services with which people can sign in here. A browser begins at " +
      "`/sign-in/{id}`.",
    answers: {
      200: json(
        z.object({ items: z.array(z.object({ id: providerId, name: z.string() })) }),
        "The providers that are configured.",
      ),
    },
    security: [],
  }),
  (c) => {
    const items = providersOf(c.var.services.config).map(({ id, name }) => ({ id, name }));
    return c.json({ items }, 200);
  },
);
identitiesApi.openapi(
  api.get("/account/identities", {
    id: "listIdentities",
    summary: "List the caller's sign-in methods",
    description: "Returns whether there is a password, and the linked accounts of other services.",
    answers: {
      200: json(
        z.object({ hasPassword: z.boolean(), items: z.array(identity).readonly() }),
        "A password or not, and accounts elsewhere.",
      ),
    },
  }),
  async (c) => {
    const { hasPassword, identities: items } = await signInMethods(c.var.platform);
    return c.json({ hasPassword, items }, 200);
  },
);
identitiesApi.openapi(
  api.delete("/account/identities/{provider}", {
    id: "unlinkIdentity",
    summary: "Remove a sign-in method",
    description: "Removes the link to another service, unless it is the last way to sign in.",
    problems: [
      "auth/last-way-in",
      "auth/not-linked",
      "auth/no-such-provider",
      "auth/proof-required",
    ],
    params: z.object({ provider: providerId }),
    answers: { 204: { description: "It opens the account no more." } },
  }),
  async (c) => {
    await unlink(c.var.platform, c.req.valid("param").provider);
    return c.body(null, 204);
  },
);
