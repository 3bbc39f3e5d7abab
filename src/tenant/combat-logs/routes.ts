import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging, shownOnce } from "../../http/router.ts";
import { Forbidden, Invalid } from "../../kernel/errors.ts";
import { issueTicket } from "../../platform/keys/live-tickets.ts";
import * as inputs from "./api.ts";
import { uploadDeps } from "./deps.ts";
import { keystonesOf } from "./keystones.ts";
import { participantsOf } from "./participants.ts";
import { watchFight, watchReport } from "./progress.ts";
import * as reading from "./queries.ts";
import * as reports from "./reports.ts";
import * as uploads from "./uploads.ts";
import { wipesIn } from "./wipes.ts";

const api = guildOperations("Combat logs");
const reportId = z.object({ id: z.uuid() });
const oneReport = { 200: json(inputs.reportJson, "The report as it is now.") };

/** Uploads, reports, fights and progress as JSON. */
export const combatLogsApi = createRouter<GuildEnv>();

combatLogsApi.openapi(
  api.get("/logs", {
    id: "listLogReports",
    summary: "List combat log reports",
    description:
      "Returns the guild's reports, newest first, those that are still uploading included.",
    needs: "logs.view",
    query: paging,
    answers: { 200: json(pageOf(inputs.reportJson), "The newest first.") },
  }),
  async (c) => c.json(await reports.reports(c.var.guild, c.req.valid("query")), 200),
);

combatLogsApi.openapi(
  api.post("/logs", {
    id: "beginLogUpload",
    summary: "Begin an upload of a combat log",
    description:
      "Announces a file by name and size. Send its bytes with `sendLogChunk`, from " +
      "`receivedBytes` on.",
    problems: ["logs/no-disk", "logs/too-large", "logs/too-many-uploads", "plan/log-storage"],
    needs: "logs.upload",
    body: inputs.newUpload,
    answers: {
      201: json(inputs.reportJson, "Send the bytes from `receivedBytes` on."),
    },
  }),
  async (c) =>
    c.json(await uploads.beginUpload(c.var.guild, uploadDeps(c), c.req.valid("json")), 201),
);

combatLogsApi.openapi(
  api.post("/logs/tickets", {
    runsEachTime: true,
    id: "createLiveTicket",
    summary: "Create a ticket for a live log connection",
    description:
      "Returns a ticket for the `hello` of one WebSocket connection. It works once, within " +
      "seconds. Programs say `hello` with their API key instead.",
    problems: ["logs/ticket-for-people"],
    needs: "logs.upload",
    answers: {
      201: shownOnce(
        z.object({ ticket: z.string(), expiresAt: z.number().int() }),
        "For the `hello` of one live connection. It is good once, for seconds.",
      ),
    },
  }),
  async (c) => {
    const { caller, services, guild } = c.var;
    if (caller.type !== "user") {
      throw new Forbidden("logs/ticket-for-people", "A program authenticates with its own key.");
    }
    return c.json(await issueTicket(services.platform, guild.guild.id, caller.sessionId), 201);
  },
);

combatLogsApi.openapi(
  api.get("/logs/{id}", {
    id: "getLogReport",
    summary: "Get a combat log report",
    description:
      "Returns the report, its fights and what there was no room for. During an upload, " +
      "`receivedBytes` says where to continue.",
    problems: ["logs/report-not-found"],
    needs: "logs.view",
    params: reportId,
    answers: {
      200: json(
        inputs.reportJson.extend({
          fights: z.array(inputs.fightJson).readonly(),
          leftOut: inputs.leftOutJson,
        }),
        "The report and its fights, and what of them there was no room for; of an upload under way, " +
          "how many bytes have arrived.",
      ),
    },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const report = await uploads.uploadOf(c.var.guild, uploadDeps(c).files, id);
    const fights = await reading.fightsOf(c.var.guild, id);
    const leftOut = await reading.leftOutOf(c.var.guild, id);
    return c.json({ ...report, fights, leftOut }, 200);
  },
);

combatLogsApi.openapi(
  api.put("/logs/{id}/content", {
    // The offset makes a repeated chunk harmless.
    runsEachTime: true,
    id: "sendLogChunk",
    summary: "Send a piece of a combat log",
    description:
      "Appends the bytes of the body at the offset in `Upload-Offset`. A repeated piece is " +
      "harmless. The log is read after its last byte arrived.",
    problems: [
      "logs/report-not-found",
      "logs/not-yours",
      "logs/not-receiving",
      "logs/wrong-offset",
      "logs/too-large",
      "logs/empty-chunk",
      "logs/no-disk",
      "plan/log-storage",
    ],
    needs: "logs.upload",
    params: reportId,
    headers: z.object({
      "upload-offset": z.coerce.number().int().min(0).openapi({
        description: "The byte of the file at which this piece begins.",
      }),
    }),
    answers: oneReport,
  }),
  async (c) => {
    const { body } = c.req.raw;
    if (body === null)
      throw new Invalid(
        "logs/empty-chunk",
        "The request has no content. Send the next bytes of the log.",
      );
    const { id } = c.req.valid("param");
    const offset = c.req.valid("header")["upload-offset"];
    const chunk = body as unknown as AsyncIterable<Uint8Array>;
    const report = await uploads.receiveChunk(c.var.guild, uploadDeps(c), id, offset, chunk);
    return c.json(report, 200);
  },
);

combatLogsApi.openapi(
  api.post("/logs/{id}/cancellation", {
    id: "cancelLogUpload",
    summary: "Cancel an upload of a combat log",
    description: "Ends an upload before its last byte and removes what arrived.",
    problems: ["logs/report-not-found", "logs/not-cancelable", "logs/not-yours"],
    needs: "logs.upload",
    params: reportId,
    answers: oneReport,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await uploads.cancelUpload(c.var.guild, uploadDeps(c), id), 200);
  },
);

combatLogsApi.openapi(
  api.post("/logs/{id}/readings", {
    id: "readLogAgain",
    summary: "Parse a combat log again",
    description: "Queues the stored file to be parsed again. The report keeps its id.",
    problems: [
      "logs/report-not-found",
      "logs/not-stored",
      "logs/fights-moved",
      "logs/still-parsing",
      "logs/no-disk",
    ],
    needs: "logs.manage",
    params: reportId,
    answers: { 202: json(inputs.reportJson, "It waits to be read again.") },
  }),
  async (c) => {
    const report = await existing(c.var.guild, c.req.valid("param").id);
    await reports.reparse(c.var.guild, uploadDeps(c), report);
    return c.json((await reports.readReport(c.var.guild, report.id))!, 202);
  },
);

combatLogsApi.openapi(
  api.delete("/logs/{id}", {
    id: "deleteLogReport",
    summary: "Delete a combat log report",
    description:
      "Removes the report, its fights and the stored file. Members other than officers may delete their " +
      "own uploads that failed.",
    problems: ["logs/report-not-found", "logs/not-yours", "logs/still-parsing"],
    needs: "logs.upload",
    params: reportId,
    answers: { 204: { description: "It is gone, with all that came of it." } },
  }),
  async (c) => {
    const report = await existing(c.var.guild, c.req.valid("param").id);
    await reports.removeReport(c.var.guild, uploadDeps(c).files, report);
    return c.body(null, 204);
  },
);

combatLogsApi.openapi(
  api.get("/logs/{id}/events", {
    id: "watchLogReport",
    summary: "Watch a combat log report",
    description:
      "Streams server-sent events: `report` with each change, until the report is finished.",
    problems: ["logs/report-not-found"],
    needs: "logs.view",
    params: reportId,
    answers: {
      200: {
        description: "Server-sent events: `report` with each change, until it is finished.",
        content: { "text/event-stream": { schema: z.string() } },
      },
    },
  }),
  (c) => watchReport(c, c.req.valid("param").id) as never,
);

combatLogsApi.openapi(
  api.get("/logs/{id}/fight", {
    id: "watchLiveFight",
    summary: "Watch the current fight",
    description:
      "Streams server-sent events: `fight` with each change of the current fight, then " +
      "`ended`.",
    problems: ["logs/report-not-found"],
    needs: "logs.view",
    params: reportId,
    answers: {
      200: {
        description:
          "Server-sent events: `fight` with each change of the fight that goes on, `ended`.",
        content: { "text/event-stream": { schema: z.string() } },
      },
    },
  }),
  (c) => watchFight(c, c.req.valid("param").id) as never,
);

combatLogsApi.openapi(
  api.get("/logs/{id}/keystones", {
    id: "listLogKeystones",
    summary: "List the keystones of a combat log",
    description:
      "Returns the dungeon runs of the report in order, with affixes, time, and the time limit " +
      "where the dungeon is known.",
    problems: ["logs/report-not-found"],
    needs: "logs.view",
    params: reportId,
    answers: {
      200: json(
        z.object({ items: z.array(inputs.keystoneJson).readonly() }),
        "The dungeon runs in order.",
      ),
    },
  }),
  async (c) => {
    const report = await existing(c.var.guild, c.req.valid("param").id);
    return c.json({ items: await keystonesOf(c.var.guild, report.id) }, 200);
  },
);

combatLogsApi.openapi(
  api.get("/logs/{id}/wipes", {
    id: "listLogWipes",
    summary: "List the wipes of a combat log",
    description:
      "Returns the lost pulls of the report in order, with their first deaths and the killing " +
      "blow of the most players.",
    problems: ["logs/report-not-found"],
    needs: "logs.view",
    params: reportId,
    query: paging.pick({ cursor: true }),
    answers: { 200: json(pageOf(inputs.wipeJson), "The lost pulls in order.") },
  }),
  async (c) => {
    const report = await existing(c.var.guild, c.req.valid("param").id);
    return c.json(await wipesIn(c.var.guild, report.id, c.req.valid("query").cursor), 200);
  },
);

combatLogsApi.openapi(
  api.get("/logs/{id}/participants", {
    id: "listLogParticipants",
    summary: "List the players of a combat log",
    description:
      "Returns everyone in the fights of the report, those with the most encounters first. " +
      "`encounters` leaves out fights between bosses, where passers-by may be.",
    problems: ["logs/report-not-found"],
    needs: "logs.view",
    params: reportId,
    answers: {
      200: json(
        z.object({
          items: z.array(inputs.participantJson).readonly(),
          leftOut: z.number().int().openapi({ description: "Players beyond the limit." }),
        }),
        "The players of the log.",
      ),
    },
  }),
  async (c) => {
    const report = await existing(c.var.guild, c.req.valid("param").id);
    return c.json(await participantsOf(c.var.guild, report.id), 200);
  },
);

async function existing(guild: Parameters<typeof reports.readReport>[0], id: string) {
  const report = await reports.readReport(guild, id);
  if (report === undefined) throw uploads.noSuchReport();
  return report;
}
