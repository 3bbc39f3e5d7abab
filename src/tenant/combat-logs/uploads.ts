import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, Forbidden, Invalid, NotFound, TooLarge } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import type { LogFiles } from "../../services.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { type Report, readReport, removeFights, removeLastFights } from "./reports.ts";
import { PRUNE_JOB } from "./retention.ts";
import { logReports } from "./schema.ts";
import { logStorage } from "./storage.ts";
import { packingOf, unpacked } from "./unpack.ts";

/** The job kind that parses an uploaded log. */
export const PARSE_JOB = "logs.parse";
/** The number of bytes of a packed file that are checked before it is accepted. */
const PROBE_BYTES = 256 * 1024;

interface UploadedFile {
  readonly uploaderId: string;
  readonly fileName: string;
  readonly sizeBytes: number;
}

const unfinishedUpload = prepare((file: Values<UploadedFile>) =>
  build
    .select(columnsOf(logReports, "id"))
    .from(logReports)
    .where(
      and(
        eq(logReports.state, "receiving"),
        eq(logReports.uploaderId, file.uploaderId),
        eq(logReports.fileName, file.fileName),
        eq(logReports.sizeBytes, file.sizeBytes),
      ),
    )
    .orderBy(desc(logReports.createdAt))
    .limit(1),
);

/** What uploads need besides the guild: the file store, and the jobs that parse the logs. */
export interface UploadDeps {
  readonly files: LogFiles;
  readonly jobs: Jobs;
  readonly wakeJobs: () => void;
}

export interface NewUpload {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly title?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
}

/**
 * Begins an upload. If the caller has an unfinished upload of the same file, returns that one.
 *
 * @throws {TooLarge} `logs/too-large`
 *
 * @throws {Conflict} `logs/too-many-uploads`
 *
 * @throws {LimitReached} `plan/log-storage`
 */
export async function beginUpload(
  ctx: GuildContext,
  { files, jobs }: UploadDeps,
  input: NewUpload,
): Promise<Report> {
  allow(ctx, "logs.upload");
  if (input.sizeBytes > limits.logs.fileBytesMax) {
    throw new TooLarge(
      "logs/too-large",
      "This file is too large for a log. Compress it or split it.",
      {
        fileBytesMax: limits.logs.fileBytesMax,
      },
    );
  }
  const timeZone = input.timeZone ?? ctx.guild.timeZone;
  const { id: uploaderId, name: uploaderName } = describe(ctx.actor);
  const { fileName, sizeBytes } = input;
  const begun = await unfinishedUpload.first(ctx.db, { uploaderId, fileName, sizeBytes });
  if (begun) return await withOffset(ctx, files, (await readReport(ctx, begun.id))!);
  const id = newId<string>();
  const nowMs = ctx.now().getTime();
  const title = input.title?.trim() || input.fileName.replace(/(\.(txt|log|gz|zip))+$/i, "");
  await write(ctx.db, [
    logStorage(ctx, input.sizeBytes),
    guard(
      sql`(select count(*) from ${logReports} where ${logReports.state} = 'receiving')
        < ${limits.logs.unfinishedMax}`,
      () =>
        new Conflict(
          "logs/too-many-uploads",
          "Too many uploads are unfinished. Finish or cancel one of them.",
          { limit: limits.logs.unfinishedMax },
        ),
    ),
    insertInto(logReports, {
      ...{ id, fileName, sizeBytes, uploaderId, uploaderName, timeZone },
      title: title.slice(0, limits.logs.titleCharsMax),
      source: "upload",
      state: "receiving",
      year: input.year ?? null,
      createdAt: nowMs,
      updatedAt: nowMs,
    }),
    record(ctx, "log.upload", id, { after: { title, sizeBytes: input.sizeBytes } }),
  ]);
  // Removes the bytes of an upload that is never finished.
  await jobs.enqueue(ctx.guild.id, PRUNE_JOB, "", nowMs + limits.logs.abandonedMs);
  return (await readReport(ctx, id))!;
}

/**
 * Takes the next chunk of an upload, which must begin where the last one ended. The last chunk queues the
 * log for parsing.
 *
 * @throws {Conflict} `logs/wrong-offset` with the right `offset`, `logs/not-receiving`
 *
 * @throws {TooLarge} `logs/longer-than-said`, `logs/bomb`
 */
export async function receiveChunk(
  ctx: GuildContext,
  deps: UploadDeps,
  id: string,
  offset: number,
  chunk: AsyncIterable<Uint8Array>,
): Promise<Report> {
  allow(ctx, "logs.upload");
  const report = await ownReport(ctx, id);
  if (report.state !== "receiving") throw notReceiving(report);
  const database = ctx.guild.databaseName;
  const { sizeBytes } = report;
  const size = await deps.files.append(database, id, { offset, sizeBytes }, chunk);
  if (size < sizeBytes) return { ...report, receivedBytes: size };
  await refuseBomb(ctx, deps.files, id);
  await write(ctx.db, [
    guard(existsIn(logReports, and(eq(logReports.id, id), eq(logReports.state, "receiving"))), () =>
      notReceiving(report),
    ),
    build
      .update(logReports)
      .set({ state: "waiting", storedBytes: size, updatedAt: ctx.now().getTime() })
      .where(eq(logReports.id, id)),
    record(ctx, "log.received", id, { after: { bytes: size } }),
  ]);
  await deps.jobs.enqueue(ctx.guild.id, PARSE_JOB, id);
  deps.wakeJobs();
  return (await readReport(ctx, id))!;
}

/** Cancels an upload or its parsing, and removes the fights found so far. */
export async function cancelUpload(
  ctx: GuildContext,
  deps: UploadDeps,
  id: string,
): Promise<Report> {
  allow(ctx, "logs.upload");
  const report = await ownReport(ctx, id);
  await write(ctx.db, [
    guard(
      existsIn(
        logReports,
        and(eq(logReports.id, id), inArray(logReports.state, ["receiving", "waiting", "parsing"])),
      ),
      () =>
        new Conflict("logs/not-cancelable", "This report is already finished. Delete it instead."),
    ),
    build
      .update(logReports)
      .set({ state: "canceled", storedBytes: 0, updatedAt: ctx.now().getTime() })
      .where(eq(logReports.id, id)),
    record(ctx, "log.cancel", id, { before: { title: report.title } }),
  ]);
  // Only after the cancellation, because the parser adds fights until then.
  await removeFights(ctx.db, id);
  await removeLastFights(ctx.db, id);
  await deps.files.remove(ctx.guild.databaseName, id);
  return (await readReport(ctx, id))!;
}

/** The progress of an upload according to the disk, for a client that resumes it. */
export async function uploadOf(ctx: GuildContext, files: LogFiles, id: string): Promise<Report> {
  allow(ctx, "logs.view");
  const report = await readReport(ctx, id);
  if (report === undefined) throw noSuchReport();
  return report.state === "receiving" ? await withOffset(ctx, files, report) : report;
}

export function noSuchReport(): NotFound {
  return new NotFound("logs/report-not-found", "This report does not exist.");
}

/** Officers may change all uploads, other members only their own. */
async function ownReport(ctx: GuildContext, id: string): Promise<Report> {
  const report = await readReport(ctx, id);
  if (report === undefined) throw noSuchReport();
  const isMine = report.uploaderId === describe(ctx.actor).id;
  if (isMine || may(ctx, "logs.manage")) return report;
  throw new Forbidden(
    "logs/not-yours",
    "Another person is uploading this log. Only officers can change it.",
  );
}

async function withOffset(ctx: GuildContext, files: LogFiles, report: Report): Promise<Report> {
  const receivedBytes = await files.size(ctx.guild.databaseName, report.id);
  return { ...report, receivedBytes };
}

/** Checks the first bytes of a packed file for a decompression bomb, and refuses it. */
async function refuseBomb(ctx: GuildContext, files: LogFiles, id: string): Promise<void> {
  const source = files.read(ctx.guild.databaseName, id);
  try {
    const beginning = await firstBytes(source, PROBE_BYTES);
    if (packingOf(beginning) === "plain") return;
    const turn = new Turn();
    for await (const _ of unpacked(inSteps(beginning))) await turn.pause();
  } catch (error) {
    if (error instanceof TooLarge) {
      await files.remove(ctx.guild.databaseName, id);
      await write(ctx.db, [
        build
          .update(logReports)
          .set({ state: "failed", error: error.code })
          .where(eq(logReports.id, id)),
        record(ctx, "log.refuse", id, { after: { why: error.code } }),
      ]);
      throw error;
    }
    // The beginning alone may be unreadable; the parser checks the whole file.
    if (error instanceof Invalid || !(error instanceof Conflict)) return;
    throw error;
  }
}

async function firstBytes(source: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  for await (const chunk of source) return chunk.subarray(0, most);
  return new Uint8Array(0);
}

/** In small pieces, so that the ratio counts what was unpacked instead of all that is there. */
async function* inSteps(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const { archiveStepBytes } = limits.logs;
  for (let at = 0; at < bytes.length; at += archiveStepBytes) {
    yield bytes.subarray(at, at + archiveStepBytes);
  }
}

function notReceiving(report: Report): Conflict {
  return new Conflict("logs/not-receiving", "This log is already complete or was canceled.", {
    state: report.state,
  });
}
