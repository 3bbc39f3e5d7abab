import type { OpenClient } from "../src/database/client.ts";
import { DatabaseError } from "../src/database/errors.ts";
import { write } from "../src/database/write.ts";
import type { Clock } from "../src/kernel/clock.ts";
import { forEachLimit } from "../src/kernel/concurrency.ts";
import { Conflict } from "../src/kernel/errors.ts";
import { type GuildId, newId } from "../src/kernel/ids.ts";
import { limits } from "../src/limits.ts";
import type { RunStatus } from "../src/platform/schema.ts";
import type { Guild, PlatformStore } from "../src/platform/store.ts";
import { fault } from "./fault.ts";
import { type Migration, type MigrationReport, migrate, schemaOf } from "./migrations.ts";

/** What came of the work on one guild. */
export interface Outcome<T> {
  readonly guild: Guild;
  readonly durationMs: number;
  readonly result?: T;
  readonly error?: Error;
}

/** What came of the work on all of them. Bulk work reports; it does not throw. */
export interface FleetReport<T> {
  readonly done: number;
  readonly failed: readonly Outcome<T>[];
  /** Stopped by a signal or by the failure budget; running it again goes on from here. */
  readonly stopped: boolean;
}

interface Options<T> {
  /** How many guilds at once. A slow one holds up only its own lane. */
  readonly lanes: number;
  /** This many first, one by one; if any of them fails, nobody else is touched. */
  readonly canaries: number;
  /** One more failure than this stops the rest. */
  readonly failuresMax: number;
  readonly signal?: AbortSignal;
  readonly onOutcome?: (outcome: Outcome<T>) => void | Promise<void>;
}

/** Runs one piece of work on every guild: canaries first, then lanes, until done or stopped. */
export async function forEachGuild<T>(
  guilds: AsyncIterable<Guild>,
  work: (guild: Guild) => Promise<T>,
  options: Options<T>,
): Promise<FleetReport<T>> {
  const failed: Outcome<T>[] = [];
  let done = 0;
  let stopped = false;
  const one = async (guild: Guild) => {
    const startedAt = performance.now();
    const outcome = await work(guild).then(
      (result) => ({ result }),
      (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)) }),
    );
    const whole = { guild, durationMs: performance.now() - startedAt, ...outcome };
    if ("error" in outcome) failed.push(whole);
    else done++;
    await options.onOutcome?.(whole);
  };
  const mayGoOn = (budget: number) => {
    if (options.signal?.aborted || failed.length > budget) stopped = true;
    return !stopped;
  };
  const source = guilds[Symbol.asyncIterator]();
  for (let count = 0; count < options.canaries && mayGoOn(0); count++) {
    const next = await source.next();
    if (next.done) return { done, failed, stopped };
    await one(next.value);
  }
  if (mayGoOn(options.canaries > 0 ? 0 : options.failuresMax)) {
    const rest = { [Symbol.asyncIterator]: () => source };
    await forEachLimit(rest, options.lanes, async (guild) => {
      if (mayGoOn(options.failuresMax)) await one(guild);
    });
  }
  return { done, failed, stopped };
}

export interface FleetDeps {
  readonly platform: PlatformStore;
  readonly migrations: readonly Migration[];
  readonly openClient: OpenClient;
  readonly tenants: { evict(guildId: GuildId): void };
  readonly now: Clock;
  readonly runner: string;
}

/**
 * Brings every guild that is behind to the newest schema. Who is behind is read from the platform
 * alone, so a fleet that is up to date costs one query and opens nothing. Each outcome is stored as
 * it happens: run again, it touches only what is still behind.
 * @throws {Conflict} `fleet/run-under-way` while another process migrates.
 */
export async function migrateFleet(
  deps: FleetDeps,
  options: Options<MigrationReport> & { readonly guild?: string; readonly dryRun?: boolean },
): Promise<FleetReport<MigrationReport> & { readonly runId?: string; readonly behind: number }> {
  const target = schemaOf(deps.migrations);
  const behind = await guildsBehind(deps.platform, target.hash, options.guild);
  const guilds = (async function* () {
    for (const id of behind) {
      const guild = await deps.platform.guild(id);
      if (guild) yield guild;
    }
  })();
  if (behind.length === 0) return { done: 0, failed: [], stopped: false, behind: 0 };
  if (options.dryRun) {
    const report = await forEachGuild(guilds, (guild) => migrateGuild(deps, guild, true), options);
    return { ...report, behind: behind.length };
  }
  const run = await beginRun(deps, target);
  const report = await forEachGuild(guilds, (guild) => migrateGuild(deps, guild, false), {
    ...options,
    onOutcome: async (outcome) => {
      await storeOutcome(deps, run, outcome);
      await options.onOutcome?.(outcome);
    },
  });
  const status = report.stopped ? "stopped" : report.failed.length > 0 ? "failed" : "done";
  await endRun(deps, run, status);
  return { ...report, runId: run, behind: behind.length };
}

async function guildsBehind(
  platform: PlatformStore,
  hash: string,
  slug: string | undefined,
): Promise<readonly GuildId[]> {
  const rows = await platform.db.all<{ id: GuildId }>(
    `SELECT id FROM guilds WHERE schema_hash <> ?1 AND status IN ('ready', 'suspended')
       AND (?2 IS NULL OR slug = ?2) ORDER BY id`,
    hash,
    slug ?? null,
  );
  return rows.map(({ id }) => id);
}

async function migrateGuild(
  deps: FleetDeps,
  guild: Guild,
  dryRun: boolean,
): Promise<MigrationReport> {
  const { migrations, openClient, platform, tenants, now } = deps;
  const client = await openClient(guild.location);
  try {
    const report = await migrate(client, migrations, { nowMs: now().getTime(), dryRun });
    if (report.error) throw report.error;
    if (dryRun) return report;
    fault("fleet.migrated");
    const { version, hash } = schemaOf(migrations);
    await platform.db.client.execute({
      sql: "UPDATE guilds SET schema_version = ?, schema_hash = ?, updated_at = ? WHERE id = ?",
      args: [version, hash, now().getTime(), guild.id],
    });
    fault("fleet.recorded");
    // Statements kept for the old schema, and its version, are of no more use to the pool.
    tenants.evict(guild.id);
    return report;
  } finally {
    await client.close();
  }
}

async function beginRun(
  deps: FleetDeps,
  target: { version: number; hash: string },
): Promise<string> {
  const nowMs = deps.now().getTime();
  const id = newId<string>();
  try {
    await write(deps.platform.db, [
      {
        sql: `UPDATE migration_runs SET status = 'stopped', finished_at = ?1
              WHERE status = 'running' AND lease_until < ?1`,
        args: [nowMs],
      },
      {
        sql: `INSERT INTO migration_runs
                (id, target_version, target_hash, status, started_by, started_at, lease_until)
              VALUES (?, ?, ?, 'running', ?, ?, ?)`,
        args: [id, target.version, target.hash, deps.runner, nowMs, nowMs + limits.fleet.leaseMs],
      },
    ]);
    return id;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
    throw new Conflict(
      "fleet/run-under-way",
      "Another migration of the fleet is under way. Wait for it, or for its lease to run out.",
      { retryAfterMs: limits.fleet.leaseMs },
    );
  }
}

async function storeOutcome(
  deps: FleetDeps,
  run: string,
  outcome: Outcome<MigrationReport>,
): Promise<void> {
  const { guild, result, error, durationMs } = outcome;
  const nowMs = deps.now().getTime();
  await write(deps.platform.db, [
    {
      sql: "UPDATE migration_runs SET lease_until = ? WHERE id = ?",
      args: [nowMs + limits.fleet.leaseMs, run],
    },
    {
      sql: `INSERT OR REPLACE INTO migration_outcomes
              (run_id, guild_id, status, from_version, to_version, duration_ms, error, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        run,
        guild.id,
        error ? "failed" : "done",
        result?.from ?? guild.schemaVersion,
        result?.to ?? guild.schemaVersion,
        Math.round(durationMs),
        error?.message ?? null,
        nowMs,
      ],
    },
  ]);
}

async function endRun(deps: FleetDeps, run: string, status: RunStatus): Promise<void> {
  await write(deps.platform.db, [
    {
      sql: "UPDATE migration_runs SET status = ?, finished_at = ? WHERE id = ?",
      args: [status, deps.now().getTime(), run],
    },
  ]);
}
