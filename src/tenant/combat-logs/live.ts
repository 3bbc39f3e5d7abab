import { and, eq, gt, sql } from "drizzle-orm";
import type { TenantDatabase } from "../../database/client.ts";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { Conflict, NotFound, TooLarge } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import type { LogFiles } from "../../services.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { type FightRows, fightRows } from "./fight-rows.ts";
import { Analyzer } from "./parser/analyzer.ts";
import type { FightOutline } from "./parser/types.ts";
import { type Report, readReport } from "./reports.ts";
import { liveFights, logReports } from "./schema.ts";
import { logStorage } from "./storage.ts";
import { storeFight, storeSummary } from "./store.ts";
import { PARSE_JOB } from "./uploads.ts";

const fightAfter = prepare(
  ({ reportId, after }: Values<{ readonly reportId: string; readonly after: number }>) =>
    build
      .select(columnsOf(liveFights, "seq", "fight"))
      .from(liveFights)
      .where(and(eq(liveFights.reportId, reportId), gt(liveFights.seq, after))),
);

/** What a live log needs besides its guild. */
export interface LiveDeps {
  readonly files: LogFiles;
  readonly jobs: Jobs;
  /** Lends the guild's database, with the actor, for one piece of work. */
  readonly within: <T>(work: (ctx: GuildContext) => Promise<T>) => Promise<T>;
}

export interface LiveHello {
  /** The report to continue, if there is one. */
  readonly session?: string | undefined;
  readonly fileName: string;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
}

/** Bytes read at once, about one or two milliseconds of work, so that other requests run in between. */
const READ_BYTES = 256 * 1024;

/**
 * A log that arrives while it is written. Its bytes are on disk before they are acknowledged. Its position
 * is the number of received bytes: after a lost connection, the client continues there without a gap or a
 * repetition. The fights are the same as if the whole log had been sent at once.
 */
export class LiveLog {
  readonly reportId: string;
  readonly #deps: LiveDeps;
  readonly #database: string;
  readonly #analyzer: Analyzer;
  readonly #turn = new Turn();
  #finished: FightRows[] = [];
  #offset = 0;
  #shown = "";
  #seq = 0;

  private constructor(deps: LiveDeps, database: string, report: Report) {
    this.reportId = report.id;
    this.#deps = deps;
    this.#database = database;
    this.#analyzer = new Analyzer({
      timeZone: report.timeZone,
      year: report.year ?? undefined,
      writtenBefore: report.createdAt,
      live: true,
      onFight: (fight, isCorrection) => this.#finished.push(fightRows(fight, isCorrection)),
    });
  }

  /**
   * Begins or resumes a live log. Resuming reads the bytes on disk again, so any process can do it.
   *
   * @throws {NotFound} `logs/report-not-found`
   *
   * @throws {Conflict} `logs/not-receiving`
   */
  static async open(deps: LiveDeps, hello: LiveHello): Promise<LiveLog> {
    const [report, database] = await deps.within(async (ctx) => {
      allow(ctx, "logs.upload");
      const id = hello.session ?? (await begin(ctx, deps.jobs, hello));
      return [await resumable(ctx, id), ctx.guild.databaseName] as const;
    });
    const live = new LiveLog(deps, database, report);
    if ((await deps.files.size(database, report.id)) > 0) {
      for await (const chunk of deps.files.read(database, report.id)) {
        await live.#read(chunk);
        await live.#storeFinished();
      }
    }
    return live;
  }

  /** The number of bytes that are safely stored. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Takes the bytes that begin at `offset` and skips those already received. Returns the number of bytes
   * that are safely stored.
   *
   * @throws {Conflict} `logs/wrong-offset` for a gap.
   *
   * @throws {TooLarge} `logs/too-large`, and the errors of `Analyzer`.
   */
  async receive(offset: number, bytes: Uint8Array): Promise<number> {
    if (offset > this.#offset) throw wrongOffset(this.#offset);
    const news = bytes.subarray(this.#offset - offset);
    if (news.length === 0) return this.#offset;
    const sizeBytes = limits.logs.logBytesMax;
    if (this.#offset + news.length > sizeBytes) {
      throw new TooLarge("logs/too-large", "This log is too large. Start another one.", {
        logBytesMax: sizeBytes,
      });
    }
    const place = { offset: this.#offset, sizeBytes };
    await this.#deps.files.append(this.#database, this.reportId, place, once(news));
    await this.#read(news);
    await this.#storeFinished();
    return this.#offset;
  }

  /** Shows viewers the current fight, if it has changed since the last call. */
  async show(): Promise<void> {
    const fight = this.#analyzer.current();
    const text = fight === undefined ? "" : JSON.stringify(byDamage(fight));
    if (text === this.#shown) return;
    this.#shown = text;
    this.#seq++;
    await this.#deps.within(async (ctx) => {
      const nowMs = ctx.now().getTime();
      const shown = { at: nowMs, fight: text === "" ? null : sql`${text}` };
      await write(ctx.db, [
        insertInto(
          liveFights,
          { reportId: this.reportId, seq: this.#seq, ...shown },
          { on: [liveFights.reportId], set: { seq: sql`${liveFights.seq} + 1`, ...shown } },
        ),
      ]);
      const dueAt = nowMs + limits.logs.live.abandonedMs;
      await this.#deps.jobs.postpone(ctx.guild.id, PARSE_JOB, this.reportId, dueAt);
    });
  }

  /** Ends the log: the current fight ends here, as at the end of a file. */
  async end(): Promise<void> {
    const log = this.#analyzer.end();
    await this.#storeFinished();
    await this.#deps.within(async (ctx) => {
      const facts = { sha256: null, storedBytes: this.#offset, nowMs: ctx.now().getTime() };
      await storeSummary(ctx.db, this.reportId, log, facts);
      await write(ctx.db, [
        build.delete(liveFights).where(eq(liveFights.reportId, this.reportId)),
        build
          .update(logReports)
          .set({ sizeBytes: this.#offset })
          .where(eq(logReports.id, this.reportId)),
        record(ctx, "log.received", this.reportId, { after: { bytes: this.#offset } }),
      ]);
      await this.#deps.jobs.cancel(ctx.guild.id, PARSE_JOB, this.reportId);
    });
  }

  async #read(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += READ_BYTES) {
      const piece = bytes.subarray(at, at + READ_BYTES);
      this.#analyzer.push(piece);
      this.#offset += piece.length;
      await this.#turn.pause();
    }
  }

  async #storeFinished(): Promise<void> {
    const fights = this.#finished;
    if (fights.length === 0) return;
    this.#finished = [];
    await this.#deps.within(async (ctx) => {
      const progress = { parsedBytes: this.#offset, nowMs: ctx.now().getTime() };
      for (const fight of fights) {
        await storeFight(ctx.db, this.reportId, fight, progress);
        await this.#turn.pause();
      }
    });
  }
}

/** The current fight of a live log, and its change counter. */
export async function liveFight(
  db: TenantDatabase,
  reportId: string,
  after: number,
): Promise<{ readonly seq: number; readonly fight: FightOutline | null } | undefined> {
  return await fightAfter.first(db, { reportId, after });
}

async function begin(ctx: GuildContext, jobs: Jobs, hello: LiveHello): Promise<string> {
  const id = newId<string>();
  const nowMs = ctx.now().getTime();
  const { id: uploaderId, name } = describe(ctx.actor);
  const title = hello.fileName.replace(/(\.(txt|log))+$/i, "");
  await write(ctx.db, [
    logStorage(ctx, 0),
    insertInto(logReports, {
      id,
      title: title.slice(0, limits.logs.titleCharsMax),
      fileName: hello.fileName,
      source: "live",
      state: "parsing",
      uploaderId,
      uploaderName: name,
      sizeBytes: 0,
      timeZone: hello.timeZone ?? ctx.guild.timeZone,
      year: hello.year ?? null,
      createdAt: nowMs,
      updatedAt: nowMs,
    }),
    record(ctx, "log.stream", id, { after: { title } }),
  ]);
  // If the client never ends the log, this job reads what has arrived.
  await jobs.enqueue(ctx.guild.id, PARSE_JOB, id, nowMs + limits.logs.live.abandonedMs);
  return id;
}

async function resumable(ctx: GuildContext, id: string): Promise<Report> {
  const report = await readReport(ctx, id);
  const isMine = report?.uploaderId === describe(ctx.actor).id;
  if (report === undefined || report.source !== "live" || !isMine) {
    throw new NotFound("logs/report-not-found", "This report does not exist.");
  }
  if (report.state === "parsing") return report;
  throw new Conflict("logs/not-receiving", "This log is already complete or was canceled.");
}

function byDamage(fight: FightOutline): FightOutline {
  return { ...fight, players: fight.players.toSorted((a, b) => b.damage - a.damage) };
}

function wrongOffset(offset: number): Conflict {
  return new Conflict(
    "logs/wrong-offset",
    `The upload continues at byte ${offset}. Resume from there.`,
    {
      offset,
    },
  );
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
