import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import {
  createRouter,
  json,
  jsonBody,
  pageOf,
  paging,
  problem,
  runsEachTime,
  shownOnce,
} from "../../http/router.ts";
import { Forbidden, Invalid } from "../../kernel/errors.ts";
import { issueTicket } from "../../platform/live-tickets.ts";
import { uploadDeps } from "./deps.ts";
import * as inputs from "./inputs.ts";
import { watchFight, watchReport } from "./progress.ts";
import * as reading from "./reading.ts";
import * as reports from "./reports.ts";
import * as uploads from "./uploads.ts";

const tags = ["Combat logs"];
const reportId = z.object({ id: z.uuid() });
const fightPlayer = z.object({ id: z.uuid(), guid: z.string().min(1).max(100) });
const view = requirePermission("logs.view");
const upload = requirePermission("logs.upload");
const manage = requirePermission("logs.manage");
const oneReport = { 200: json(inputs.reportJson, "The report as it is now."), default: problem };

const listReports = createRoute({
  method: "get",
  path: "/logs",
  operationId: "listLogReports",
  tags,
  middleware: [view] as const,
  request: { query: paging },
  responses: { 200: json(pageOf(inputs.reportJson), "The newest first."), default: problem },
});

const begin = createRoute({
  method: "post",
  path: "/logs",
  operationId: "beginLogUpload",
  tags,
  middleware: [upload] as const,
  request: { body: jsonBody(inputs.newUpload) },
  responses: {
    201: json(inputs.reportJson, "Send the bytes from `receivedBytes` on."),
    default: problem,
  },
});

const getReport = createRoute({
  method: "get",
  path: "/logs/{id}",
  operationId: "getLogReport",
  tags,
  middleware: [view] as const,
  request: { params: reportId },
  responses: {
    200: json(
      inputs.reportJson.extend({
        fights: z.array(inputs.fightJson).readonly(),
        leftOut: inputs.leftOutJson,
      }),
      "The report and its fights, and what of them there was no room for; of an upload under way, " +
        "how many bytes have arrived.",
    ),
    default: problem,
  },
});

const sendChunk = createRoute({
  // The offset makes a repeated piece harmless.
  ...runsEachTime,
  method: "put",
  path: "/logs/{id}/content",
  operationId: "sendLogChunk",
  tags,
  middleware: [upload] as const,
  request: {
    params: reportId,
    headers: z.object({
      "upload-offset": z.coerce.number().int().min(0).openapi({
        description: "The byte of the file at which this piece begins.",
      }),
    }),
  },
  responses: oneReport,
});

const cancel = createRoute({
  method: "post",
  path: "/logs/{id}/cancellation",
  operationId: "cancelLogUpload",
  tags,
  middleware: [upload] as const,
  request: { params: reportId },
  responses: oneReport,
});

const reparse = createRoute({
  method: "post",
  path: "/logs/{id}/readings",
  operationId: "readLogAgain",
  tags,
  middleware: [manage] as const,
  request: { params: reportId },
  responses: { 202: json(inputs.reportJson, "It waits to be read again."), default: problem },
});

const remove = createRoute({
  method: "delete",
  path: "/logs/{id}",
  operationId: "deleteLogReport",
  tags,
  middleware: [manage] as const,
  request: { params: reportId },
  responses: { 204: { description: "It is gone, with all that came of it." }, default: problem },
});

const events = createRoute({
  method: "get",
  path: "/logs/{id}/events",
  operationId: "watchLogReport",
  tags,
  middleware: [view] as const,
  request: { params: reportId },
  responses: {
    200: {
      description: "Server-sent events: `report` with each change, until it is finished.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    default: problem,
  },
});

const ticket = createRoute({
  ...runsEachTime,
  method: "post",
  path: "/logs/tickets",
  operationId: "createLiveTicket",
  tags,
  middleware: [upload] as const,
  responses: {
    201: shownOnce(
      z.object({ ticket: z.string(), expiresAt: z.number().int() }),
      "For the `hello` of one live connection. It is good once, for seconds.",
    ),
    default: problem,
  },
});

const fightEvents = createRoute({
  method: "get",
  path: "/logs/{id}/fight",
  operationId: "watchLiveFight",
  tags,
  middleware: [view] as const,
  request: { params: reportId },
  responses: {
    200: {
      description:
        "Server-sent events: `fight` with each change of the fight that goes on, `ended`.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    default: problem,
  },
});

const getFight = createRoute({
  method: "get",
  path: "/fights/{id}",
  operationId: "getFight",
  tags,
  middleware: [view] as const,
  request: { params: reportId },
  responses: {
    200: json(
      inputs.fightJson.extend({
        players: z.array(inputs.playerJson).readonly(),
        deaths: z.array(inputs.deathJson).readonly(),
        enemies: z.array(inputs.enemyJson).readonly(),
        leftOut: inputs.leftOutJson,
      }),
      "The fight with everybody in it.",
    ),
    default: problem,
  },
});

const getFightPlayer = createRoute({
  method: "get",
  path: "/fights/{id}/players/{guid}",
  operationId: "getFightPlayer",
  tags,
  middleware: [view] as const,
  request: { params: fightPlayer },
  responses: {
    200: json(
      inputs.playerJson.extend({ details: inputs.playerDetailsJson }),
      "One player by spell, by target and by second.",
    ),
    default: problem,
  },
});

const listBosses = createRoute({
  method: "get",
  path: "/bosses",
  operationId: "listBosses",
  tags,
  middleware: [view] as const,
  responses: {
    200: json(z.object({ items: z.array(inputs.bossJson).readonly() }), "The latest first."),
    default: problem,
  },
});

const listPulls = createRoute({
  method: "get",
  path: "/bosses/{gameId}/{difficulty}/pulls",
  operationId: "listPulls",
  tags,
  middleware: [view] as const,
  request: {
    params: z.object({
      gameId: z.coerce.number().int().min(0),
      difficulty: z.coerce.number().int().min(0),
    }),
    query: paging,
  },
  responses: { 200: json(pageOf(inputs.fightJson), "The latest first."), default: problem },
});

/** Uploads, reports, fights and progress as JSON. */
export function combatLogsApi() {
  const router = createRouter<GuildEnv>();
  router.openapi(listReports, async (c) =>
    c.json(await reports.reports(c.var.guild, c.req.valid("query")), 200),
  );
  router.openapi(begin, async (c) =>
    c.json(await uploads.beginUpload(c.var.guild, uploadDeps(c), c.req.valid("json")), 201),
  );
  router.openapi(ticket, async (c) => {
    const { caller, services, guild } = c.var;
    if (caller.type !== "user") {
      throw new Forbidden("logs/ticket-for-people", "A program says hello with its key itself.");
    }
    return c.json(await issueTicket(services.platform, guild.guild.id, caller.sessionId), 201);
  });
  router.openapi(getReport, async (c) => {
    const { id } = c.req.valid("param");
    const report = await uploads.uploadOf(c.var.guild, uploadDeps(c).files, id);
    const fights = await reading.fightsOf(c.var.guild, id);
    const leftOut = await reading.leftOutOf(c.var.guild, id);
    return c.json({ ...report, fights, leftOut }, 200);
  });
  router.openapi(sendChunk, async (c) => {
    const { body } = c.req.raw;
    if (body === null) throw new Invalid("logs/empty-chunk", "There are no bytes in this request.");
    const { id } = c.req.valid("param");
    const offset = c.req.valid("header")["upload-offset"];
    const chunk = body as unknown as AsyncIterable<Uint8Array>;
    const report = await uploads.receiveChunk(c.var.guild, uploadDeps(c), id, offset, chunk);
    return c.json(report, 200);
  });
  router.openapi(cancel, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await uploads.cancelUpload(c.var.guild, uploadDeps(c), id), 200);
  });
  router.openapi(reparse, async (c) => {
    const report = await existing(c.var.guild, c.req.valid("param").id);
    await reports.reparse(c.var.guild, uploadDeps(c), report);
    return c.json((await reports.readReport(c.var.guild, report.id))!, 202);
  });
  router.openapi(remove, async (c) => {
    const report = await existing(c.var.guild, c.req.valid("param").id);
    await reports.removeReport(c.var.guild, uploadDeps(c).files, report);
    return c.body(null, 204);
  });
  router.openapi(events, (c) => watchReport(c, c.req.valid("param").id) as never);
  router.openapi(fightEvents, (c) => watchFight(c, c.req.valid("param").id) as never);
  router.openapi(getFight, async (c) =>
    c.json(await reading.fight(c.var.guild, c.req.valid("param").id), 200),
  );
  router.openapi(getFightPlayer, async (c) => {
    const { id, guid } = c.req.valid("param");
    const { player, details } = await reading.fightPlayer(c.var.guild, id, guid);
    return c.json({ ...player, details }, 200);
  });
  router.openapi(listBosses, async (c) =>
    c.json({ items: await reading.bosses(c.var.guild) }, 200),
  );
  router.openapi(listPulls, async (c) => {
    const query = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json(await reading.pulls(c.var.guild, query), 200);
  });
  return router;
}

async function existing(guild: Parameters<typeof reports.readReport>[0], id: string) {
  const report = await reports.readReport(guild, id);
  if (report === undefined) throw uploads.noSuchReport();
  return report;
}
