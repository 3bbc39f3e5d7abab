import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import * as service from "./service.ts";

const api = guildOperations("Onboarding");
const step = z.enum(service.STEPS);
const stepState = z.enum(["open", "done", "skipped"]);
const onboardingJson = z
  .object({ steps: z.array(z.object({ step, state: stepState })), hasExample: z.boolean() })
  .openapi("Onboarding");
const answer = { 200: json(onboardingJson, "How far it is.") };

type ApiContext = Context<GuildEnv>;

/** The wizard's state and the example. */
export const onboardingApi = createRouter<GuildEnv>();

onboardingApi.openapi(
  api.get("/onboarding", {
    id: "getOnboarding",
    summary: "Get the first steps of a guild",
    description: "Returns which first steps are done and whether the example data is there.",
    needs: "settings.manage",
    answers: answer,
  }),
  async (c) => c.json(await state(c), 200),
);

onboardingApi.openapi(
  api.put("/onboarding/steps/{step}", {
    id: "markStep",
    summary: "Mark a first step",
    description: "Marks one first step as done or skipped.",
    needs: "settings.manage",
    params: z.object({ step }),
    body: z.strictObject({ state: stepState }),
    answers: answer,
  }),
  async (c) => {
    const { step: one } = c.req.valid("param");
    await service.markSteps(c.var.guild, [one], c.req.valid("json").state);
    return c.json(await state(c), 200);
  },
);

onboardingApi.openapi(
  api.put("/onboarding/example", {
    id: "addExample",
    summary: "Add example data",
    description:
      "Adds example people and raid nights in a pool of their own, which can be removed in " +
      "one go. Adds nothing when they are there.",
    problems: ["roster/name-taken"],
    needs: "settings.manage",
    answers: answer,
  }),
  async (c) => {
    await service.addExample(c.var.guild);
    return c.json(await state(c), 200);
  },
);

onboardingApi.openapi(
  api.delete("/onboarding/example", {
    id: "removeExample",
    summary: "Remove the example data",
    description: "Removes everything that the example added. The guild's own data stays.",
    needs: "settings.manage",
    answers: answer,
  }),
  async (c) => {
    await service.removeExample(c.var.guild);
    return c.json(await state(c), 200);
  },
);

async function state(c: ApiContext) {
  const { steps, hasExample } = await service.onboarding(c.var.guild, c.var.services.platform);
  return { steps: [...steps], hasExample };
}
