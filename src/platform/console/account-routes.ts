import { z } from "@hono/zod-openapi";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import type { UserId } from "../../kernel/ids.ts";
import { LOCALES } from "../../web/i18n/index.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";
import {
  accountFile,
  endAllSessions,
  findAccounts,
  mailVerification,
  resetSecondFactor,
} from "./accounts.ts";

const api = operatorOperations("Operators");
const params = z.object({ id: z.uuid() });

export const verificationEmailInput = z.strictObject({ locale: z.enum(LOCALES).default("en") });

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

/** Below `/api/operator`: accounts, and the actions that help a person. */
export const accountsApi = createRouter<OperatorEnv>();

accountsApi.openapi(
  api.get("/accounts", {
    id: "findAccounts",
    summary: "Find accounts",
    description: "Returns accounts by e-mail address. Search by address or name.",
    needs: "accounts",
    query: paging.extend({ search: z.string().max(100).optional() }),
    answers: { 200: json(pageOf(accountLine), "Accounts by address.") },
  }),
  async (c) => c.json(await findAccounts(c.var.operator, c.req.valid("query")), 200),
);

accountsApi.openapi(
  api.get("/accounts/{id}", {
    id: "getAccountFile",
    summary: "Get what the platform knows of an account",
    description:
      "Returns sign-in methods, memberships and operator areas, but nothing that opens the " +
      "account.",
    problems: ["operator/no-such-account"],
    needs: "accounts",
    params,
    answers: {
      200: json(
        accountLine.extend({
          hasPassword: z.boolean(),
          hasSecondFactor: z.boolean(),
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
    },
  }),
  async (c) => c.json(await accountFile(c.var.operator, c.req.valid("param").id as UserId), 200),
);

accountsApi.openapi(
  api.delete("/accounts/{id}/sessions", {
    id: "endAccountSessions",
    summary: "End all sessions of an account",
    description: "Signs the account out on every device.",
    problems: ["operator/no-such-account"],
    needs: "accounts",
    params,
    answers: { 204: { description: "Signed out everywhere." } },
  }),
  async (c) => {
    await endAllSessions(c.var.operator, c.req.valid("param").id as UserId);
    return c.body(null, 204);
  },
);

accountsApi.openapi(
  api.delete("/accounts/{id}/second-factor", {
    id: "resetSecondFactor",
    summary: "Remove the second factor of an account",
    description:
      "Helps a person who lost the app and the recovery codes. Signs the account out everywhere " +
      "and tells it by e-mail.",
    problems: ["operator/no-such-account", "auth/factor-off"],
    needs: "accounts",
    params,
    answers: { 204: { description: "Removed." } },
  }),
  async (c) => {
    await resetSecondFactor(c.var.operator, c.req.valid("param").id as UserId);
    return c.body(null, 204);
  },
);

accountsApi.openapi(
  api.post("/accounts/{id}/verification", {
    id: "mailAccountVerification",
    summary: "Mail an account its verification link",
    description: "Sends the e-mail again, in the language that is given.",
    problems: ["operator/no-such-account", "operator/verified-already"],
    needs: "accounts",
    params,
    body: verificationEmailInput,
    answers: { 202: { description: "The e-mail is on its way." } },
  }),
  async (c) => {
    const id = c.req.valid("param").id as UserId;
    await mailVerification(c.var.operator, { id, ...c.req.valid("json") });
    return c.body(null, 202);
  },
);
