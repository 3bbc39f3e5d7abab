import { and, eq, inArray, isNotNull, isNull, lt, not, or, sql } from "drizzle-orm";
import { DatabaseError } from "../../src/database/errors.ts";
import { existsIn } from "../../src/database/query.ts";
import { build, insertAll, insertInto } from "../../src/database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../src/database/write.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import {
  guilds,
  type RolloutOptions,
  type RolloutStatus,
  rolloutGuilds,
  rollouts,
} from "../../src/platform/schema.ts";
import type { PlatformStore } from "../../src/platform/store.ts";
import type { Processes } from "./holder.ts";
import { guildsBehind, RolloutReads } from "./reads.ts";
import {
  type Alongside,
  type GuildOutcome,
  type Rollout,
  runningRollout,
  toRollout,
  underWay,
} from "./records.ts";
import { assignWaves, parseWaves } from "./waves.ts";

export { guildsBehind } from "./reads.ts";
export type { GuildOutcome, Rollout } from "./records.ts";

/** A rollout in one of these can be taken up again. */
const AT_REST = ["paused", "stopped", "halted", "failed"] as const;
const NOTHING: Alongside = () => [];

/** The records of rollouts in the platform database. */
export class Rollouts extends RolloutReads {
  readonly #processes: Processes;

  constructor(platform: PlatformStore, processes: Processes) {
    super(platform);
    this.#processes = processes;
  }

  /**
   * Records a rollout of every guild that is behind, in waves. Takes it over, or leaves it to the job that
   * `queue` adds. It supersedes an older, unfinished rollout.
   *
   * @throws {Conflict} `rollout/under-way` while another one runs.
   */
  async begin(
    target: { readonly version: number; readonly hash: string },
    input: {
      readonly waves: readonly string[];
      readonly options: RolloutOptions;
      readonly reason: string;
      readonly startedBy: string;
      readonly queue?: boolean;
    },
    alongside: Alongside = NOTHING,
  ): Promise<Rollout> {
    const nowMs = this.#nowMs();
    const id = newId<string>();
    const running = await this.#running();
    const over = running && this.#isGone(running) ? running.id : "";
    // Data is never removed without a copy, whatever the options say.
    const { allowDestructive, snapshots } = input.options;
    const options = { ...input.options, snapshots: snapshots || allowDestructive };
    const behind = await guildsBehind(this.platform, target.hash);
    const waves = parseWaves(input.waves);
    const assigned = assignWaves(behind, waves);
    const members = behind.map((one) => ({
      rolloutId: id,
      guildId: one.id,
      wave: assigned.get(one.id)!,
      status: "pending" as const,
      fromVersion: one.schemaVersion,
    }));
    await this.#exclusively([
      build
        .update(rollouts)
        .set({ status: "superseded", finishedAt: nowMs })
        .where(
          or(
            inArray(rollouts.status, AT_REST),
            and(
              eq(rollouts.status, "running"),
              or(lt(rollouts.leaseUntil, nowMs), eq(rollouts.id, over)),
            ),
          ),
        ),
      insertInto(rollouts, {
        id,
        targetVersion: target.version,
        targetHash: target.hash,
        waves: waves.map(({ name }) => name),
        options,
        reason: input.reason,
        startedBy: input.startedBy,
        startedAt: nowMs,
        fence: 1,
        ...(input.queue ? QUEUED : this.#held(nowMs)),
      }),
      ...(members.length > 0 ? [insertAll(rolloutGuilds, members)] : []),
      ...alongside(id),
    ]);
    return await this.byId(id);
  }

  /**
   * Takes over a rollout that was paused, stopped or halted, or whose process has died: at once if that is
   * certain, otherwise when its lease has expired. With `retry`, failed guilds are tried again.
   *
   * @throws {Conflict} `rollout/under-way`, which names who runs it, and `rollout/finished`
   */
  async resume(
    rollout: Rollout,
    options: { readonly retry: boolean },
    alongside: Alongside = NOTHING,
  ): Promise<Rollout> {
    const nowMs = this.#nowMs();
    await this.#exclusively([
      this.#mayTakeUp(rollout),
      takenUp(rollout, this.#held(nowMs)),
      ...(options.retry ? [retryRow(rollout)] : []),
      ...alongside(rollout.id),
    ]);
    return await this.byId(rollout.id);
  }

  /**
   * Leaves a rollout to the job that continues it, in any process.
   *
   * @throws {Conflict} `rollout/under-way`, `rollout/finished`
   */
  async queue(
    rollout: Rollout,
    options: { readonly retry: boolean },
    alongside: Alongside = NOTHING,
  ): Promise<void> {
    await this.#exclusively([
      this.#mayTakeUp(rollout),
      takenUp(rollout, QUEUED),
      ...(options.retry ? [retryRow(rollout)] : []),
      ...alongside(rollout.id),
    ]);
  }

  /**
   * Asks the running process to finish its current guilds and stop. The job does not continue it either,
   * until an operator resumes it.
   *
   * @throws {Conflict} `rollout/not-running`
   */
  async pause(rollout: Rollout, by: string, alongside: Alongside = NOTHING): Promise<void> {
    await write(this.platform.db, [
      guard(
        existsIn(
          rollouts,
          and(
            eq(rollouts.id, rollout.id),
            or(
              eq(rollouts.status, "running"),
              and(eq(rollouts.status, "paused"), isNull(rollouts.haltReason)),
            ),
          ),
        ),
        () =>
          new Conflict(
            "rollout/not-running",
            `This rollout is not running: it is ${rollout.status}.`,
            {
              next: ["guildhall migrate status"],
            },
          ),
      ),
      build
        .update(rollouts)
        .set({ status: "paused", haltReason: `Paused by ${by}.` })
        .where(eq(rollouts.id, rollout.id)),
      ...alongside(rollout.id),
    ]);
  }

  /** Renews the lease while this process works on the rollout, however long one guild takes. */
  async renew(rollout: Rollout): Promise<void> {
    await write(this.platform.db, [this.#renewal(rollout)]);
  }

  /**
   * Records the copy of a guild's database and its schema version, before anything is changed.
   *
   * @throws {Conflict} `rollout/not-ours`
   */
  async noteCopy(rollout: Rollout, guildId: GuildId, version: number, copy: string): Promise<void> {
    await write(this.platform.db, [
      this.#ours(rollout),
      build
        .update(rolloutGuilds)
        .set({ snapshot: copy, fromVersion: version })
        .where(isMember(rollout, guildId)),
    ]);
  }

  /**
   * Stores outcomes and renews the lease in one write.
   *
   * @throws {Conflict} `rollout/not-ours` once another process has taken it over. Finished migrations stay,
   * and the other process finds them in the databases themselves.
   */
  async store(rollout: Rollout, outcomes: readonly GuildOutcome[]): Promise<void> {
    const nowMs = this.#nowMs();
    await write(this.platform.db, [
      this.#ours(rollout),
      ...this.#outcomeRows(rollout, outcomes, nowMs),
      this.#renewal(rollout),
    ]);
  }

  async end(rollout: Rollout, status: RolloutStatus, haltReason?: string): Promise<void> {
    await write(this.platform.db, [
      build
        .update(rollouts)
        .set({ status, haltReason: haltReason ?? null, finishedAt: this.#nowMs() })
        .where(and(isSame(rollout), eq(rollouts.status, "running"))),
    ]);
  }

  /** Marks a rollout as reverted, once none of its guilds is left to revert. */
  async markReverted(rollout: Rollout, alongside: Alongside = NOTHING): Promise<void> {
    const isLeft = and(
      eq(rolloutGuilds.rolloutId, rollout.id),
      eq(rolloutGuilds.status, "done"),
      isNotNull(rolloutGuilds.snapshot),
    );
    await write(this.platform.db, [
      build
        .update(rollouts)
        .set({ status: "reverted", finishedAt: this.#nowMs() })
        .where(and(eq(rollouts.id, rollout.id), not(existsIn(rolloutGuilds, isLeft)))),
      ...alongside(rollout.id),
    ]);
  }

  /** One statement for all, because a rollout writes thousands of outcomes beside its migrations. */
  #outcomeRows(
    rollout: Rollout,
    outcomes: readonly GuildOutcome[],
    nowMs: number,
  ): readonly Writable[] {
    const rows = outcomes.map(({ schema: _, ...outcome }) => outcome);
    const given = (name: keyof GuildOutcome) => sql`outcome.value ->> ${sql.raw(`'${name}'`)}`;
    const results = build
      .update(rolloutGuilds)
      .set({
        status: sql`${given("status")}`,
        toVersion: sql`${given("toVersion")}`,
        durationMs: sql`${given("durationMs")}`,
        error: sql`${given("error")}`,
        cause: sql`${given("cause")}`,
        attempts: sql`${rolloutGuilds.attempts} + 1`,
        at: nowMs,
      })
      .from(sql`json_each(${JSON.stringify(rows)}) as outcome`)
      .where(
        and(
          eq(rolloutGuilds.rolloutId, rollout.id),
          sql`${rolloutGuilds.guildId} = ${given("guildId")}`,
        ),
      );
    return [results, ...schemaRows(outcomes, nowMs)];
  }

  /** Tells whether its process has certainly ended, or its lease has expired. */
  isAbandoned({ status, leaseUntil, holder }: Rollout): boolean {
    if (status !== "running") return false;
    return leaseUntil < this.#nowMs() || this.#isGone({ holder });
  }

  #mayTakeUp(rollout: Rollout): Guard {
    const isFree = rollout.status === "running" && this.#isGone(rollout);
    const isOver = isFree ? undefined : lt(rollouts.leaseUntil, this.#nowMs());
    return guard(
      existsIn(
        rollouts,
        and(
          isSame(rollout),
          or(inArray(rollouts.status, AT_REST), and(eq(rollouts.status, "running"), isOver)),
        ),
      ),
      () =>
        rollout.status === "running"
          ? underWay(rollout)
          : new Conflict(
              "rollout/finished",
              `This rollout is ${rollout.status}, or another process has just taken it up.`,
              { next: ["guildhall migrate status", "guildhall migrate plan"] },
            ),
    );
  }

  /** A rollout of an older release names no process, so its end is never certain. */
  #isGone({ holder }: Pick<Rollout, "holder">): boolean {
    return holder !== null && this.#processes.isGone(holder);
  }

  #ours(rollout: Rollout): Guard {
    return guard(
      existsIn(rollouts, isSame(rollout)),
      () =>
        new Conflict(
          "rollout/not-ours",
          "Another process has taken over this rollout. Check its status.",
        ),
    );
  }

  #renewal(rollout: Rollout): Writable {
    const leaseUntil = this.#nowMs() + limits.fleet.leaseMs;
    return build.update(rollouts).set({ leaseUntil }).where(isSame(rollout));
  }

  /** The state of a rollout that this process runs from now on. */
  #held(nowMs: number) {
    return {
      status: "running" as const,
      leaseUntil: nowMs + limits.fleet.leaseMs,
      holder: this.#processes.self(),
      heldSince: nowMs,
    };
  }

  async #running(): Promise<Rollout | undefined> {
    const row = await runningRollout.first(this.platform.db);
    return row && toRollout(row);
  }

  async #exclusively(statements: readonly (Writable | Guard)[]): Promise<void> {
    try {
      await write(this.platform.db, statements);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === "unique") {
        throw underWay(await this.#running());
      }
      throw error;
    }
  }

  #nowMs(): number {
    return this.platform.now().getTime();
  }
}

/** The state of a rollout that a job continues. */
const QUEUED = { status: "paused", leaseUntil: 0, holder: null, heldSince: null } as const;

function takenUp(rollout: Rollout, state: Partial<typeof rollouts.$inferInsert>): Writable {
  return build
    .update(rollouts)
    .set({ ...state, fence: sql`${rollouts.fence} + 1`, haltReason: null, finishedAt: null })
    .where(eq(rollouts.id, rollout.id));
}

function retryRow(rollout: Rollout): Writable {
  return build
    .update(rolloutGuilds)
    .set({ status: "pending" })
    .where(and(eq(rolloutGuilds.rolloutId, rollout.id), eq(rolloutGuilds.status, "failed")));
}

/** The rollout, unless another process has taken it over since it was read. */
function isSame({ id, fence }: Rollout) {
  return and(eq(rollouts.id, id), eq(rollouts.fence, fence));
}

function isMember({ id }: Rollout, guildId: GuildId) {
  return and(eq(rolloutGuilds.rolloutId, id), eq(rolloutGuilds.guildId, guildId));
}

/** The new schemas of guilds, one statement for those with the same one. */
function schemaRows(outcomes: readonly GuildOutcome[], nowMs: number): readonly Writable[] {
  const bySchema = Map.groupBy(
    outcomes,
    ({ schema }) => schema && `${schema.version} ${schema.hash}`,
  );
  return [...bySchema.values()].flatMap((same) => {
    const { schema } = same[0]!;
    if (schema === undefined) return [];
    const ids = JSON.stringify(same.map(({ guildId }) => guildId));
    return [
      build
        .update(guilds)
        .set({ schemaVersion: schema.version, schemaHash: schema.hash, updatedAt: nowMs })
        .where(sql`${guilds.id} in (select value from json_each(${ids}))`),
    ];
  });
}
