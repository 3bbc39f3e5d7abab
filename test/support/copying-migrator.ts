import { pathToFileURL } from "node:url";
import { installFault } from "../../provisioning/fault.ts";
import { revertGuild, revertible } from "../../provisioning/rollouts/revert.ts";
import { MigrationThreads } from "../../src/node/migration-threads.ts";
import { openProvisioning } from "./provisioning.ts";
import { rolloutsOver } from "./rollouts.ts";
import { WITHOUT_KEEPSAKES } from "./steps.ts";

// A separate process that drops a table from every guild, or restores it, and kills itself at
// one of its fault points, without cleaning up. Arguments: the data folder, `apply`,
// `revert` or `mutant`, the script of its threads, and which point, 0 for none.
// `mutant` copies as the previous release did: it does not check the guild, and uses the guild's name.
const [dataDir, verb, worker, atPoint] = process.argv.slice(2) as [string, string, string, string];
const services = await openProvisioning(dataDir);
const migrations = WITHOUT_KEEPSAKES;
const threads = new MigrationThreads(migrations, pathToFileURL(worker));
const fleet = rolloutsOver(dataDir, services, migrations, threads);
if (verb === "mutant") {
  const { deps } = fleet;
  // A copy made too late: by a resumed run, of a guild that it found already migrated.
  const keepCopy = deps.keepCopy;
  Object.assign(deps, {
    keepCopy: async (...[rollout, guild, version]: Parameters<typeof keepCopy>) => {
      await deps.migrateGuild(guild, { allowDestructive: true }, false);
      return await keepCopy(rollout, guild, version + 2);
    },
  });
}
let passed = 0;
installFault(() => {
  if (++passed === Number(atPoint)) process.kill(process.pid, "SIGKILL");
});
if (verb === "revert") {
  const rollout = (await fleet.rollouts.newest())!;
  const deps = { ...services, ...services.fleet, ...fleet, afterRevert: async () => {} };
  for (const one of await revertible(deps, rollout)) {
    if (one.error !== null) throw new Error(`${one.slug}: ${one.error}`);
    await revertGuild(deps, rollout, one, { discardWrites: false });
  }
  await fleet.rollouts.markReverted(rollout);
  console.log("reverted");
} else {
  const ended = await fleet.apply({ lanes: 1, allowDestructive: true }, ["rest"]);
  console.log(ended.status);
}
await services.close();
