import { type DatabaseFaults, faultOf } from "../database/faults.ts";
import { processBackground } from "../kernel/background.ts";
import type { Clock } from "../kernel/clock.ts";
import { AppError, Conflict, errorMessage } from "../kernel/errors.ts";
import type { GuildId } from "../kernel/ids.ts";
import type { Log } from "../kernel/log.ts";
import { PollLoop } from "../kernel/poll-loop.ts";
import type { Tracer } from "../kernel/tracer.ts";
import { limits } from "../limits.ts";
import type { JobOutcome } from "../platform/fleet/schema.ts";
import type { Job, Jobs } from "../platform/jobs/jobs.ts";
import { OF_THE_PLATFORM } from "../platform/jobs/kinds.ts";
import type { Guild, PlatformStore } from "../platform/store.ts";

/** The link between a running job and its runner. */
export interface JobStep {
  /** Aborted when the job was cancelled or this process lost its lease. */
  readonly signal: AbortSignal;
  /** Shown on the jobs page. */
  note(progress: string): void;
}

/** The result of an attempt. An attempt that failed for good is not tried again. */
interface JobEnd {
  readonly dueAt?: number | undefined;
  readonly outcome?: JobOutcome;
  readonly detail?: string;
}

/**
 * Does one job. Returns when it is due again, if it is. `guild` is undefined for the platform's own
 * work and for a guild that is gone. The work must be safe to run twice.
 */
export interface JobWork {
  readonly run: (job: Job, guild: Guild | undefined, step: JobStep) => Promise<JobEnd | undefined>;
  /** Runs in every status of the guild. Otherwise the job waits while the guild is suspended. */
  readonly anyStatus?: boolean;
}

interface Deps {
  readonly platform: PlatformStore;
  readonly jobs: Jobs;
  readonly now: Clock;
  readonly log: Log;
  readonly faults: DatabaseFaults;
  readonly tracer: Tracer;
  readonly work: Readonly<Record<string, JobWork>>;
  /** Called with each guild that a job worked on, so that its new audit rows are sealed. */
  readonly onDone: (guildId: GuildId) => void;
}

/**
 * Runs due jobs, one after another. Several processes may run one each. Every job is done by one of
 * them.
 */
export class JobRunner {
  readonly #deps: Deps;
  readonly #loop: PollLoop;

  constructor(deps: Deps) {
    this.#deps = deps;
    const failed = (error: unknown) => {
      // Errors of the platform's database are reported once, not at every poll.
      if (faultOf(error)) deps.faults.failed(undefined, error);
      else deps.log.error("jobs.claim-failed", { error });
    };
    this.#loop = new PollLoop(() => this.drain(), limits.live.jobPollMs, failed);
  }

  start(): void {
    this.#loop.start();
  }

  wake(): void {
    this.#loop.wake();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Runs every due job, or every due job of these kinds. */
  async drain(kinds: readonly string[] = Object.keys(this.#deps.work)): Promise<void> {
    while (!this.#loop.stopping.aborted) {
      const job = await this.#deps.jobs.claim(kinds, limits.jobs.leaseMs);
      if (job === undefined) return;
      await this.#deps.tracer.span("job", { "job.kind": job.kind }, () => this.#do(job));
    }
  }

  async #do(job: Job): Promise<void> {
    const { jobs, platform, log } = this.#deps;
    const work = this.#deps.work[job.kind]!;
    const step = this.#step(job);
    let guild: Guild | undefined;
    try {
      guild = await platform.guild(job.guildId);
      // A suspended guild's job waits. A deleted guild's job is dropped.
      if (guild && guild.status !== "ready" && !work.anyStatus) {
        return await jobs.fail(job, guild.status, limits.jobs.retryMs);
      }
      const done = await work.run(job, guild, step);
      this.#deps.onDone(job.guildId);
      await jobs.finish(job, done?.outcome ?? "done", done?.detail ?? null);
      if (done?.dueAt === undefined) return;
      await jobs.enqueue(job.guildId, job.kind, job.subject, jobs.notAtOnce(done.dueAt));
    } catch (error) {
      if (await this.#wentWithGuild(job, error)) return;
      await this.#failed(job, step, error);
      this.#deps.faults.failed(guild, error, false);
      if (!waitsForRollout(error) && faultOf(error) === undefined) {
        log.error("jobs.failed", { kind: job.kind, guildId: job.guildId, error });
      }
    } finally {
      await step.end();
    }
  }

  /**
   * True if the guild was purged, which also removes its jobs, including the job that purged it. Then
   * no other process has taken the job over.
   */
  async #wentWithGuild(job: Job, error: unknown): Promise<boolean> {
    if (!isLost(error) || job.guildId === OF_THE_PLATFORM) return false;
    const lookUp = this.#deps.platform.guild(job.guildId).then((guild) => guild === undefined);
    return await lookUp.catch(() => false);
  }

  async #failed(job: Job, step: { readonly signal: AbortSignal }, error: unknown): Promise<void> {
    const { jobs } = this.#deps;
    const message = errorMessage(error);
    // If we lost the job, another process owns its record.
    const recorded = step.signal.aborted
      ? jobs.finish(job, "cancelled", message)
      : jobs.fail(job, message, retryAfterMs(job.attempts));
    await recorded.catch(() => undefined);
  }

  /** Renews the lease while the work runs, and aborts it when the job is cancelled. */
  #step(job: Job): JobStep & { end(): Promise<void> } {
    const { jobs } = this.#deps;
    const aborting = new AbortController();
    let progress: string | null = null;
    const beat = async () => {
      try {
        await jobs.renew(job, limits.jobs.leaseMs, progress);
        if (await jobs.isCancelled(job)) aborting.abort(new Error("It was cancelled."));
      } catch (error) {
        aborting.abort(error);
      }
    };
    const timer = processBackground.every("jobs.renew", limits.jobs.leaseMs / 4, beat);
    return {
      signal: aborting.signal,
      note: (text) => {
        progress = text;
      },
      end: () => timer.stop(),
    };
  }
}

function isLost(error: unknown): boolean {
  return error instanceof Conflict && error.code === "job/lost";
}

/** Does the guild wait for a rollout? Then its jobs wait too, and the log names the rollout once. */
function waitsForRollout(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  return error.code === "guild/schema-behind" || error.code === "guild/migration-waits";
}

/**
 * Retries at once, then at growing intervals. A failure that lasts an hour does not end within a
 * second.
 */
function retryAfterMs(attempts: number): number {
  const { retryMs, retryMsMax } = limits.jobs;
  return Math.min(retryMs * 2 ** Math.max(0, attempts - 3), retryMsMax);
}
