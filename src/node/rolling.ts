import { join, resolve } from "node:path";
import { FolderSnapshots } from "../../provisioning/hosts/file-snapshots.ts";
import { atHostOf, databaseName, type Hosts } from "../../provisioning/hosts/host.ts";
import type { Migration } from "../../provisioning/migrations.ts";
import { migrateGuild, migrateOpenGuild } from "../../provisioning/rollouts/guild.ts";
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
import { Conflict, Invalid } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import { ROLLOUT_JOB } from "../platform/job-kinds.ts";
import type { PlatformStore } from "../platform/store.ts";
import type { FleetRollouts } from "../services.ts";
import type { JobWork } from "./job-runner.ts";
import { MigrationThreads } from "./migration-threads.ts";

interface Deps extends Hosts {
  readonly config: Pick<Config, "dataDir">;
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
  readonly tenants: TenantDatabases;
  readonly migrations: readonly Migration[];
  readonly now: Clock;
}

/** Where the copies of a platform's rollouts are kept. */
export function snapshotsOf({ config }: Pick<Deps, "config">): FolderSnapshots {
  return new FolderSnapshots(join(resolve(config.dataDir), "rollouts"));
}

/**
 * What a rollout needs of this process, from the command line as from a job. A guild that is open here
 * is migrated between its own requests; a file at rest in a thread; what is elsewhere from here.
 */
export function rolloutDeps(
  deps: Deps,
  rollouts: Rollouts,
  threads = new MigrationThreads(deps.migrations),
): RolloutDeps {
  const { platform, openClient, tenants, migrations, now } = deps;
  const snapshots = snapshotsOf(deps);
  return {
    platform,
    rollouts,
    tenants,
    migrations,
    migrateGuild: async (guild, { allowDestructive }) => {
      using lease = tenants.leaseOpen(guild);
      const how = { migrations, openClient, now, allowDestructive };
      if (lease) return await migrateOpenGuild(how, guild, lease.db.client);
      const isFile = guild.location.url.startsWith("file:");
      return isFile
        ? await threads.migrate(guild, now().getTime(), allowDestructive)
        : await migrateGuild(how, guild);
    },
    end: () => threads.close(),
    smoke: (guild) => smoke(openClient, guild),
    snapshot: async ({ id }, guild) => {
      const name = databaseName(guild.databaseName);
      const { host } = atHostOf(deps, guild);
      return await snapshots.save(id, name, await host.snapshot(name));
    },
  };
}

/** Rollouts as the console knows them: it sets them going, a job does the work. */
export function fleetRollouts(deps: Deps): FleetRollouts {
  const { platform, migrations, now } = deps;
  const rollouts = new Rollouts(platform);
  const newest = async (): Promise<Rollout> => {
    const rollout = await rollouts.newest();
    if (rollout) return rollout;
    throw new Conflict("rollout/none", "There was no rollout yet. Begin one.");
  };
  return {
    plan: () => planRollout(platform, migrations, DEFAULT_WAVES),
    recent: () => rollouts.recent(limits.fleet.rolloutsShown),
    view: async (id) => await viewRollout({ rollouts, now }, await rollouts.byId(id)),
    begin: async ({ reason, startedBy, snapshots, allowDestructive }) => {
      const plan = await planRollout(platform, migrations, DEFAULT_WAVES);
      if (plan.behind === 0) {
        throw new Conflict("rollout/nothing-to-do", "Every guild has this schema already.");
      }
      if (plan.isDestructive && !allowDestructive) {
        throw new Invalid(
          "rollout/destructive",
          "This schema takes data away. Look at the plan; if that is meant, say so.",
        );
      }
      const { lanes, failuresMax, slownessMax } = limits.fleet;
      const rollout = await rollouts.begin(plan.target, {
        waves: DEFAULT_WAVES,
        options: {
          lanes,
          failuresMax,
          slownessMax,
          snapshots: snapshots || plan.isDestructive,
          allowDestructive,
        },
        reason,
        startedBy,
      });
      // It waits for the job to take it up, in whichever process that is.
      await rollouts.pause(rollout);
      return rollout.id;
    },
    pause: async () => await rollouts.pause(await newest()),
    retryFailed: async () => {
      const rollout = await rollouts.resume(await newest(), { retry: true });
      await rollouts.pause(rollout);
    },
  };
}

/** Goes on with the newest rollout until it ends, is paused or is cancelled. */
export function rolloutWork(deps: Deps): Readonly<Record<string, JobWork>> {
  const rollouts = new Rollouts(deps.platform);
  return {
    [ROLLOUT_JOB]: {
      run: async (_job, _guild, step) => {
        const rollout = await rollouts.newest();
        if (rollout === undefined) return undefined;
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
