import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { MigrationThreads } from "../../src/node/migration-threads.ts";
import { openProvisioning } from "./provisioning.ts";
import { rolloutsOver } from "./rollouts.ts";
import { schemaWithSteps } from "./steps.ts";

// A separate process that brings a fleet five migrations further and may be killed at any moment.
// Arguments: the data folder, how many milliseconds its clock is ahead, and the script of its threads.
// Prints `begun`.
const [dataDir, aheadMs, worker] = process.argv.slice(2) as [string, string, string];
const now = () => new Date(performance.timeOrigin + performance.now() + Number(aheadMs));
const services = await openProvisioning(dataDir, { now });

const migrations = schemaWithSteps(5);
const threads = new MigrationThreads(migrations, pathToFileURL(worker));
// A request for a missing database starts the threads, so that a strike hits their work.
const nobody = { id: newId<GuildId>(), generation: 1, schemaVersion: 0 };
const location = { url: pathToFileURL(join(dataDir, "nobody.db")).href };
const LANES = 2;
const begun = Array.from({ length: LANES }, () => threads.migrate({ ...nobody, location }, 0));
await Promise.all(begun);

console.log("begun");
const fleet = rolloutsOver(dataDir, services, migrations, threads);
const ended = await fleet.apply({ lanes: LANES, failuresMax: 1_000 }, ["rest"]);
console.log(JSON.stringify({ ...ended, counts: await fleet.countsOf(ended) }));
await services.close();
