import { z } from "@hono/zod-openapi";
import { platformOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { listPlans } from "./list.ts";

const api = platformOperations("Plans");

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
    databaseBytesMax: z.int().nullable(),
    requestsPerMinuteMax: z.int().nullable(),
    features: z.array(z.string()).readonly(),
  })
  .openapi("Plan");

/** The plans with their limits. */
export const plansApi = createRouter();

plansApi.openapi(
  api.get("/plans", {
    id: "listPlans",
    summary: "List plans",
    description: "Returns every plan with its limits, the smallest first.",
    answers: {
      200: json(z.object({ items: z.array(planJson).readonly() }), "Every plan, smallest first."),
    },
  }),
  async (c) => c.json({ items: await listPlans(c.var.services.platform) }, 200),
);
