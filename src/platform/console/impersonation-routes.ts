import { z } from "@hono/zod-openapi";
import { platformOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging, shownOnce } from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { emailAddress } from "../accounts/email.ts";
import { endImpersonation } from "../accounts/impersonation-session.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";
import { beginImpersonation, listImpersonations } from "./impersonation.ts";

const api = operatorOperations("Operators");
const { reasonCharsMin, reasonCharsMax } = limits.operators;

export const impersonationInput = z.strictObject({
  email: emailAddress,
  reason: lineField(reasonCharsMax, reasonCharsMin, "Enter a reason."),
});

/** Below `/api/operator`: acting as another person. */
export const impersonationsApi = createRouter<OperatorEnv>();

impersonationsApi.openapi(
  api.post("/impersonations", {
    id: "beginImpersonation",
    summary: "Begin to act as a user",
    description:
      "Starts a marked session as the user. The token is shown only in this answer, and " +
      "the user's guilds see it in their audit logs.",
    problems: ["operator/no-such-account", "operator/is-operator"],
    needs: "impersonate",
    body: impersonationInput,
    answers: {
      201: shownOnce(
        z.object({ id: z.string(), token: z.string(), expiresAt: z.int() }),
        "The marked session. Its token is told only here.",
      ),
    },
  }),
  async (c) => {
    const session = await beginImpersonation(c.var.operator, c.req.valid("json"));
    return c.json(session, 201);
  },
);

impersonationsApi.openapi(
  api.get("/impersonations", {
    id: "listImpersonations",
    summary: "List impersonations",
    description: "Returns who acted as whom and why, newest first.",
    needs: "impersonate",
    query: paging,
    answers: {
      200: json(
        pageOf(
          z.object({
            id: z.string(),
            operatorName: z.string(),
            userName: z.string(),
            userEmail: z.string(),
            reason: z.string(),
            startedAt: z.int(),
            expiresAt: z.int(),
            endedAt: z.int().nullable(),
            guilds: z.string(),
          }),
        ),
        "Who acted as whom and why, newest first.",
      ),
    },
  }),
  async (c) => c.json(await listImpersonations(c.var.operator, c.req.valid("query")), 200),
);

/** Below `/api`: ends the impersonation session of the request. */
export const endImpersonationApi = createRouter();

endImpersonationApi.openapi(
  platformOperations("Operators").delete("/impersonation", {
    id: "endImpersonation",
    summary: "End the impersonation",
    description: "Ends the marked session that makes this request.",
    problems: ["request/no-such-page"],
    answers: { 204: { description: "The marked session has ended." } },
  }),
  async (c) => {
    await endImpersonation(c.var.platform);
    return c.body(null, 204);
  },
);
