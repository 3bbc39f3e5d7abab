import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Migration, schemaOf } from "../../provisioning/migrations.ts";
import { type Rollout, Rollouts } from "../../provisioning/rollouts/rollouts.ts";
import { type RunOptions, runRollout } from "../../provisioning/rollouts/run.ts";
import { readConfig } from "../../src/config.ts";
import { forEachLimit } from "../../src/kernel/concurrency.ts";
import { limits } from "../../src/limits.ts";
import { processes } from "../../src/node/processes.ts";
import { rolloutDeps } from "../../src/node/rollout-services.ts";
import { buildNodeServices, type NodeServices } from "../../src/node/services.ts";
import { recordGuild } from "./provisioning.ts";
import { OPTIONS } from "./rollouts.ts";
import { removeSearched } from "./secrets/folders.ts";

/** The product's services with this many guilds, in a new folder. */
export async function productFleet(guilds: number, env: Readonly<Record<string, string>> = {}) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-fleet-"));
  const given = { GUILDHALL_SECRET: "x".repeat(32), DATA_DIR: dir, LOG_LEVEL: "silent" };
  const services = await buildNodeServices(readConfig({ ...given, ...env }));
  const numbers = Array.from({ length: guilds }, (_, i) => i);
  await forEachLimit(numbers, 4, async (i) => {
    const id = await recordGuild(services.platform, `guild-${i}`, services.host.kind);
    await services.provisioner.provision(id);
  });
  return {
    dir,
    services,
    [Symbol.asyncDispose]: async () => {
      await services.close();
      await removeSearched(dir);
    },
  };
}

/** A rollout as the product does it, to the test's schema. */
export function rolloutTo(
  services: NodeServices,
  migrations: readonly Migration[],
  openClient = services.openClient,
) {
  const rollouts = new Rollouts(services.platform, processes);
  const deps = rolloutDeps({ ...services, openClient, migrations }, rollouts);
  return {
    rollouts,
    begin: (waves: readonly string[]) =>
      rollouts.begin(schemaOf(migrations), {
        waves,
        options: { ...OPTIONS, failuresMax: limits.fleet.failuresMax },
        reason: "a test",
        startedBy: "the test",
      }),
    run: (rollout: Rollout, options: RunOptions = {}) => runRollout(deps, rollout, options),
  };
}
