import { z } from "@hono/zod-openapi";
import { createRouter, json } from "../../http/router.ts";
import { SETTINGS, type Settings } from "../configuration/app-config.ts";
import { cacheTags, changeSettings, forgetTag, settings } from "../configuration/service.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";

const api = operatorOperations("Operators");
const settingsJson = z
  .strictObject({
    signUpOpen: SETTINGS.signUpOpen.schema,
    announcement: SETTINGS.announcement.schema,
    firstPlan: SETTINGS.firstPlan.schema,
  })
  .openapi("Settings");

/** Below `/api/operator`: settings, and the cache of other services' responses. */
export const configurationApi = createRouter<OperatorEnv>();

configurationApi.openapi(
  api.get("/configuration", {
    id: "getConfiguration",
    summary: "Get the platform's settings",
    description: "Returns the settings that operators can change while the platform runs.",
    needs: "configuration",
    answers: { 200: json(settingsJson, "The settings as they are now.") },
  }),
  async (c) => c.json(await settings(c.var.operator), 200),
);
configurationApi.openapi(
  api.patch("/configuration", {
    id: "changeConfiguration",
    summary: "Change the platform's settings",
    description: "Changes the fields that are sent. Every process uses them within seconds.",
    problems: ["configuration/no-such-plan"],
    needs: "configuration",
    body: settingsJson.partial(),
    answers: { 200: json(settingsJson, "The settings; every process has them within seconds.") },
  }),
  async (c) => {
    const given = Object.entries(c.req.valid("json")).filter(([, value]) => value !== undefined);
    const named: Partial<Settings> = Object.fromEntries(given);
    return c.json(await changeSettings(c.var.operator, named), 200);
  },
);
configurationApi.openapi(
  api.get("/cache/tags", {
    id: "listCacheTags",
    summary: "List the tags of cached answers",
    description: "Returns what is cached of answers from other services, by tag.",
    needs: "configuration",
    answers: {
      200: json(
        z.object({
          items: z
            .array(
              z.object({ tag: z.string(), entries: z.int(), chars: z.int(), oldestAt: z.int() }),
            )
            .readonly(),
        }),
        "What is kept of answers from elsewhere.",
      ),
    },
  }),
  async (c) => c.json({ items: await cacheTags(c.var.operator) }, 200),
);
configurationApi.openapi(
  api.delete("/cache/tags/{tag}", {
    id: "forgetCacheTag",
    summary: "Forget cached answers",
    description: "Deletes every cached answer with the tag and returns their number.",
    needs: "configuration",
    params: z.object({ tag: z.string().min(1).max(200) }),
    answers: { 200: json(z.object({ forgotten: z.int() }), "How many answers were forgotten.") },
  }),
  async (c) =>
    c.json({ forgotten: await forgetTag(c.var.operator, c.req.valid("param").tag) }, 200),
);
