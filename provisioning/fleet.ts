import type { Client, OpenClient } from "../src/database/client.ts";
import type { Clock } from "../src/kernel/clock.ts";
import { forEachLimit } from "../src/kernel/concurrency.ts";
import type { GuildId } from "../src/kernel/ids.ts";
import type { Guild, PlatformStore } from "../src/platform/store.ts";
import { fault } from "./fault.ts";
import { type Migration, type MigrationReport, migrate, schemaOf } from "./migrations.ts";
import { FleetRun } from "./runs.ts";

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

/**
 * Runs one piece of work on every guild: canaries first, then lanes, until done or stopped. What is
 * under way when it stops is finished.
 */
export async function forEachGuild<T>(
  guilds: AsyncIterable<Guild>,
  work: (guild: Guild) => Promise<T>,
  options: Options<T>,
): Promise<FleetReport<T>> {
  const failed: Outcome<T>[] = [];
  let done = 0;
  let stopped = false;
  const source = guilds[Symbol.asyncIterator]();
  /** The next guilds, while there are any and no more than `budget` have failed. */
  const next = async function* (count: number, budget: number): AsyncIterable<Guild> {
    for (let taken = 0; taken < count && !stopped; taken++) {
      const { done: isLast, value } = await source.next();
      if (isLast) return;
      stopped = options.signal?.aborted === true || failed.length > budget;
      if (!stopped) yield value;
    }
  };
  const one = async (guild: Guild) => {
    let outcome = await measured(guild, work);
    try {
      await options.onOutcome?.(outcome);
    } catch (error) {
      // What cannot be recorded must not go on.
      outcome = { ...outcome, error: asError(error) };
      stopped = true;
    }
    if (outcome.error === undefined) done++;
    else failed.push(outcome);
  };
  await forEachLimit(next(options.canaries, 0), 1, one);
  const budget = failed.length > 0 ? 0 : options.failuresMax;
  await forEachLimit(next(Number.POSITIVE_INFINITY, budget), options.lanes, one);
  return { done, failed, stopped };
}

async function measured<T>(guild: Guild, work: (guild: Guild) => Promise<T>): Promise<Outcome<T>> {
  const startedAt = performance.now();
  const end = await work(guild).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: asError(error) }),
  );
  return { guild, durationMs: performance.now() - startedAt, ...end };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

export interface FleetDeps {
  readonly platform: PlatformStore;
  readonly migrations: readonly Migration[];
  readonly openClient: OpenClient;
  readonly tenants: { evict(guildId: GuildId): void };
  readonly now: Clock;
  readonly runner: string;
}

export interface FleetOptions extends Options<MigrationReport> {
  /** Only the guild of this slug. */
  readonly guild?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** Told how many guilds are behind before any of them is touched. */
  readonly onBegin?: (behind: number) => void;
}

/**
 * Brings every guild that is behind to the newest schema. Who is behind is read from the platform
 * alone, so a fleet that is up to date costs one query and opens nothing. Each outcome is stored as
 * it happens: run again, it touches only what is still behind.
 * @throws {Conflict} `fleet/run-under-way` while another process migrates.
 */
export async function migrateFleet(
  deps: FleetDeps,
  options: FleetOptions,
): Promise<FleetReport<MigrationReport> & { readonly runId?: string; readonly behind: number }> {
  const target = schemaOf(deps.migrations);
  const behind = await guildsBehind(deps.platform, target.hash, options.guild);
  options.onBegin?.(behind.length);
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
  const run = await FleetRun.begin(deps.platform, target, deps.runner);
  const report = await forEachGuild(guilds, (guild) => migrateGuild(deps, guild, false), {
    ...options,
    onOutcome: async (outcome) => {
      await run.store(outcome);
      await options.onOutcome?.(outcome);
    },
  });
  await run.end(report.stopped ? "stopped" : report.failed.length > 0 ? "failed" : "done");
  return { ...report, runId: run.id, behind: behind.length };
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
    await refuseStranger(client, guild);
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

/** A file that was swapped must not be changed before somebody has looked at it. */
async function refuseStranger(client: Client, guild: Guild): Promise<void> {
  const { rows } = await client.execute({
    sql: "SELECT guild_id, generation FROM _meta",
    args: [],
  });
  const [id, generation] = rows[0] ?? [];
  if (id === guild.id && generation === guild.generation) return;
  throw new Error("The database carries another guild's stamp, or none. Restore the right one.");
}
