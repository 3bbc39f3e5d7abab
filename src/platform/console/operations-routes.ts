import { z } from "@hono/zod-openapi";
import { createRouter, json } from "../../http/router.ts";
import { lineField } from "../../http/text-fields.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";
import * as operations from "./operations.ts";

const api = operatorOperations("Operators");
const byId = z.object({ id: z.string().max(64) });
const done = { 204: { description: "Done." } } as const;
const anything = z.record(z.string(), z.unknown());
const list = z.array(anything).readonly();

/** Below `/api/operator`: jobs, the fleet and its rollouts, and backups. */
export const operationsApi = createRouter<OperatorEnv>();

operationsApi.openapi(
  api.get("/jobs", {
    id: "listJobs",
    summary: "List jobs",
    description: "Returns jobs that are due or running, and the outcome of earlier runs.",
    needs: "jobs",
    query: z.object({
      state: z.enum(["running", "failing", "due", "waiting"]).optional(),
      outcome: z.enum(["done", "failed", "cancelled"]).optional(),
      kind: z.string().max(50).optional(),
    }),
    answers: {
      200: json(z.object({ jobs: list, runs: list }), "What is due, and what became of the rest."),
    },
  }),
  async (c) => {
    const found = await operations.jobsPage(c.var.operator, c.req.valid("query"));
    return c.json({ jobs: found.jobs.map(plain), runs: found.runs.map(plain) }, 200);
  },
);

operationsApi.openapi(
  api.post("/jobs/{id}/cancellation", {
    id: "cancelJob",
    summary: "Cancel a job",
    description: "Cancels a job that is due or waiting.",
    problems: ["job/not-found"],
    needs: "jobs",
    params: byId,
    answers: done,
  }),
  async (c) => {
    await operations.cancel(c.var.operator, c.req.valid("param").id);
    return c.body(null, 204);
  },
);

operationsApi.openapi(
  api.post("/jobs/{id}/retry", {
    id: "retryJob",
    summary: "Retry a job",
    description: "Runs a failed job again now.",
    problems: ["job/not-found", "job/under-way"],
    needs: "jobs",
    params: byId,
    answers: done,
  }),
  async (c) => {
    await operations.retry(c.var.operator, c.req.valid("param").id);
    return c.body(null, 204);
  },
);

operationsApi.openapi(
  api.get("/fleet", {
    id: "getFleet",
    summary: "Get the state of the fleet",
    description:
      "Returns guilds by host, schema and state, what a rollout would do, and the rollouts " +
      "so far.",
    needs: "fleet",
    answers: {
      200: json(
        z.object({ map: list, plan: anything, rollouts: list, newest: anything.nullable() }),
        "Guilds by host, schema and state; what a rollout would do; the rollouts so far.",
      ),
    },
  }),
  async (c) => {
    const { map, plan, rollouts, newest } = await operations.fleet(c.var.operator);
    const shown = newest === undefined ? null : plain(newest);
    const all = { map: map.map(plain), plan: plain(plan), rollouts: rollouts.map(plain) };
    return c.json({ ...all, newest: shown }, 200);
  },
);

operationsApi.openapi(
  api.post("/fleet/rollouts", {
    id: "beginRollout",
    summary: "Begin a rollout",
    description: "Queues a rollout of the newest guild schema. A server starts it within seconds.",
    problems: [
      "rollout/destructive",
      "rollout/nothing-to-do",
      "rollout/not-here",
      "rollout/under-way",
    ],
    needs: "fleet",
    body: z.strictObject({
      reason: lineField(200, 1, "Enter a reason."),
      snapshots: z.boolean().default(false),
      allowDestructive: z.boolean().default(false),
    }),
    answers: {
      202: json(z.object({ id: z.string() }), "A server takes it up within seconds."),
    },
  }),
  async (c) => c.json(await operations.beginRollout(c.var.operator, c.req.valid("json")), 202),
);

operationsApi.openapi(
  api.get("/fleet/rollouts/{id}", {
    id: "getRollout",
    summary: "Get a rollout",
    description: "Returns the rollout by wave, with its failures by cause.",
    problems: ["rollout/not-found"],
    needs: "fleet",
    params: byId,
    answers: { 200: json(anything, "By wave, with failures by cause.") },
  }),
  async (c) =>
    c.json(plain(await operations.rollout(c.var.operator, c.req.valid("param").id)), 200),
);

operationsApi.openapi(
  api.post("/fleet/pause", {
    id: "pauseRollout",
    summary: "Pause the rollout",
    description: "Finishes the guilds that are being migrated and begins no more.",
    problems: ["rollout/none", "rollout/not-running"],
    needs: "fleet",
    answers: done,
  }),
  async (c) => {
    await operations.pauseRollout(c.var.operator);
    return c.body(null, 204);
  },
);

operationsApi.openapi(
  api.post("/fleet/resumption", {
    id: "resumeRollout",
    summary: "Resume the rollout",
    description: "Continues a paused or halted rollout without the guilds that failed.",
    problems: ["rollout/none", "rollout/finished", "rollout/under-way"],
    needs: "fleet",
    answers: done,
  }),
  async (c) => {
    await operations.resumeRollout(c.var.operator, false);
    return c.body(null, 204);
  },
);

operationsApi.openapi(
  api.post("/fleet/retry", {
    id: "retryRollout",
    summary: "Retry the failed guilds of the rollout",
    description: "Continues the rollout with the guilds that failed.",
    problems: ["rollout/none", "rollout/finished", "rollout/under-way"],
    needs: "fleet",
    answers: done,
  }),
  async (c) => {
    await operations.resumeRollout(c.var.operator, true);
    return c.body(null, 204);
  },
);

operationsApi.openapi(
  api.get("/backups", {
    id: "getBackups",
    summary: "Get the state of all backups",
    description:
      "Returns each guild's newest backup, and up to when backups include all of its changes " +
      "(`completeAt`), the longest wait first; and the backups of the platform.",
    needs: "backups",
    answers: {
      200: json(
        z.object({ guilds: list, late: z.number().int(), platform: list }),
        "Each guild's newest copy, those that wait longest first; and the platform's.",
      ),
    },
  }),
  async (c) => {
    const { guilds, late, platform } = await operations.backupsOverview(c.var.operator);
    return c.json({ guilds: guilds.map(plain), late, platform: platform.map(plain) }, 200);
  },
);

operationsApi.openapi(
  api.post("/backups/{id}/copies", {
    id: "copyGuild",
    summary: "Back up a guild",
    description: "Queues a backup of one guild. A server makes it within seconds.",
    problems: ["operator/no-such-guild", "backup/not-here"],
    needs: "backups",
    params: byId,
    answers: { 202: { description: "A server does it within seconds." } },
  }),
  async (c) => {
    await operations.copyGuild(c.var.operator, c.req.valid("param").id as GuildId);
    return c.body(null, 202);
  },
);

/** The type of the value documents this response. Only our console and scripts read it. */
function plain(value: object): Record<string, unknown> {
  return { ...value };
}
