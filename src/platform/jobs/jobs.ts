import { sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { excluded, insertInto } from "../../database/statements.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type GuildId, newId } from "../../kernel/ids.ts";
import { type Meter, noMeter } from "../../kernel/meter.ts";
import { limits } from "../../limits.ts";
import { type JobOutcome, jobs } from "../fleet/schema.ts";
import type { PlatformStore } from "../store.ts";

/** A job that this process holds until its lease ends. */
export interface Job {
  readonly id: string;
  readonly guildId: GuildId;
  readonly kind: string;
  readonly subject: string;
  readonly fence: number;
  readonly attempts: number;
}

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
    const { rows } = await this.#platform.db.client.execute({
      sql: `UPDATE jobs SET lease_until = ?1 + ?2, fence = fence + 1, attempts = attempts + 1,
              started_at = ?1, progress = NULL, cancelled_at = NULL
            WHERE id = (SELECT id FROM jobs WHERE due_at <= ?1 AND lease_until <= ?1
              AND kind IN (SELECT value FROM json_each(?3)) ORDER BY due_at, id LIMIT 1)
            RETURNING id, guild_id, kind, subject, fence, attempts`,
      args: [nowMs, leaseMs, JSON.stringify(kinds)],
    });
    if (rows.length === 0) return undefined;
    const [id, guildId, kind, subject, fence, attempts] = rows[0] as [
      string,
      GuildId,
      string,
      string,
      number,
      number,
    ];
    return { id, guildId, kind, subject, fence, attempts };
  }

  /** @throws {Conflict} `job/lost` if another process holds it now. */
  async renew(job: Job, leaseMs: number, progress: string | null = null): Promise<void> {
    await this.#held(job, [
      {
        sql: "UPDATE jobs SET lease_until = ?, progress = coalesce(?, progress) WHERE id = ?",
        args: [this.#nowMs() + leaseMs, progress, job.id],
      },
    ]);
  }

  /** Whether an operator has cancelled a running job. */
  async isCancelled(job: Job): Promise<boolean> {
    const row = await this.#platform.db.first<{ cancelled_at: number | null }>(
      "SELECT cancelled_at FROM jobs WHERE id = ?",
      job.id,
    );
    return row?.cancelled_at !== null;
  }

  /** Moves a job without a holder to another time. Does not create one. */
  async postpone(guildId: GuildId, kind: string, subject: string, dueAt: number): Promise<void> {
    await write(this.#platform.db, [
      {
        sql: "UPDATE jobs SET due_at = ? WHERE guild_id = ? AND kind = ? AND subject = ?",
        args: [dueAt, guildId, kind, subject],
      },
    ]);
  }

  /** Deletes a job that is no longer needed. */
  async cancel(guildId: GuildId, kind: string, subject: string): Promise<void> {
    await write(this.#platform.db, [
      {
        sql: "DELETE FROM jobs WHERE guild_id = ? AND kind = ? AND subject = ?",
        args: [guildId, kind, subject],
      },
    ]);
  }

  /** Ends a job that is done or given up. @throws {Conflict} `job/lost` */
  async finish(
    job: Job,
    outcome: JobOutcome = "done",
    detail: string | null = null,
  ): Promise<void> {
    await this.#held(job, [
      runRow(job.id, outcome, detail, this.#nowMs(), this.#runner),
      { sql: "DELETE FROM jobs WHERE id = ?", args: [job.id] },
    ]);
    this.#meter.jobEnded(job.kind, outcome);
  }

  /** Records a failure. The job is retried after `retryAfterMs`. @throws {Conflict} `job/lost` */
  async fail(job: Job, error: string, retryAfterMs: number): Promise<void> {
    await this.#held(job, [
      // Repeated failures with the same error are recorded once.
      runRow(job.id, "failed", error, this.#nowMs(), this.#runner, "AND error IS NOT ?4"),
      {
        sql: "UPDATE jobs SET lease_until = 0, due_at = ?, error = ? WHERE id = ?",
        args: [this.#nowMs() + retryAfterMs, error, job.id],
      },
    ]);
    this.#meter.jobEnded(job.kind, "retried");
  }

  /** Deletes results from before this moment, in batches. */
  async forgetRuns(before: number): Promise<void> {
    await write(this.#platform.db, [
      {
        sql: `DELETE FROM job_runs WHERE seq IN
              (SELECT seq FROM job_runs WHERE finished_at < ? ORDER BY seq LIMIT 1000)`,
        args: [before],
      },
    ]);
  }

  async #held(job: Job, statements: readonly Writable[]): Promise<void> {
    await write(this.#platform.db, [
      guard(
        sql`exists (select 1 from jobs where id = ${job.id} and fence = ${job.fence})`,
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
  onlyIf = "",
): Statement {
  return {
    sql: `INSERT INTO job_runs
            (guild_id, kind, subject, outcome, attempt, started_at, finished_at, runner, detail)
          SELECT guild_id, kind, subject, ?2, attempts, coalesce(started_at, ?3), ?3, ?5, ?4
          FROM jobs WHERE id = ?1 ${onlyIf}`,
    args: [id, outcome, nowMs, detail, runner],
  };
}
