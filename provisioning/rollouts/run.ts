import { unlessTold } from "../../src/database/faults.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { forEachLimit } from "../../src/kernel/concurrency.ts";
import { Conflict, errorMessage } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { RolloutOptions } from "../../src/platform/schema.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { fault } from "../fault.ts";
import { type Migration, type MigrationReport, schemaOf } from "../migrations.ts";
import { isAway, whileAway } from "./away.ts";
import { causeOf } from "./causes.ts";
import type { Pace } from "./pace.ts";
import { Recorder } from "./recorder.ts";
import type { GuildOutcome, Rollout, Rollouts } from "./rollouts.ts";

export interface RolloutDeps {
  readonly platform: PlatformStore;
  readonly rollouts: Rollouts;
  readonly migrations: readonly Migration[];
  /**
   * Migrates one guild's database to the newest schema, all or nothing. Reports errors, never throws. Checks
   * all references of the database with `checkKeys`, else only after changes that can break one.
   */
  readonly migrateGuild: (
    guild: Guild,
    options: Pick<RolloutOptions, "allowDestructive">,
    checkKeys: boolean,
  ) => Promise<MigrationReport>;
  /** Releases the resources for migrations, after the last guild has finished. */
  readonly end: () => Promise<void>;
  /** The number of our migrations in the guild's database, by its own ledger. */
  readonly versionOf: (guild: Guild) => Promise<number>;
  /** Copies the database, which is at this version, and returns the name of the copy. */
  readonly keepCopy: (rollout: Rollout, guild: Guild, version: number) => Promise<string>;
  /** Pauses while this process or its disk is busy. */
  readonly pace?: Pace;
  /** Runs the product's queries on a migrated guild; throws when one fails. */
  readonly smoke: (guild: Guild) => Promise<void>;
  /** The pool of this process, which must close its connection to a migrated database. */
  readonly tenants: { evict(guildId: GuildId): void };
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** The operator behind the signal. Without one, the job continues the rollout. */
  readonly stoppedBy?: string;
  readonly onOutcome?: (guild: Guild, outcome: GuildOutcome) => void;
  readonly onWave?: (wave: number, guilds: number) => void;
}

/** The number of guilds that are checked after each wave. */
const SMOKE_GUILDS = 3;

/**
 * Runs a rollout through its remaining waves and ends it: `done`, `failed`, `halted`, `stopped` or paused.
 * Running guilds are finished before it stops.
 */
export async function runRollout(
  deps: RolloutDeps,
  rollout: Rollout,
  options: RunOptions = {},
): Promise<Rollout> {
  const { rollouts } = deps;
  const heartbeat = processBackground.every("rollout.lease", limits.fleet.leaseRenewMs, () =>
    unlessTold(rollouts.renew(rollout)),
  );
  try {
    const end = await throughOutages(deps, rollout, options).finally(() => deps.end());
    if (end !== "left") await whileAway(() => rollouts.end(rollout, end.status, end.reason));
  } catch (error) {
    const reason = `The process gave up: ${errorMessage(error)}`;
    await rollouts.end(rollout, "stopped", reason).catch(() => {
      // The platform does not answer. Either the lease expires, or another process finds that this one has
      // ended.
    });
    throw error;
  } finally {
    await heartbeat.stop();
  }
  return await whileAway(() => rollouts.byId(rollout.id));
}

/**
 * Survives outages of the platform's database. Guilds that could not be recorded stay pending, and their
 * databases show that they were migrated.
 */
async function throughOutages(
  deps: RolloutDeps,
  rollout: Rollout,
  options: RunOptions,
): Promise<Verdict> {
  for (;;) {
    try {
      return await continueRollout(deps, rollout, options);
    } catch (error) {
      if (isLost(error)) return "left";
      if (!isAway(error)) throw error;
      await whileAway(() => deps.rollouts.isOurs(rollout));
    }
  }
}

async function continueRollout(
  deps: RolloutDeps,
  rollout: Rollout,
  options: RunOptions,
): Promise<Verdict> {
  const { rollouts } = deps;
  const recorder = new Recorder(async (outcomes) => {
    const startedAt = performance.now();
    await rollouts.store(rollout, outcomes);
    deps.pace?.stored(performance.now() - startedAt);
    if (!(await rollouts.isOurs(rollout))) run.leave();
  });
  const run = new Run(deps, rollout, options, recorder);
  try {
    return await run.allWaves();
  } finally {
    await recorder.close();
  }
}

/** Another process has taken the rollout over. It finds and records what was done here. */
function isLost(error: unknown): boolean {
  return error instanceof Conflict && error.code === "rollout/not-ours";
}

type Verdict = { status: "done" | "failed" | "halted" | "stopped"; reason?: string } | "left";

class Run {
  readonly #deps: RolloutDeps;
  readonly #rollout: Rollout;
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #schema: { readonly version: number; readonly hash: string };
  #failures = 0;
  #left = false;

  constructor(deps: RolloutDeps, rollout: Rollout, options: RunOptions, recorder: Recorder) {
    this.#deps = deps;
    this.#rollout = rollout;
    this.#options = options;
    this.#recorder = recorder;
    this.#schema = schemaOf(deps.migrations);
  }

  async allWaves(): Promise<Verdict> {
    const { rollouts } = this.#deps;
    for (const { status, count } of await rollouts.counts(this.#rollout)) {
      if (status === "failed") this.#failures += count;
    }
    for (let wave = 0; wave < this.#rollout.waves.length; wave++) {
      const pending = await rollouts.pending(this.#rollout, wave);
      if (pending.length === 0) continue;
      if (!(await rollouts.isOurs(this.#rollout))) return "left";
      this.#options.onWave?.(wave, pending.length);
      const done = await this.#wave(wave, pending);
      await this.#recorder.flush();
      if (this.#left || !(await rollouts.isOurs(this.#rollout))) return "left";
      if (this.#options.signal?.aborted) {
        const { stoppedBy } = this.#options;
        return { status: "stopped", ...(stoppedBy && { reason: `Stopped by ${stoppedBy}.` }) };
      }
      const reason = this.#isOverBudget(wave)
        ? this.#budgetText(wave)
        : await this.#failedCheck(wave, done);
      if (reason !== undefined) return { status: "halted", reason };
    }
    return { status: this.#failures > 0 ? "failed" : "done" };
  }

  /** Starts no further guild: the rollout was paused, or another process has taken it over. */
  leave(): void {
    this.#left = true;
  }

  /**
   * Each host has its own lanes, so a slow host does not delay the others. All references of the first
   * guild's database are checked, whatever the migrations are.
   */
  async #wave(wave: number, ids: readonly GuildId[]): Promise<readonly Guild[]> {
    const done: Guild[] = [];
    const byHost = Map.groupBy(await this.#guilds(ids), ({ host }) => host);
    const [canary] = ids;
    const one = async (guild: Guild) => {
      await this.#deps.pace?.rest();
      if (this.#mustStop(wave)) return;
      const outcome = await this.#guild(guild, guild.id === canary);
      if (outcome === "lost") return this.leave();
      if (outcome.status === "done") done.push(guild);
      else this.#failures++;
      this.#options.onOutcome?.(guild, outcome);
      await this.#recorder.add(outcome).catch(() => {
        // Without records the work must stop; close() throws the reason.
        this.#left = true;
      });
    };
    await Promise.all(
      [...byHost].map(([host, guilds]) => forEachLimit(guilds, this.#lanesOf(host), one)),
    );
    return done;
  }

  /** Files are migrated by threads. While all of them work, each has its next guild at hand. */
  #lanesOf(host: Guild["host"]): number {
    const { lanes } = this.#rollout.options;
    const { threadsMax, perThreadMax } = limits.fleet;
    const isFull = host === "file" && lanes >= threadsMax;
    return isFull ? lanes + threadsMax * (perThreadMax - 1) : lanes;
  }

  async #guild(guild: Guild, isCanary: boolean): Promise<GuildOutcome | "lost"> {
    const { migrateGuild, tenants } = this.#deps;
    const startedAt = performance.now();
    try {
      await this.#keepCopy(guild);
      const report = await whileAway(async () => {
        const attempt = await migrateGuild(guild, this.#rollout.options, isCanary);
        if (attempt.error) throw attempt.error;
        return attempt;
      });
      fault("fleet.migrated");
      // The pool's prepared statements are for the old schema.
      tenants.evict(guild.id);
      return {
        guildId: guild.id,
        status: "done",
        toVersion: report.to,
        // Excludes the wait for a thread, which does not make the guild slow.
        durationMs: performance.now() - startedAt - (report.waitedMs ?? 0),
        error: null,
        cause: null,
        schema: this.#schema,
      };
    } catch (thrown) {
      if (isLost(thrown)) return "lost";
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return {
        guildId: guild.id,
        status: "failed",
        toVersion: guild.schemaVersion,
        durationMs: performance.now() - startedAt,
        error: error.message,
        cause: causeOf(error.message),
      };
    }
  }

  /**
   * Copies the guild's database before its migration and records the copy, before anything is changed.
   * Skips a database that was already migrated by a run that crashed before recording it: its copy was
   * recorded then.
   */
  async #keepCopy(guild: Guild): Promise<void> {
    const { migrations, versionOf, keepCopy, rollouts } = this.#deps;
    const { snapshots, allowDestructive } = this.#rollout.options;
    if (!snapshots && !allowDestructive) return;
    const version = await whileAway(() => versionOf(guild));
    if (version >= migrations.length) return;
    const copy = await whileAway(() => keepCopy(this.#rollout, guild, version));
    fault("fleet.copied");
    await whileAway(() => rollouts.noteCopy(this.#rollout, guild.id, version, copy));
    fault("fleet.noted");
  }

  /**
   * The reason to halt before the next wave: a failed check, or much longer migrations. Undefined if there
   * is none.
   */
  async #failedCheck(wave: number, done: readonly Guild[]): Promise<string | undefined> {
    for (const guild of done.slice(0, SMOKE_GUILDS)) {
      try {
        const fresh = (await this.#deps.platform.guild(guild.id)) ?? guild;
        await whileAway(() => this.#deps.smoke(fresh));
      } catch (error) {
        return `${guild.slug} does not answer after its migration: ${(error as Error).message}`;
      }
    }
    if (wave === 0) return undefined;
    const first = await this.#deps.rollouts.medianMs(this.#rollout, 0);
    const here = await this.#deps.rollouts.medianMs(this.#rollout, wave);
    if (first === undefined || here === undefined || here < limits.fleet.slowMs) return undefined;
    const times = here / Math.max(1, first);
    if (times <= this.#rollout.options.slownessMax) return undefined;
    return `A guild takes ${Math.round(here)} ms, ${Math.round(times)} times the first wave's.`;
  }

  #mustStop(wave: number): boolean {
    return this.#left || this.#options.signal?.aborted === true || this.#isOverBudget(wave);
  }

  #isOverBudget(wave: number): boolean {
    return this.#failures > (wave === 0 ? 0 : this.#rollout.options.failuresMax);
  }

  #budgetText(wave: number): string {
    const failed = `${this.#failures} ${this.#failures === 1 ? "guild" : "guilds"} failed`;
    if (wave === 0) return `${failed} in the first wave, in which no failure is allowed.`;
    const { failuresMax } = this.#rollout.options;
    return `${failed}, and --failures-max allows ${failuresMax}.`;
  }

  async #guilds(ids: readonly GuildId[]): Promise<readonly Guild[]> {
    const wanted = new Set(ids);
    const found: Guild[] = [];
    for await (const guild of this.#deps.platform.guilds()) {
      // Guilds deleted since then stay pending, and are skipped.
      if (wanted.has(guild.id) && guild.status !== "deleting") found.push(guild);
    }
    return found;
  }
}
