import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { type OperatorEnv, requireArea } from "../operators/access.ts";
import { changePlan, planLines } from "./editing.ts";
import { grant, planLimits } from "./inputs.ts";
import { planJson } from "./routes.ts";
import { grantPlan, revokeGrant } from "./subscriptions.ts";

const tags = ["Operators"];
const guildId = z.object({ id: z.uuid() });

const list = createRoute({
  method: "get",
  path: "/plans",
  operationId: "listPlanLines",
  tags,
  middleware: [requireArea("plans")] as const,
  responses: {
    200: json(
      z.object({ items: z.array(planJson.extend({ guilds: z.int() })).readonly() }),
      "Every plan, and how many guilds are on it.",
    ),
    default: problem,
  },
});

const change = createRoute({
  method: "put",
  path: "/plans/{name}",
  operationId: "changePlan",
  tags,
  middleware: [requireArea("plans")] as const,
  request: { params: z.object({ name: z.string().max(40) }), body: jsonBody(planLimits) },
  responses: { 204: { description: "Good for every guild on it." }, default: problem },
});

const give = createRoute({
  method: "put",
  path: "/guilds/{id}/grant",
  operationId: "grantPlan",
  tags,
  middleware: [requireArea("plans")] as const,
  request: { params: guildId, body: jsonBody(grant) },
  responses: { 204: { description: "The guild has the plan." }, default: problem },
});

const takeBack = createRoute({
  method: "delete",
  path: "/guilds/{id}/grant",
  operationId: "revokeGrant",
  tags,
  middleware: [requireArea("plans")] as const,
  request: { params: guildId },
  responses: { 204: { description: "What is paid for stays." }, default: problem },
});

/** Below `/api/operator`: plans, and who has one without paying. */
export function planOperatorApi() {
  const router = createRouter<OperatorEnv>();
  router.openapi(list, async (c) => c.json({ items: await planLines(c.var.operator) }, 200));
  router.openapi(change, async (c) => {
    await changePlan(c.var.operator, c.req.valid("param").name, c.req.valid("json"));
    return c.body(null, 204);
  });
  router.openapi(give, async (c) => {
    const id = c.req.valid("param").id as GuildId;
    await grantPlan(c.var.operator, id, c.req.valid("json"));
    return c.body(null, 204);
  });
  router.openapi(takeBack, async (c) => {
    await revokeGrant(c.var.operator, c.req.valid("param").id as GuildId);
    return c.body(null, 204);
  });
  return router;
}
