import { join, resolve } from "node:path";
import { RolloutCopies } from "../../provisioning/backups/rollout-copies.ts";
import type { Hosts } from "../../provisioning/hosts/host.ts";
import { type Migration, versionOf } from "../../provisioning/migrations.ts";
import {
  migrateGuild,
  migrateOpenGuild,
  refuseStranger,
} from "../../provisioning/rollouts/guild.ts";
import { Pace } from "../../provisioning/rollouts/pace.ts";
import { planRollout } from "../../provisioning/rollouts/plan.ts";
import { type Rollout, Rollouts } from "../../provisioning/rollouts/rollouts.ts";
import { type RolloutDeps, runRollout } from "../../provisioning/rollouts/run.ts";
import { smoke } from "../../provisioning/rollouts/smoke.ts";
import { viewRollout } from "../../provisioning/rollouts/status.ts";
import { DEFAULT_WAVES } from "../../provisioning/rollouts/waves.ts";
import type { Config } from "../config.ts";
import type { OpenClient } from "../database/client.ts";
import type { TenantDatabases } from "../database/tenants.ts";
import type { Clock } from "../kernel/clock.ts";
import { delay } from "../kernel/concurrency.ts";
import { Conflict, Invalid } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import { ROLLOUT_JOB } from "../platform/jobs/kinds.ts";
import type { PlatformStore } from "../platform/store.ts";
import type { FleetRollouts } from "../services.ts";
import { loopLag } from "./event-loop.ts";
import type { JobWork } from "./job-runner.ts";
import { MigrationThreads } from "./migration-threads.ts";
import { processes } from "./processes.ts";

interface Deps extends Hosts {
  readonly config: Pick<Config, "dataDir">;
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
  readonly tenants: TenantDatabases;
  readonly migrations: readonly Migration[];
  readonly now: Clock;
}

/** The backups of a platform's rollouts. */
export function copiesOf({
  config,
  ...deps
}: Pick<Deps, "config" | "migrations" | "host" | "otherHosts">): RolloutCopies {
  return new RolloutCopies({ ...deps, root: join(resolve(config.dataDir), "rollouts") });
}

/**
 * The dependencies of a rollout in this process, for the command line and for jobs. An open guild is
 * migrated here between its own requests, a closed file in a thread, a remote database from here.
 */
export function rolloutDeps(
  deps: Deps,
  rollouts: Rollouts,
  threads = new MigrationThreads(deps.migrations),
): RolloutDeps {
  const { platform, openClient, tenants, migrations, now } = deps;
  const copies = copiesOf(deps);
  const lag = loopLag();
  return {
    platform,
    rollouts,
    tenants,
    migrations,
    migrateGuild: async (guild, { allowDestructive }, checkKeys) => {
      using lease = tenants.leaseOpen(guild);
      const how = { migrations, openClient, now, allowDestructive };
      if (lease) return await migrateOpenGuild(how, guild, lease.db.client);
      const isFile = guild.location.url.startsWith("file:");
      return isFile
        ? await threads.migrate(guild, now().getTime(), { allowDestructive, checkKeys })
        : await migrateGuild(how, guild);
    },
    end: async () => {
      lag.end();
      await threads.close();
    },
    pace: new Pace(lag.takeMs, delay),
    smoke: (guild) => smoke(openClient, guild),
    versionOf: async (guild) => {
      const client = await openClient(guild.location);
      try {
        await refuseStranger(client, guild);
        return await versionOf(client, migrations);
      } finally {
        await client.close();
      }
    },
    keepCopy: ({ id }, guild, version) => copies.keep(id, guild, version),
  };
}

/** Rollouts for the console, which starts them. A job does the work. */
export function fleetRollouts(deps: Deps): FleetRollouts {
  const { platform, migrations } = deps;
  const rollouts = new Rollouts(platform, processes);
  const newest = async (): Promise<Rollout> => {
    const rollout = await rollouts.newest();
    if (rollout) return rollout;
    throw new Conflict("rollout/none", "There is no rollout yet. Start one.");
  };
  return {
    plan: () => planRollout(platform, migrations, DEFAULT_WAVES),
    recent: () => rollouts.recent(limits.fleet.rolloutsShown),
    view: async (id) => await viewRollout({ rollouts }, await rollouts.byId(id)),
    begin: async ({ reason, startedBy, snapshots, allowDestructive }, alongside) => {
      const plan = await planRollout(platform, migrations, DEFAULT_WAVES);
      if (plan.behind === 0) {
        throw new Conflict("rollout/nothing-to-do", "Every guild already has this schema.");
      }
      if (plan.isDestructive && !allowDestructive) {
        throw new Invalid(
          "rollout/destructive",
          "This migration deletes data. Check the plan, then confirm that data may be deleted.",
        );
      }
      const { lanes, failuresMax, slownessMax } = limits.fleet;
      const rollout = await rollouts.begin(
        plan.target,
        {
          waves: DEFAULT_WAVES,
          options: { lanes, failuresMax, slownessMax, snapshots, allowDestructive },
          reason,
          startedBy,
          queue: true,
        },
        alongside,
      );
      return rollout.id;
    },
    pause: async (by, alongside) => await rollouts.pause(await newest(), by, alongside),
    queue: async (options, alongside) => await rollouts.queue(await newest(), options, alongside),
  };
}

/**
 * Continues the newest rollout until it ends, is paused or is cancelled. After an operator paused or
 * stopped it, or after it halted, it waits for an operator, even if the job runs again after a crash.
 */
export function rolloutWork(deps: Deps): Readonly<Record<string, JobWork>> {
  const rollouts = new Rollouts(deps.platform, processes);
  return {
    [ROLLOUT_JOB]: {
      run: async (_job, _guild, step) => {
        const rollout = await rollouts.newest();
        if (rollout === undefined) return undefined;
        const { status, haltReason } = rollout;
        const isWaiting = haltReason === null && (status === "paused" || status === "stopped");
        if (!isWaiting && status !== "running") return { detail: haltReason ?? status };
        let guilds = 0;
        const ended = await runRollout(
          rolloutDeps(deps, rollouts),
          await rollouts.resume(rollout, { retry: false }),
          { signal: step.signal, onOutcome: () => step.note(`${++guilds} guilds`) },
        );
        return { detail: ended.haltReason ?? ended.status };
      },
    },
  };
}
