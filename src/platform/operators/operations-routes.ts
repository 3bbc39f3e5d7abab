import { createRoute, z } from "@hono/zod-openapi";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { type OperatorEnv, requireArea } from "./access.ts";
import * as operations from "./operations.ts";

const tags = ["Operators"];
const byId = z.object({ id: z.string().max(64) });
const done = { 204: { description: "Done." }, default: problem } as const;
const anything = z.record(z.string(), z.unknown());
const list = z.array(anything).readonly();

const jobs = createRoute({
  method: "get",
  path: "/jobs",
  operationId: "listJobs",
  tags,
  middleware: [requireArea("jobs")] as const,
  request: {
    query: z.object({
      state: z.enum(["running", "failing", "due", "waiting"]).optional(),
      outcome: z.enum(["done", "failed", "cancelled"]).optional(),
      kind: z.string().max(50).optional(),
    }),
  },
  responses: {
    200: json(z.object({ jobs: list, runs: list }), "What is due, and what became of the rest."),
    default: problem,
  },
});

const cancel = createRoute({
  method: "post",
  path: "/jobs/{id}/cancellation",
  operationId: "cancelJob",
  tags,
  middleware: [requireArea("jobs")] as const,
  request: { params: byId },
  responses: done,
});

const retry = createRoute({
  method: "post",
  path: "/jobs/{id}/retry",
  operationId: "retryJob",
  tags,
  middleware: [requireArea("jobs")] as const,
  request: { params: byId },
  responses: done,
});

const fleet = createRoute({
  method: "get",
  path: "/fleet",
  operationId: "getFleet",
  tags,
  middleware: [requireArea("fleet")] as const,
  responses: {
    200: json(
      z.object({ map: list, plan: anything, rollouts: list, newest: anything.nullable() }),
      "Guilds by host, schema and state; what a rollout would do; the rollouts so far.",
    ),
    default: problem,
  },
});

const begin = createRoute({
  method: "post",
  path: "/fleet/rollouts",
  operationId: "beginRollout",
  tags,
  middleware: [requireArea("fleet")] as const,
  request: {
    body: jsonBody(
      z.strictObject({
        reason: lineField(200, 1, "Write why."),
        snapshots: z.boolean().default(false),
        allowDestructive: z.boolean().default(false),
      }),
    ),
  },
  responses: {
    202: json(z.object({ id: z.string() }), "A server takes it up within seconds."),
    default: problem,
  },
});

const rollout = createRoute({
  method: "get",
  path: "/fleet/rollouts/{id}",
  operationId: "getRollout",
  tags,
  middleware: [requireArea("fleet")] as const,
  request: { params: byId },
  responses: { 200: json(anything, "By wave, with failures by cause."), default: problem },
});

const act = (verb: "pause" | "resumption" | "retry", operationId: string) =>
  createRoute({
    method: "post",
    path: `/fleet/${verb}`,
    operationId,
    tags,
    middleware: [requireArea("fleet")] as const,
    responses: done,
  });

const backups = createRoute({
  method: "get",
  path: "/backups",
  operationId: "getBackups",
  tags,
  middleware: [requireArea("backups")] as const,
  responses: {
    200: json(
      z.object({ guilds: list, late: z.number().int(), platform: list }),
      "Each guild's newest copy, those that wait longest first; and the platform's.",
    ),
    default: problem,
  },
});

const copy = createRoute({
  method: "post",
  path: "/backups/{id}/copies",
  operationId: "copyGuild",
  tags,
  middleware: [requireArea("backups")] as const,
  request: { params: byId },
  responses: { 202: { description: "A server does it within seconds." }, default: problem },
});

/** Below `/api/operator`: jobs, the fleet and its rollouts, and backups. */
export function operationsApi() {
  const router = createRouter<OperatorEnv>();
  router.openapi(jobs, async (c) => {
    const found = await operations.jobsPage(c.var.operator, c.req.valid("query"));
    return c.json({ jobs: found.jobs.map(plain), runs: found.runs.map(plain) }, 200);
  });
  router.openapi(cancel, async (c) => {
    await operations.cancel(c.var.operator, c.req.valid("param").id);
    return c.body(null, 204);
  });
  router.openapi(retry, async (c) => {
    await operations.retry(c.var.operator, c.req.valid("param").id);
    return c.body(null, 204);
  });
  router.openapi(fleet, async (c) => {
    const { map, plan, rollouts, newest } = await operations.fleet(c.var.operator);
    const shown = newest === undefined ? null : plain(newest);
    const all = { map: map.map(plain), plan: plain(plan), rollouts: rollouts.map(plain) };
    return c.json({ ...all, newest: shown }, 200);
  });
  router.openapi(begin, async (c) =>
    c.json(await operations.beginRollout(c.var.operator, c.req.valid("json")), 202),
  );
  router.openapi(rollout, async (c) =>
    c.json(plain(await operations.rollout(c.var.operator, c.req.valid("param").id)), 200),
  );
  router.openapi(act("pause", "pauseRollout"), async (c) => {
    await operations.pauseRollout(c.var.operator);
    return c.body(null, 204);
  });
  for (const withFailed of [false, true]) {
    const route = withFailed ? act("retry", "retryRollout") : act("resumption", "resumeRollout");
    router.openapi(route, async (c) => {
      await operations.resumeRollout(c.var.operator, withFailed);
      return c.body(null, 204);
    });
  }
  router.openapi(backups, async (c) => {
    const { guilds, late, platform } = await operations.backupsOverview(c.var.operator);
    return c.json({ guilds: guilds.map(plain), late, platform: platform.map(plain) }, 200);
  });
  router.openapi(copy, async (c) => {
    await operations.copyGuild(c.var.operator, c.req.valid("param").id as GuildId);
    return c.body(null, 202);
  });
  return router;
}

/** What operators read is for people and scripts of ours: its shape is the type's. */
function plain(value: object): Record<string, unknown> {
  return { ...value };
}
