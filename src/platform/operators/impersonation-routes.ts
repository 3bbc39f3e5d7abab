import { createRoute, z } from "@hono/zod-openapi";
import {
  createRouter,
  json,
  jsonBody,
  pageOf,
  paging,
  problem,
  shownOnce,
} from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { emailAddress } from "../auth/email.ts";
import { type OperatorEnv, requireArea } from "./access.ts";
import { beginImpersonation, endImpersonation, listImpersonations } from "./impersonation.ts";

const tags = ["Operators"];
const { reasonCharsMin, reasonCharsMax } = limits.operators;

export const impersonationInput = z.strictObject({
  email: emailAddress,
  reason: lineField(reasonCharsMax, reasonCharsMin, "Write why, in a few words."),
});

const begin = createRoute({
  method: "post",
  path: "/impersonations",
  operationId: "beginImpersonation",
  tags,
  middleware: [requireArea("impersonate")] as const,
  request: { body: jsonBody(impersonationInput) },
  responses: {
    201: shownOnce(
      z.object({ id: z.string(), token: z.string(), expiresAt: z.int() }),
      "The marked session. Its token is told only here.",
    ),
    default: problem,
  },
});

const list = createRoute({
  method: "get",
  path: "/impersonations",
  operationId: "listImpersonations",
  tags,
  middleware: [requireArea("impersonate")] as const,
  request: { query: paging },
  responses: {
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
    default: problem,
  },
});

const end = createRoute({
  method: "delete",
  path: "/impersonation",
  operationId: "endImpersonation",
  tags,
  responses: { 204: { description: "The marked session has ended." }, default: problem },
});

/** Below `/api/operator`: acting as somebody. */
export function impersonationsApi() {
  const router = createRouter<OperatorEnv>();
  router.openapi(begin, async (c) => {
    const begun = await beginImpersonation(c.var.operator, c.req.valid("json"));
    return c.json(begun, 201);
  });
  router.openapi(list, async (c) =>
    c.json(await listImpersonations(c.var.operator, c.req.valid("query")), 200),
  );
  return router;
}

/** Below `/api`: the marked session, which is no operator's, ends itself. */
export function endImpersonationApi() {
  return createRouter().openapi(end, async (c) => {
    await endImpersonation(c.var.platform);
    return c.body(null, 204);
  });
}
