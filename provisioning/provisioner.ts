import { eq } from "drizzle-orm";
import { type OpenClient, TenantDatabase } from "../src/database/client.ts";
import { unlessTold } from "../src/database/faults.ts";
import { columnsOf } from "../src/database/query.ts";
import { type Writable, write } from "../src/database/write.ts";
import { processBackground } from "../src/kernel/background.ts";
import type { Clock } from "../src/kernel/clock.ts";
import { pause } from "../src/kernel/concurrency.ts";
import { AppError, Conflict, errorMessage, NotFound, Unavailable } from "../src/kernel/errors.ts";
import type { GuildId, UserId } from "../src/kernel/ids.ts";
import { limits } from "../src/limits.ts";
import type { Operation, Operations, ProvisionStep } from "../src/platform/guilds/operations.ts";
import { users } from "../src/platform/schema.ts";
import type { Guild, PlatformStore } from "../src/platform/store.ts";
import { allowanceOf } from "./allowance.ts";
import { fault } from "./fault.ts";
import { removalOf, stamp, verify } from "./guild-rows.ts";
import {
  atHostOf,
  type DatabaseHost,
  type DatabaseName,
  databaseName,
  type Hosts,
  hostNamed,
  newDatabaseName,
  storedPlace,
} from "./hosts/host.ts";
import { type Migration, migrate, schemaOf } from "./migrations.ts";
import { Moves } from "./moves/record.ts";
import { resumeMoves } from "./moves/sweep.ts";
import { type OrphanReport, sweepOrphans } from "./orphans.ts";
import { reservedOf, sweepReserved } from "./reserved-databases.ts";

export interface Founder {
  readonly userId: UserId;
  readonly name: string;
}

/** The result of a sweep. Failures are reported, not thrown. */
export interface SweepReport extends OrphanReport {
  /** Databases that a restore or a crash left. They are removed. */
  readonly spares: readonly DatabaseName[];
  readonly finished: readonly GuildId[];
  readonly failed: readonly { readonly id: GuildId; readonly error: Error }[];
}

interface Deps extends Hosts {
  readonly platform: PlatformStore;
  readonly operations: Operations;
  readonly migrations: readonly Migration[];
  readonly openClient: OpenClient;
  /** The pool of this process, which must release a database before it is removed. */
  readonly tenants: { drain(guildId: GuildId): Promise<void> };
  /** The rows that features add to every new guild. Repeated after a crash, so it must be idempotent. */
  readonly seed: (guild: Guild, founder: Founder, nowMs: number) => readonly Writable[];
  /** Removes what is stored beside a guild's database, such as its combat logs and backups. Idempotent. */
  readonly removeBeside?: (guild: Guild) => Promise<void>;
  readonly now: Clock;
  /** Names this process in the records of operations. */
  readonly runner: string;
}

/** The current step of an attempt. */
interface Progress {
  readonly operation: Operation;
  step: ProvisionStep;
}

/** The reason that members see. The actual error is in the operation's record, for operators. */
const FAILED = "Its database could not be prepared. Try again.";

/** The life of one guild's database. Each step is recorded before and after, so a crash can be resumed. */
export class Provisioner {
  readonly operations: Operations;
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.operations = deps.operations;
  }

  get hostKind(): DatabaseHost["kind"] {
    return this.#deps.host.kind;
  }

  /** The kinds of all hosts that are set up. */
  get hostKinds(): readonly DatabaseHost["kind"][] {
    return [this.#deps.host, ...(this.#deps.otherHosts ?? [])].map(({ kind }) => kind);
  }

  /** The name that a guild's row reserves before its database exists, so that there can never be two. */
  newDatabaseName(): DatabaseName {
    return newDatabaseName();
  }

  /**
   * Checks that one more database fits and can be created, at the host of `guild` or at the host of new
   * guilds.
   * @throws an error of the file system, such as `ENOSPC` or `EACCES`, when it does not.
   */
  async refuseWithoutRoom(guild?: Pick<Guild, "host">): Promise<void> {
    const { host } = guild === undefined ? this.#deps : atHostOf(this.#deps, guild);
    await host.refuseWithoutRoom?.();
  }

  /**
   * Takes a guild from `creating` to `ready`; returns a guild in another state unchanged. On failure it
   * removes what it created, and the guild is `failed` with the reason.
   *
   * @throws {Conflict} `guild/operation-running` when another process works on it.
   */
  async provision(guildId: GuildId): Promise<Guild> {
    const { operations, runner } = this.#deps;
    const guild = await this.#guild(guildId);
    if (guild.status !== "creating") return guild;
    const operation = await operations.begin(guild, "provision", runner);
    fault("recorded");
    const progress: Progress = { operation, step: "created" };
    try {
      await this.#walk(guild, progress);
    } catch (error) {
      await this.#undo(guild, progress, error);
      throw error;
    }
    return await this.#guild(guildId);
  }

  /**
   * Tries again after a failure.
   *
   * @throws {Conflict} `guild/status-changed` if the guild is not `failed`.
   */
  async retry(guildId: GuildId): Promise<Guild> {
    await this.#deps.platform.advanceGuild(guildId, "failed", "creating", { statusReason: null });
    fault("retried");
    return await this.provision(guildId);
  }

  /**
   * Removes a guild: first its database, then its rows in the platform. Cannot be undone; the sweep
   * finishes what a failure interrupts. `alongside` is written with the decision and records who made it.
   *
   * @throws {Unavailable} `guild/still-in-use` when running requests do not end.
   */
  async deprovision(guildId: GuildId, alongside: readonly Writable[] = []): Promise<void> {
    const { operations, platform, runner } = this.#deps;
    const guild = await this.#guild(guildId);
    const { host } = atHostOf(this.#deps, guild);
    const operation = await operations.begin(guild, "deprovision", runner, alongside);
    try {
      fault("deleting");
      await this.#drain(guildId);
      await operations.note(operation, [operations.row(operation, "drained", "done")]);
      fault("drained");
      await this.#holding(operation, async () => {
        await host.destroy(databaseName(guild.databaseName));
        for (const name of await reservedOf({ platform, host }, guildId)) await host.destroy(name);
        await this.#destroyMoved(guildId);
      });
      await this.#deps.removeBeside?.(guild);
      fault("destroyed");
      await write(platform.db, [
        operations.stillOurs(operation),
        ...removalOf(guild, this.#deps.now().getTime()),
        operations.finishRow(operation, "done"),
      ]);
      fault("forgotten");
    } catch (error) {
      await write(platform.db, [operations.finishRow(operation, "failed", errorMessage(error))]);
      throw error;
    }
  }

  /** Applies the plan's limits to a guild's database, for example after a change of plan. Idempotent. */
  async applyPlan(guildId: GuildId): Promise<void> {
    const guild = await this.#guild(guildId);
    const { host } = atHostOf(this.#deps, guild);
    await host.allow?.(databaseName(guild.databaseName), allowanceOf(guild.plan));
  }

  /**
   * Finishes or undoes what a crash left, and removes empty databases without a guild. Repeating it at once
   * does nothing.
   */
  async resume(): Promise<SweepReport> {
    const finished: GuildId[] = [];
    const failed: { id: GuildId; error: Error }[] = [];
    for (const { id, status } of await this.#deps.operations.stranded()) {
      try {
        if (status === "creating") {
          await this.refuseWithoutRoom(await this.#guild(id));
          await this.provision(id);
        } else await this.deprovision(id);
        finished.push(id);
      } catch (error) {
        // Another process was faster.
        if (error instanceof Conflict || error instanceof NotFound) continue;
        failed.push({ id, error: error instanceof Error ? error : new Error(String(error)) });
      }
    }
    const moved = await resumeMoves(this.#deps);
    const [spares, orphans, unclaimed]: [DatabaseName[], DatabaseName[], DatabaseName[]] = [
      [],
      [],
      [],
    ];
    for (const host of [this.#deps.host, ...(this.#deps.otherHosts ?? [])]) {
      const deps = { ...this.#deps, host };
      try {
        spares.push(...(await sweepReserved(deps)));
        const found = await sweepOrphans(deps);
        orphans.push(...found.orphans);
        unclaimed.push(...found.unclaimed);
      } catch (error) {
        // A host that is down is swept later, unless new guilds are created there.
        if (host === this.#deps.host) throw error;
      }
    }
    finished.push(...moved.finished);
    failed.push(...moved.failed);
    return { finished, failed, spares, orphans, unclaimed };
  }

  /** Removes a moved guild's database on the other host. */
  async #destroyMoved(guildId: GuildId): Promise<void> {
    const move = await new Moves(this.#deps.platform).find(guildId);
    if (!move) return;
    for (const kind of [move.fromHost, move.toHost]) {
      await hostNamed(this.#deps, kind).destroy(databaseName(move.databaseName));
    }
  }

  async #walk(guild: Guild, progress: Progress): Promise<void> {
    const { operations, migrations, openClient, platform, now } = this.#deps;
    const { host } = atHostOf(this.#deps, guild);
    const { operation } = progress;
    const schema = schemaOf(migrations);
    const nowMs = now().getTime();

    const name = databaseName(guild.databaseName);
    const location = await this.#holding(operation, async () => {
      const made = await host.create(name);
      await host.allow?.(name, allowanceOf(guild.plan));
      return made;
    });
    await this.#pass(progress, "migrated", [
      {
        sql: "UPDATE guilds SET database_url = ? WHERE id = ?",
        args: [storedPlace(host.kind, name, location), guild.id],
      },
    ]);
    const db = new TenantDatabase(await openClient(location));
    try {
      // The template has the newest schema, except when a newer release takes over from a dead process.
      const report = await migrate(db.client, migrations, { nowMs });
      if (report.error) throw report.error;
      await this.#pass(progress, "seeded");
      const founder = await this.#founder(guild);
      await write(db, [stamp(guild, schema, nowMs), ...this.#deps.seed(guild, founder, nowMs)]);
      await this.#pass(progress, "verified");
    } finally {
      await db.close();
    }
    await verify(new TenantDatabase(await openClient(location)), guild, schema);
    fault("verified.worked");
    await platform.advanceGuild(
      guild.id,
      "creating",
      "ready",
      { schemaVersion: schema.version, schemaHash: schema.hash },
      [
        operations.stillOurs(operation),
        operations.row(operation, "verified", "done"),
        operations.row(operation, "ready", "done"),
        operations.finishRow(operation, "done"),
      ],
    );
    fault("ready");
  }

  /** Records the finished step and the beginning of the next, in one write with the results of the step. */
  async #pass(
    progress: Progress,
    next: ProvisionStep,
    alongside: readonly Writable[] = [],
  ): Promise<void> {
    const { operations } = this.#deps;
    const { operation, step } = progress;
    fault(`${step}.worked`);
    await operations.note(operation, [
      ...alongside,
      operations.row(operation, step, "done"),
      operations.row(operation, next, "started"),
    ]);
    progress.step = next;
    fault(`${step}.done`);
  }

  /** Renews the lease while a host works, up to a limit, because the host may take longer than a lease. */
  async #holding<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    const { operations } = this.#deps;
    const everyMs = limits.guild.operationLeaseMs / 3;
    let left = limits.guild.hostWorkMsMax / everyMs;
    // If a renewal fails the lease expires, and the next step notices.
    const renewal = processBackground.every("provisioning.renew", everyMs, async () => {
      if (left-- > 0) await unlessTold(operations.note(operation, []));
    });
    try {
      return await work();
    } finally {
      await renewal.stop();
    }
  }

  /** Removes what a failed attempt created. The sweep does what fails here. */
  async #undo(guild: Guild, { operation, step }: Progress, error: unknown): Promise<void> {
    const { operations, platform } = this.#deps;
    const { host } = atHostOf(this.#deps, guild);
    try {
      // If we lost the lease, another runner owns this file. Do not delete it. This also fails when the
      // guild became ready just before the error.
      await operations.note(operation, [operations.row(operation, step, "failed")]);
    } catch (lost) {
      if (lost instanceof Conflict) return;
      throw new AggregateError([error, lost], "The failure could not be recorded.", {
        cause: error,
      });
    }
    fault("undoing");
    await this.#holding(operation, () => host.destroy(databaseName(guild.databaseName)));
    fault("undone");
    const statusReason = error instanceof AppError ? error.message : FAILED;
    await platform.advanceGuild(guild.id, "creating", "failed", { statusReason }, [
      operations.stillOurs(operation),
      operations.finishRow(operation, "failed", errorMessage(error)),
    ]);
  }

  async #drain(guildId: GuildId): Promise<void> {
    const late = pause(limits.database.drainMsMax);
    const drained = this.#deps.tenants.drain(guildId).then(() => true);
    const isDrained = await Promise.race([drained, late.over.then(() => false)]);
    late.end();
    if (isDrained) return;
    throw new Unavailable(
      "guild/still-in-use",
      "This guild still answers requests. It will be deleted when they are done.",
      { retryAfterMs: limits.guild.sweepEveryMs },
    );
  }

  async #guild(id: GuildId): Promise<Guild> {
    const guild = await this.#deps.platform.guild(id);
    if (guild) return guild;
    throw new NotFound("guild/not-found", "This guild does not exist, or you cannot see it.");
  }

  async #founder(guild: Guild): Promise<Founder> {
    const row = await this.#deps.platform.db.orm
      .select(columnsOf(users, "name"))
      .from(users)
      .where(eq(users.id, guild.ownerId))
      .get();
    return { userId: guild.ownerId, name: row!.name };
  }
}
