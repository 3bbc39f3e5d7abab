import { openEmbedded } from "../../src/database/embedded.ts";
import { openProvisioning } from "./provisioning.ts";
import { rolloutsOver } from "./rollouts.ts";
import { schemaWithSteps, splitting } from "./steps.ts";

// A process of its own that brings a fleet five migrations further and may be killed at any moment.
// Arguments: the data folder, and how many milliseconds its clock is ahead. Prints `begun`.
const [dataDir, aheadMs] = process.argv.slice(2) as [string, string];
const now = () => new Date(performance.timeOrigin + performance.now() + Number(aheadMs));
const services = await openProvisioning(dataDir, { now });

const openClient =
  process.env["MUTANT"] === "split-version" ? splitting(openEmbedded) : openEmbedded;

console.log("begun");
const fleet = rolloutsOver(dataDir, services, schemaWithSteps(5), openClient);
const ended = await fleet.apply({ lanes: 2, failuresMax: 1_000 }, ["rest"]);
console.log(JSON.stringify({ ...ended, counts: await fleet.countsOf(ended) }));
await services.close();
