import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import { SETTINGS, type Settings } from "../app-config.ts";
import { type OperatorEnv, requireArea } from "../operators/access.ts";
import { cacheTags, changeSettings, forgetTag, settings } from "./service.ts";

const tags = ["Operators"];
const needed = requireArea("configuration");
const settingsJson = z
  .strictObject({
    signUpOpen: SETTINGS.signUpOpen.schema,
    announcement: SETTINGS.announcement.schema,
    firstPlan: SETTINGS.firstPlan.schema,
  })
  .openapi("Settings");

const get = createRoute({
  method: "get",
  path: "/configuration",
  operationId: "getConfiguration",
  tags,
  middleware: [needed] as const,
  responses: { 200: json(settingsJson, "The settings as they are now."), default: problem },
});

const change = createRoute({
  method: "patch",
  path: "/configuration",
  operationId: "changeConfiguration",
  tags,
  middleware: [needed] as const,
  request: { body: jsonBody(settingsJson.partial()) },
  responses: {
    200: json(settingsJson, "The settings; every process has them within seconds."),
    default: problem,
  },
});

const listTags = createRoute({
  method: "get",
  path: "/cache/tags",
  operationId: "listCacheTags",
  tags,
  middleware: [needed] as const,
  responses: {
    200: json(
      z.object({
        items: z
          .array(z.object({ tag: z.string(), entries: z.int(), chars: z.int(), oldestAt: z.int() }))
          .readonly(),
      }),
      "What is kept of answers from elsewhere.",
    ),
    default: problem,
  },
});

const forget = createRoute({
  method: "delete",
  path: "/cache/tags/{tag}",
  operationId: "forgetCacheTag",
  tags,
  middleware: [needed] as const,
  request: { params: z.object({ tag: z.string().min(1).max(200) }) },
  responses: {
    200: json(z.object({ forgotten: z.int() }), "How many answers were forgotten."),
    default: problem,
  },
});

/** Below `/api/operator`: settings, and the cache of answers from elsewhere. */
export function configurationApi() {
  const router = createRouter<OperatorEnv>();
  router.openapi(get, async (c) => c.json(await settings(c.var.operator), 200));
  router.openapi(change, async (c) => {
    const given = Object.entries(c.req.valid("json")).filter(([, value]) => value !== undefined);
    const named: Partial<Settings> = Object.fromEntries(given);
    return c.json(await changeSettings(c.var.operator, named), 200);
  });
  router.openapi(listTags, async (c) => c.json({ items: await cacheTags(c.var.operator) }, 200));
  router.openapi(forget, async (c) =>
    c.json({ forgotten: await forgetTag(c.var.operator, c.req.valid("param").tag) }, 200),
  );
  return router;
}
