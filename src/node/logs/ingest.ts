import type { TenantDatabase } from "../../database/client.ts";
import type { TenantDatabases } from "../../database/tenants.ts";
import { write } from "../../database/write.ts";
import type { Clock } from "../../kernel/clock.ts";
import { errorMessage } from "../../kernel/errors.ts";
import type { Log } from "../../kernel/log.ts";
import { PollLoop } from "../../kernel/poll-loop.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { inTurns } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { Job, Jobs } from "../../platform/jobs/jobs.ts";
import type { Guild, PlatformStore } from "../../platform/store.ts";
import {
  beginParsing,
  failReport,
  markDuplicate,
  twinOf,
} from "../../tenant/combat-logs/parse-state.ts";
import { PRUNE_JOB, pruneLogs } from "../../tenant/combat-logs/retention.ts";
import {
  NotParsing,
  storeFight,
  storeProgress,
  storeSize,
  storeSummary,
} from "../../tenant/combat-logs/store.ts";
import { PARSE_JOB } from "../../tenant/combat-logs/uploads.ts";
import type { FolderLogFiles } from "./files.ts";
import { parseInThread, ThreadEnded } from "./thread.ts";
import type { LogMessage } from "./worker.ts";

interface Deps {
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  readonly jobs: Jobs;
  readonly files: FolderLogFiles;
  readonly now: Clock;
  readonly log: Log;
}

/** The log was uploaded before. Reading it ends here. */
class Duplicate extends Error {}

/**
 * Reads uploaded logs one after another, each in its own thread. The platform's jobs say which logs
 * wait. If a process dies, another one reads its log again.
 */
export class LogIngest {
  readonly #deps: Deps;
  readonly #loop: PollLoop;

  constructor(deps: Deps) {
    this.#deps = deps;
    const failed = (error: unknown) => deps.log.error("logs.ingest-failed", { error });
    this.#loop = new PollLoop(() => this.drain(), limits.logs.jobPollMs, failed);
  }

  start(): void {
    this.#loop.start();
  }

  /** Wakes the loop, because a job may be due. */
  wake(): void {
    this.#loop.wake();
  }

  /** Ends the running thread. Its log is read again at the next start. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Reads every waiting log. Returns when none is left. */
  async drain(): Promise<void> {
    while (!this.#loop.stopping.aborted) {
      const job = await this.#deps.jobs.claim([PARSE_JOB, PRUNE_JOB], limits.logs.jobLeaseMs);
      if (job === undefined) return;
      await this.#do(job);
    }
  }

  async #do(job: Job): Promise<void> {
    const { jobs, platform, log } = this.#deps;
    const guild = await platform.guild(job.guildId);
    try {
      if (guild && job.kind === PRUNE_JOB) await this.#prune(job, guild);
      else if (guild && job.attempts > limits.logs.jobBeginsMax) {
        // Reading this log has crashed the process several times.
        await this.#giveUp(job, guild, "logs/unreadable");
      } else {
        if (guild) await this.#parse(job, guild);
        await jobs.finish(job);
      }
    } catch (error) {
      if (this.#loop.stopping.aborted) return;
      log.error("logs.parse-failed", { guildId: job.guildId, reportId: job.subject, error });
      const message = errorMessage(error);
      const isFinal = error instanceof ThreadEnded || job.attempts >= limits.logs.jobAttemptsMax;
      if (!isFinal) await jobs.fail(job, message, limits.logs.jobRetryMs);
      else await this.#giveUp(job, guild, codeOf(error));
    }
  }

  async #giveUp(job: Job, guild: Guild | undefined, code: string): Promise<void> {
    if (guild && job.kind === PARSE_JOB) {
      await this.#with(guild, (db) => failReport(db, job.subject, code, this.#nowMs()));
    }
    await this.#deps.jobs.finish(job);
  }

  /** Deletes old logs. The job is due again when the next one is old enough. */
  async #prune(job: Job, guild: Guild): Promise<void> {
    const { files, jobs, platform } = this.#deps;
    const now = () => platform.settledNow();
    const actor = { type: "system", job: PRUNE_JOB } as const;
    const { nextAt } = await this.#with(guild, (db) =>
      pruneLogs({ guild, db, actor, now, requestId: "", idempotencyKey: undefined }, files),
    );
    await jobs.finish(job);
    if (nextAt === undefined) return;
    await jobs.enqueue(guild.id, PRUNE_JOB, "", jobs.notAtOnce(nextAt));
  }

  async #parse(job: Job, guild: Guild): Promise<void> {
    const { files } = this.#deps;
    const reportId = job.subject;
    const report = await this.#with(guild, (db) => beginParsing(db, reportId, this.#nowMs()));
    // The report was cancelled, deleted or already read.
    if (report === undefined) return;
    let sha256: string | null = null;
    try {
      const end = await parseInThread(
        {
          path: files.path(guild.databaseName, reportId),
          year: report.year ?? undefined,
          timeZone: report.timeZone,
          writtenBefore: report.createdAt,
        },
        {
          onHash: async (hash) => {
            sha256 = hash;
            await this.#refuseTwin(job, guild, hash);
          },
          onFights: (message) => this.#store(job, guild, message),
          onLog: async (log) => {
            const storedBytes = await files.size(guild.databaseName, reportId);
            const facts = { sha256, storedBytes, nowMs: this.#nowMs() };
            await this.#with(guild, (db) => storeSummary(db, reportId, log, facts));
          },
        },
        this.#loop.stopping,
      );
      if (end.type === "failed") {
        await this.#with(guild, (db) => failReport(db, reportId, end.code, this.#nowMs()));
        await files.remove(guild.databaseName, reportId);
        return;
      }
      if (end.packed !== null) {
        const storedBytes = await files.replace(guild.databaseName, reportId, end.packed);
        await this.#with(guild, (db) => storeSize(db, reportId, storedBytes));
      }
      const { retentionDays } = guild.plan;
      if (retentionDays !== null) {
        const dueAt = report.createdAt + retentionDays * DAY_MS;
        await this.#deps.jobs.enqueue(guild.id, PRUNE_JOB, "", dueAt);
      }
    } catch (error) {
      if (error instanceof NotParsing || error instanceof Duplicate) {
        await files.remove(guild.databaseName, reportId);
        return;
      }
      throw error;
    }
  }

  /** The same bytes were uploaded before. The existing report is the result. */
  async #refuseTwin(job: Job, guild: Guild, sha256: string): Promise<void> {
    const nowMs = this.#nowMs();
    const twin = await this.#with(guild, (db) => twinOf(db, job.subject, sha256));
    if (twin === undefined) return;
    await this.#with(guild, (db) => write(db, [markDuplicate(job.subject, twin, sha256, nowMs)]));
    throw new Duplicate("This log is here already.");
  }

  async #store(
    job: Job,
    guild: Guild,
    { fights, bytes }: Extract<LogMessage, { type: "fights" }>,
  ): Promise<void> {
    await this.#deps.jobs.renew(job, limits.logs.jobLeaseMs);
    const progress = { parsedBytes: bytes, nowMs: this.#nowMs() };
    await this.#with(guild, async (db) => {
      await inTurns(fights, (fight) => storeFight(db, job.subject, fight, progress));
      if (fights.length === 0) await storeProgress(db, job.subject, bytes, progress.nowMs);
    });
  }

  /**
   * Takes a lease for each piece of work, because reading for minutes must not keep the guild's
   * database open.
   */
  #with<T>(guild: Guild, work: (db: TenantDatabase) => Promise<T>): Promise<T> {
    return this.#deps.tenants.use(guild, work);
  }

  #nowMs(): number {
    return this.#deps.now().getTime();
  }
}

/** `logs/out-of-memory` if reading took too much memory, else `logs/unreadable`. */
function codeOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown };
  return code === "ERR_WORKER_OUT_OF_MEMORY" ? "logs/out-of-memory" : "logs/unreadable";
}
