import { and, eq, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import {
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build, excluded, insertInto } from "../../database/statements.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type GuildId, newId } from "../../kernel/ids.ts";
import { type Meter, noMeter } from "../../kernel/meter.ts";
import { limits } from "../../limits.ts";
import { type JobOutcome, jobRuns, jobs } from "../fleet/schema.ts";
import type { PlatformStore } from "../store.ts";

/** A job that this process holds until its lease ends. */
export type Job = Readonly<RowOf<typeof JOB>>;

const JOB = columnsOf(jobs, "id", "guildId", "kind", "subject", "fence", "attempts");

interface Claim {
  readonly nowMs: number;
  readonly leaseUntil: number;
  readonly kinds: string;
}

const claimNext = prepare(({ nowMs, leaseUntil, kinds }: Values<Claim>) =>
  rowsOf(
    JOB,
    // An update names columns without their table, and `returning` takes them only so.
    () => sql`update jobs set lease_until = ${leaseUntil}, fence = fence + 1,
        attempts = attempts + 1, started_at = ${nowMs}, progress = null, cancelled_at = null
      where id = (select id from jobs where due_at <= ${nowMs} and lease_until <= ${nowMs}
        and kind in (select value from json_each(${kinds})) order by due_at, id limit 1)
      returning id, guild_id, kind, subject, fence, attempts`,
  ),
);

const cancelledAt = prepare(({ id }: Values<{ readonly id: string }>) =>
  build.select(columnsOf(jobs, "cancelledAt")).from(jobs).where(eq(jobs.id, id)),
);

/**
 * Work that must be done once, by any process. It is stored in the platform, so that finding due work
 * does not need every guild's database.
 */
export class Jobs {
  readonly #platform: PlatformStore;
  readonly #runner: string;
  readonly #meter: Pick<Meter, "jobEnded">;

  /** `runner` names this process in the record of results. */
  constructor(platform: PlatformStore, runner: string, meter: Pick<Meter, "jobEnded"> = noMeter) {
    this.#platform = platform;
    this.#runner = runner;
    this.#meter = meter;
  }

  /** Creates the job, or makes it due at `dueAt` if it is due later. */
  async enqueue(
    guildId: GuildId,
    kind: string,
    subject: string,
    dueAt: number = this.#nowMs(),
  ): Promise<void> {
    await write(this.#platform.db, [this.enqueueRow(guildId, kind, subject, dueAt)]);
  }

  /**
   * The next due time of a job that has just run. While the clock is ahead, a job that waits for the
   * right time would always be due, so it waits a while.
   */
  notAtOnce(dueAt: number): number {
    if (this.#platform.clock.state() !== "ahead") return dueAt;
    return Math.max(dueAt, this.#nowMs() + limits.jobs.waitMs);
  }

  /** The same as a statement, for another write. */
  enqueueRow(guildId: GuildId, kind: string, subject: string, dueAt: number): Statement {
    return insertInto(
      jobs,
      { id: newId<string>(), guildId, kind, subject, dueAt, createdAt: this.#nowMs() },
      {
        on: [jobs.guildId, jobs.kind, jobs.subject],
        set: { dueAt: sql`min(${jobs.dueAt}, ${excluded(jobs.dueAt)})` },
      },
    );
  }

  /** Claims the job without a holder that has been due longest. Undefined when there is none. */
  async claim(kinds: readonly string[], leaseMs: number): Promise<Job | undefined> {
    const nowMs = this.#nowMs();
    return await claimNext.first(this.#platform.db, {
      nowMs,
      leaseUntil: nowMs + leaseMs,
      kinds: JSON.stringify(kinds),
    });
  }

  /** @throws {Conflict} `job/lost` if another process holds it now. */
  async renew(job: Job, leaseMs: number, progress: string | null = null): Promise<void> {
    await this.#held(job, [
      build
        .update(jobs)
        .set({ leaseUntil: this.#nowMs() + leaseMs, ...(progress !== null && { progress }) })
        .where(eq(jobs.id, job.id)),
    ]);
  }

  /** Whether an operator has cancelled a running job. */
  async isCancelled(job: Job): Promise<boolean> {
    const row = await cancelledAt.first(this.#platform.db, { id: job.id });
    return row?.cancelledAt !== null;
  }

  /** Moves a job without a holder to another time. Does not create one. */
  async postpone(guildId: GuildId, kind: string, subject: string, dueAt: number): Promise<void> {
    await write(this.#platform.db, [
      build
        .update(jobs)
        .set({ dueAt })
        .where(isJob(guildId, kind, subject)),
    ]);
  }

  /** Deletes a job that is no longer needed. */
  async cancel(guildId: GuildId, kind: string, subject: string): Promise<void> {
    await write(this.#platform.db, [build.delete(jobs).where(isJob(guildId, kind, subject))]);
  }

  /** Ends a job that is done or given up. @throws {Conflict} `job/lost` */
  async finish(
    job: Job,
    outcome: JobOutcome = "done",
    detail: string | null = null,
  ): Promise<void> {
    await this.#held(job, [
      runRow(job.id, outcome, detail, this.#nowMs(), this.#runner),
      build.delete(jobs).where(eq(jobs.id, job.id)),
    ]);
    this.#meter.jobEnded(job.kind, outcome);
  }

  /** Records a failure. The job is retried after `retryAfterMs`. @throws {Conflict} `job/lost` */
  async fail(job: Job, error: string, retryAfterMs: number): Promise<void> {
    await this.#held(job, [
      // Repeated failures with the same error are recorded once.
      runRow(job.id, "failed", error, this.#nowMs(), this.#runner, sql`error is not ${error}`),
      build
        .update(jobs)
        .set({ leaseUntil: 0, dueAt: this.#nowMs() + retryAfterMs, error })
        .where(eq(jobs.id, job.id)),
    ]);
    this.#meter.jobEnded(job.kind, "retried");
  }

  /** Deletes results from before this moment, in batches. */
  async forgetRuns(before: number): Promise<void> {
    const oldest = build
      .select(columnsOf(jobRuns, "seq"))
      .from(jobRuns)
      .where(lt(jobRuns.finishedAt, before))
      .orderBy(jobRuns.seq)
      .limit(1_000);
    await write(this.#platform.db, [build.delete(jobRuns).where(inArray(jobRuns.seq, oldest))]);
  }

  async #held(job: Job, statements: readonly Writable[]): Promise<void> {
    await write(this.#platform.db, [
      guard(
        existsIn(jobs, and(eq(jobs.id, job.id), eq(jobs.fence, job.fence))),
        () => new Conflict("job/lost", "Another process has taken over this job."),
      ),
      ...statements,
    ]);
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}

/** The result of an existing job, for the write that ends it. */
export function runRow(
  id: string,
  outcome: JobOutcome,
  detail: string | null,
  nowMs: number,
  runner: string,
  onlyIf: SQL = sql`true`,
): Writable {
  return sql`insert into job_runs
      (guild_id, kind, subject, outcome, attempt, started_at, finished_at, runner, detail)
    select guild_id, kind, subject, ${outcome}, attempts, coalesce(started_at, ${nowMs}), ${nowMs},
      ${runner}, ${detail}
    from ${jobs} where id = ${id} and ${onlyIf}`;
}

function isJob(guildId: GuildId, kind: string, subject: string) {
  return and(eq(jobs.guildId, guildId), eq(jobs.kind, kind), eq(jobs.subject, subject));
}
