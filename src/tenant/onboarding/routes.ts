import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import * as service from "./service.ts";

const tags = ["Onboarding"];
const needed = requirePermission("settings.manage");
const step = z.enum(service.STEPS);
const stepState = z.enum(["open", "done", "skipped"]);
const onboardingJson = z
  .object({ steps: z.array(z.object({ step, state: stepState })), hasExample: z.boolean() })
  .openapi("Onboarding");
const answer = { 200: json(onboardingJson, "How far it is."), default: problem };

const get = createRoute({
  method: "get",
  path: "/onboarding",
  operationId: "getOnboarding",
  tags,
  middleware: needed,
  responses: answer,
});

const mark = createRoute({
  method: "put",
  path: "/onboarding/steps/{step}",
  operationId: "markStep",
  tags,
  middleware: needed,
  request: { params: z.object({ step }), body: jsonBody(z.strictObject({ state: stepState })) },
  responses: answer,
});

const addExample = createRoute({
  method: "put",
  path: "/onboarding/example",
  operationId: "addExample",
  tags,
  middleware: needed,
  responses: answer,
});

const removeExample = createRoute({
  method: "delete",
  path: "/onboarding/example",
  operationId: "removeExample",
  tags,
  middleware: needed,
  responses: answer,
});

type ApiContext = Context<GuildEnv>;

/** The wizard's state and the example. */
export function onboardingApi() {
  return createRouter<GuildEnv>()
    .openapi(get, async (c) => c.json(await state(c), 200))
    .openapi(mark, async (c) => {
      const { step: one } = c.req.valid("param");
      await service.markSteps(c.var.guild, [one], c.req.valid("json").state);
      return c.json(await state(c), 200);
    })
    .openapi(addExample, async (c) => {
      await service.addExample(c.var.guild);
      return c.json(await state(c), 200);
    })
    .openapi(removeExample, async (c) => {
      await service.removeExample(c.var.guild);
      return c.json(await state(c), 200);
    });
}

async function state(c: ApiContext) {
  const { steps, hasExample } = await service.onboarding(c.var.guild, c.var.services.platform);
  return { steps: [...steps], hasExample };
}
