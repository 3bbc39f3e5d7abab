import { sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type GuildId, newId } from "../../kernel/ids.ts";
import { type Meter, noMeter } from "../../kernel/meter.ts";
import { limits } from "../../limits.ts";
import type { JobOutcome } from "../fleet/schema.ts";
import type { PlatformStore } from "../store.ts";

/** A job that this process holds, until its lease runs out. */
export interface Job {
  readonly id: string;
  readonly guildId: GuildId;
  readonly kind: string;
  readonly subject: string;
  readonly fence: number;
  readonly attempts: number;
}

/**
 * Work that must be done once, whichever process does it. Kept in the platform, so that nobody has to
 * open every guild's database to find out what is due.
 */
export class Jobs {
  readonly #platform: PlatformStore;
  readonly #runner: string;
  readonly #meter: Pick<Meter, "jobEnded">;

  /** `runner` names this process in the record of what was done. */
  constructor(platform: PlatformStore, runner: string, meter: Pick<Meter, "jobEnded"> = noMeter) {
    this.#platform = platform;
    this.#runner = runner;
    this.#meter = meter;
  }

  /** Makes sure that the job is there, due at this moment at the latest. */
  async enqueue(
    guildId: GuildId,
    kind: string,
    subject: string,
    dueAt: number = this.#nowMs(),
  ): Promise<void> {
    await write(this.#platform.db, [this.enqueueRow(guildId, kind, subject, dueAt)]);
  }

  /**
   * When a job that was just done and is due already comes again. While the clock is ahead, what waits for
   * the right time is due all the time: it comes again after a while.
   */
  notAtOnce(dueAt: number): number {
    if (this.#platform.clock.state() !== "ahead") return dueAt;
    return Math.max(dueAt, this.#nowMs() + limits.jobs.waitMs);
  }

  /** The same as a statement, to stand in somebody else's write. */
  enqueueRow(guildId: GuildId, kind: string, subject: string, dueAt: number): Statement {
    return {
      sql: `INSERT INTO jobs (id, guild_id, kind, subject, due_at, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (guild_id, kind, subject) DO UPDATE SET due_at = min(due_at, excluded.due_at)`,
      args: [newId<string>(), guildId, kind, subject, dueAt, this.#nowMs()],
    };
  }

  /** Takes the job that is due for the longest and that nobody holds; undefined when there is none. */
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

  /** @throws {Conflict} `job/lost` when somebody else holds it now. */
  async renew(job: Job, leaseMs: number, progress: string | null = null): Promise<void> {
    await this.#held(job, [
      {
        sql: "UPDATE jobs SET lease_until = ?, progress = coalesce(?, progress) WHERE id = ?",
        args: [this.#nowMs() + leaseMs, progress, job.id],
      },
    ]);
  }

  /** Did somebody ask for the end of a job that is under way? */
  async isCancelled(job: Job): Promise<boolean> {
    const row = await this.#platform.db.first<{ cancelled_at: number | null }>(
      "SELECT cancelled_at FROM jobs WHERE id = ?",
      job.id,
    );
    return row?.cancelled_at !== null;
  }

  /** Moves a job that nobody holds to another moment; one that is not there stays away. */
  async postpone(guildId: GuildId, kind: string, subject: string, dueAt: number): Promise<void> {
    await write(this.#platform.db, [
      {
        sql: "UPDATE jobs SET due_at = ? WHERE guild_id = ? AND kind = ? AND subject = ?",
        args: [dueAt, guildId, kind, subject],
      },
    ]);
  }

  /** There is nothing to do any more. */
  async cancel(guildId: GuildId, kind: string, subject: string): Promise<void> {
    await write(this.#platform.db, [
      {
        sql: "DELETE FROM jobs WHERE guild_id = ? AND kind = ? AND subject = ?",
        args: [guildId, kind, subject],
      },
    ]);
  }

  /** It is done, or given up, and gone. @throws {Conflict} `job/lost` */
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

  /** It did not work; somebody tries again after `retryAfterMs`. @throws {Conflict} `job/lost` */
  async fail(job: Job, error: string, retryAfterMs: number): Promise<void> {
    await this.#held(job, [
      // What goes on failing for the same reason is written down once.
      runRow(job.id, "failed", error, this.#nowMs(), this.#runner, "AND error IS NOT ?4"),
      {
        sql: "UPDATE jobs SET lease_until = 0, due_at = ?, error = ? WHERE id = ?",
        args: [this.#nowMs() + retryAfterMs, error, job.id],
      },
    ]);
    this.#meter.jobEnded(job.kind, "retried");
  }

  /** Removes the record of what was done before this moment, some of it at a time. */
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
        () => new Conflict("job/lost", "Another process has taken this job over."),
      ),
      ...statements,
    ]);
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}

/** What became of a job that is still there, to stand in the same write as its end. */
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
