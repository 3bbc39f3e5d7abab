import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import type { UserId } from "../../kernel/ids.ts";
import { LOCALES } from "../../web/i18n/index.ts";
import { type OperatorEnv, requireArea } from "./access.ts";
import { accountFile, endAllSessions, findAccounts, mailVerification } from "./accounts.ts";

const tags = ["Operators"];
const needed = requireArea("accounts");
const params = z.object({ id: z.uuid() });

export const letterInput = z.strictObject({ locale: z.enum(LOCALES).default("en") });

const accountLine = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    isVerified: z.boolean(),
    createdAt: z.int(),
    guilds: z.int(),
    lastUsedAt: z.int().nullable(),
  })
  .openapi("OperatorAccount");

const find = createRoute({
  method: "get",
  path: "/accounts",
  operationId: "findAccounts",
  tags,
  middleware: [needed] as const,
  request: { query: paging.extend({ search: z.string().max(100).optional() }) },
  responses: { 200: json(pageOf(accountLine), "Accounts by address."), default: problem },
});

const get = createRoute({
  method: "get",
  path: "/accounts/{id}",
  operationId: "getAccountFile",
  tags,
  middleware: [needed] as const,
  request: { params },
  responses: {
    200: json(
      accountLine.extend({
        hasPassword: z.boolean(),
        sessions: z.int(),
        operates: z.array(z.string()).readonly(),
        memberships: z
          .array(
            z.object({
              guildId: z.string(),
              slug: z.string(),
              name: z.string(),
              status: z.string(),
              role: z.string(),
            }),
          )
          .readonly(),
        identities: z
          .array(
            z.object({
              provider: z.string(),
              name: z.string(),
              linkedAt: z.int(),
              lastUsedAt: z.int(),
            }),
          )
          .readonly(),
      }),
      "All about one account but what would open it.",
    ),
    default: problem,
  },
});

const endSessions = createRoute({
  method: "delete",
  path: "/accounts/{id}/sessions",
  operationId: "endAccountSessions",
  tags,
  middleware: [needed] as const,
  request: { params },
  responses: { 204: { description: "Signed out everywhere." }, default: problem },
});

const letter = createRoute({
  method: "post",
  path: "/accounts/{id}/verification",
  operationId: "mailAccountVerification",
  tags,
  middleware: [needed] as const,
  request: { params, body: jsonBody(letterInput) },
  responses: { 202: { description: "The letter is on its way." }, default: problem },
});

/** Below `/api/operator`: the people who have an account, and the ways to help them. */
export function accountsApi() {
  const router = createRouter<OperatorEnv>();
  router.openapi(find, async (c) =>
    c.json(await findAccounts(c.var.operator, c.req.valid("query")), 200),
  );
  router.openapi(get, async (c) =>
    c.json(await accountFile(c.var.operator, c.req.valid("param").id as UserId), 200),
  );
  router.openapi(endSessions, async (c) => {
    await endAllSessions(c.var.operator, c.req.valid("param").id as UserId);
    return c.body(null, 204);
  });
  router.openapi(letter, async (c) => {
    const id = c.req.valid("param").id as UserId;
    await mailVerification(c.var.operator, { id, ...c.req.valid("json") });
    return c.body(null, 202);
  });
  return router;
}
