import { z } from "@hono/zod-openapi";
import { createRouter, json } from "../../http/router.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { grant, planLimits } from "../plans/api.ts";
import { changePlan, planLines } from "../plans/plan-editor.ts";
import { planJson } from "../plans/routes.ts";
import { grantPlan, revokeGrant } from "../plans/subscriptions.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";

const api = operatorOperations("Operators");
const guildId = z.object({ id: z.uuid() });

/** Below `/api/operator`: plans, and grants of plans without payment. */
export const planOperatorApi = createRouter<OperatorEnv>();

planOperatorApi.openapi(
  api.get("/plans", {
    id: "listPlanLines",
    summary: "List plans and their use",
    description: "Returns every plan with its limits and the number of guilds on it.",
    needs: "plans",
    answers: {
      200: json(
        z.object({ items: z.array(planJson.extend({ guilds: z.int() })).readonly() }),
        "Every plan, and how many guilds are on it.",
      ),
    },
  }),
  async (c) => c.json({ items: await planLines(c.var.operator) }, 200),
);
planOperatorApi.openapi(
  api.put("/plans/{name}", {
    id: "changePlan",
    summary: "Change a plan",
    description:
      "Sets the limits of the plan for every guild on it. What is over a smaller limit " +
      "stays and becomes read-only.",
    problems: ["plan/not-found"],
    needs: "plans",
    params: z.object({ name: z.string().max(40).openapi({ description: "The plan's name." }) }),
    body: planLimits,
    answers: { 204: { description: "Good for every guild on it." } },
  }),
  async (c) => {
    await changePlan(c.var.operator, c.req.valid("param").name, c.req.valid("json"));
    return c.body(null, 204);
  },
);
planOperatorApi.openapi(
  api.put("/guilds/{id}/grant", {
    id: "grantPlan",
    summary: "Grant a plan to a guild",
    description: "Gives the guild a plan for free, until a time or for good.",
    problems: ["operator/no-such-guild", "plan/not-found", "plan/past", "plan/changed"],
    needs: "plans",
    params: guildId,
    body: grant,
    answers: { 204: { description: "The guild has the plan." } },
  }),
  async (c) => {
    const id = c.req.valid("param").id as GuildId;
    await grantPlan(c.var.operator, id, c.req.valid("json"));
    return c.body(null, 204);
  },
);
planOperatorApi.openapi(
  api.delete("/guilds/{id}/grant", {
    id: "revokeGrant",
    summary: "Revoke a granted plan",
    description: "Ends the grant. A plan that the guild pays for stays.",
    problems: ["operator/no-such-guild", "plan/no-grant", "plan/changed"],
    needs: "plans",
    params: guildId,
    answers: { 204: { description: "What is paid for stays." } },
  }),
  async (c) => {
    await revokeGrant(c.var.operator, c.req.valid("param").id as GuildId);
    return c.body(null, 204);
  },
);
