import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import * as service from "./service.ts";

const tags = ["Onboarding"];
const needed = requirePermission("settings.manage");
const step = z.enum(service.STEPS);
const state = z.enum(["open", "done", "skipped"]);
const onboardingJson = z
  .object({ steps: z.array(z.object({ step, state })), hasExample: z.boolean() })
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
  request: { params: z.object({ step }), body: jsonBody(z.strictObject({ state })) },
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

/** The wizard's state and the example. */
export function onboardingApi() {
  return createRouter<GuildEnv>()
    .openapi(get, async (c) => c.json(plain(await service.onboarding(c.var.guild)), 200))
    .openapi(mark, async (c) =>
      c.json(
        plain(
          await service.markStep(c.var.guild, c.req.valid("param").step, c.req.valid("json").state),
        ),
        200,
      ),
    )
    .openapi(addExample, async (c) => c.json(plain(await service.addExample(c.var.guild)), 200))
    .openapi(removeExample, async (c) =>
      c.json(plain(await service.removeExample(c.var.guild)), 200),
    );
}

function plain({ steps, hasExample }: service.Onboarding) {
  return { steps: [...steps], hasExample };
}
