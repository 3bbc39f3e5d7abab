import { z } from "@hono/zod-openapi";
import { platformOperations } from "../../../http/operations.ts";
import { createRouter, json } from "../../../http/router.ts";
import { PERSONAL_SECRET_KINDS } from "../../../kernel/secret-kinds.ts";
import * as service from "./service.ts";

const api = platformOperations("Accounts");
const kind = z.enum(PERSONAL_SECRET_KINDS);
const params = z.object({ kind });

/** The request body, also as a form. The service checks whether its values are valid. */
export const personalSecretBody = z.strictObject({
  /** The client's id, for Blizzard and Warcraft Logs. */
  account: z.string().trim().max(100).optional(),
  value: z.string().trim().min(1).max(500),
});

/** A person's own connections to other services as JSON. */
export const personalSecretsApi = createRouter();

personalSecretsApi.openapi(
  api.get("/account/connections", {
    id: "listPersonalConnections",
    summary: "List the services that the caller is connected with",
    description:
      "Returns each connection with the last characters of its secret. Secrets are never " +
      "returned.",
    answers: {
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
    },
  }),
  async (c) => {
    const items = await service.personalSecrets(c.var.platform);
    type Kind = (typeof PERSONAL_SECRET_KINDS)[number];
    return c.json(
      { items: items.map(({ setBy: _, ...one }) => ({ ...one, kind: one.kind as Kind })) },
      200,
    );
  },
);
personalSecretsApi.openapi(
  api.put("/account/connections/{kind}", {
    id: "setPersonalConnection",
    summary: "Connect the caller with a service",
    description: "Saves the secret encrypted, and replaces an earlier one.",
    problems: ["auth/proof-required", "secrets/not-right", "secrets/not-configured"],
    params,
    body: personalSecretBody,
    answers: { 204: { description: "It is kept, sealed." } },
  }),
  async (c) => {
    const { kind } = c.req.valid("param");
    await service.setPersonalSecret(c.var.platform, { kind, ...c.req.valid("json") });
    return c.body(null, 204);
  },
);
personalSecretsApi.openapi(
  api.delete("/account/connections/{kind}", {
    id: "removePersonalConnection",
    summary: "Disconnect the caller from a service",
    description: "Deletes the stored secret.",
    problems: ["auth/proof-required", "secrets/not-set"],
    params,
    answers: { 204: { description: "It is gone." } },
  }),
  async (c) => {
    await service.removePersonalSecret(c.var.platform, c.req.valid("param").kind);
    return c.body(null, 204);
  },
);
