import { type Migration, schemaOf } from "../../provisioning/migrations.ts";
import { type Rollout, Rollouts } from "../../provisioning/rollouts/rollouts.ts";
import { type RolloutDeps, type RunOptions, runRollout } from "../../provisioning/rollouts/run.ts";
import { MigrationThreads } from "../../src/node/migration-threads.ts";
import { processes } from "../../src/node/processes.ts";
import { copiesOf, rolloutDeps } from "../../src/node/rollout-services.ts";
import type { RolloutOptions } from "../../src/platform/schema.ts";
import type { Guild } from "../../src/platform/store.ts";
import type { openProvisioning } from "./provisioning.ts";

export const OPTIONS: RolloutOptions = {
  lanes: 4,
  failuresMax: 10,
  slownessMax: 20,
  snapshots: false,
  allowDestructive: false,
};

/** Founds guilds with databases. Returns them in the order in which a rollout takes them. */
export async function guildsById(
  services: Awaited<ReturnType<typeof openProvisioning>>,
  count: number,
): Promise<readonly Guild[]> {
  const guilds: Guild[] = [];
  for (let i = 0; i < count; i++) {
    const id = await services.recordGuild(`guild-${i}`);
    guilds.push(await services.provisioner.provision(id));
  }
  return guilds.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Rollouts over the real files of `openProvisioning`, to the test's schema. */
export function rolloutsOver(
  dir: string,
  services: Awaited<ReturnType<typeof openProvisioning>>,
  migrations: readonly Migration[],
  threads = new MigrationThreads(migrations),
) {
  const { fleet, platform, host } = services;
  const rollouts = new Rollouts(platform, processes);
  const own = { ...fleet, host, migrations, config: { dataDir: dir } };
  const copies = copiesOf(own);
  const deps = rolloutDeps(own, rollouts, threads);
  const begin = (options: Partial<RolloutOptions> = {}, waves: readonly string[] = ["1", "rest"]) =>
    rollouts.begin(schemaOf(migrations), {
      waves,
      options: { ...OPTIONS, ...options },
      reason: "a test",
      startedBy: "the test",
    });
  return {
    rollouts,
    copies,
    deps,
    migrations,
    begin,
    run: (rollout: Rollout, options: RunOptions = {}, over: Partial<RolloutDeps> = {}) =>
      runRollout({ ...deps, ...over }, rollout, options),
    /** What `guildhall migrate apply` does: starts a rollout, or resumes an unfinished one. */
    apply: async (options: Partial<RolloutOptions> = {}, waves?: readonly string[]) => {
      const newest = await rollouts.newest();
      const isOpen = newest && !["done", "superseded", "reverted"].includes(newest.status);
      const rollout = isOpen
        ? await rollouts.resume(newest, { retry: true })
        : await begin(options, waves);
      return await runRollout(deps, rollout);
    },
    countsOf: async (rollout: Rollout) => {
      const counts: Record<string, number> = {};
      for (const { status, count } of await rollouts.counts(rollout)) {
        counts[status] = (counts[status] ?? 0) + count;
      }
      return counts;
    },
  };
}
