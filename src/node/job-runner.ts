import type { TenantDatabases } from "../database/tenants.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";
import type { Job, Jobs } from "../platform/jobs.ts";
import type { PlatformStore } from "../platform/store.ts";
import { SETTLE_JOB } from "../tenant/auctions/opening.ts";
import { settle } from "../tenant/auctions/settling.ts";
import type { GuildContext } from "../tenant/context.ts";
import { DECAY_JOB, decaysDue, runDecay } from "../tenant/dkp/decay.ts";

interface Deps {
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  readonly jobs: Jobs;
  readonly now: Clock;
  readonly log: Log;
}

/** Does one job in its guild; gives back when it is due again, if it is. */
type Work = (ctx: GuildContext, subject: string) => Promise<number | undefined>;

const WORK: Readonly<Record<string, Work>> = {
  [SETTLE_JOB]: async (ctx, auctionId) => {
    const done = await settle(ctx, auctionId).catch((error: unknown) => {
      // Its opening was refused or lost after the job was set.
      if ((error as { code?: string }).code === "auctions/not-found") return undefined;
      throw error;
    });
    return done?.status === "open" ? done.closesAt : undefined;
  },
  [DECAY_JOB]: async (ctx, poolId) => {
    const due = await decaysDue(ctx, poolId);
    for (const period of due?.periods ?? []) await runDecay(ctx, { pool: poolId, period });
    return due?.nextAt;
  },
};

/**
 * Does what is due in guilds at its time. Any number of processes may run: a job is done by one, and
 * what it does can be done twice without harm.
 */
export class JobRunner {
  readonly #deps: Deps;
  readonly #stopping = new AbortController();
  #wake: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#loop();
  }

  wake(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  /** Does everything that is due now. */
  async drain(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const job = await this.#deps.jobs.claim(Object.keys(WORK), limits.auctions.jobLeaseMs);
      if (job === undefined) return;
      await this.#do(job);
    }
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limits.live.jobPollMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      await this.drain().catch((error: unknown) =>
        this.#deps.log.error("jobs.claim-failed", { error }),
      );
      await woken;
    }
  }

  async #do(job: Job): Promise<void> {
    const { jobs, platform, tenants, now, log } = this.#deps;
    try {
      const guild = await platform.guild(job.guildId);
      // A suspended guild's work waits; a deleted one's has nobody to be done for.
      if (guild && guild.status !== "ready") {
        return await jobs.fail(job, guild.status, limits.auctions.retryMs);
      }
      const actor = { type: "system", job: job.kind } as const;
      const dueAt =
        guild &&
        (await tenants.use(guild, (db) =>
          WORK[job.kind]!(
            { guild, db, actor, now, requestId: "", idempotencyKey: undefined },
            job.subject,
          ),
        ));
      await jobs.finish(job);
      if (dueAt !== undefined) await jobs.enqueue(job.guildId, job.kind, job.subject, dueAt);
    } catch (error) {
      log.error("jobs.failed", { kind: job.kind, guildId: job.guildId, error });
      const message = error instanceof Error ? error.message : String(error);
      await jobs.fail(job, message, limits.auctions.retryMs).catch(() => undefined);
    }
  }
}
