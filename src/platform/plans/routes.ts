import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, problem } from "../../http/router.ts";
import { listPlans } from "../plan-list.ts";

export const planJson = z
  .object({
    name: z.string(),
    guildsPerAccountMax: z.int().nullable(),
    membersMax: z.int().nullable(),
    retentionDays: z.int().nullable(),
    keysMax: z.int().nullable(),
    eventsPerMinuteMax: z.int().nullable(),
    connectionsMax: z.int().nullable(),
    logBytesMax: z.int().nullable(),
    features: z.array(z.string()).readonly(),
  })
  .openapi("Plan");

const plans = createRoute({
  method: "get",
  path: "/plans",
  operationId: "listPlans",
  tags: ["Plans"],
  responses: {
    200: json(z.object({ items: z.array(planJson).readonly() }), "Every plan, smallest first."),
    default: problem,
  },
});

/** What the plans offer. */
export function plansApi() {
  return createRouter().openapi(plans, async (c) =>
    c.json({ items: await listPlans(c.var.services.platform) }, 200),
  );
}
