import { parseMigrations } from "../../provisioning/migrations.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { guildSchema, openProvisioning } from "./provisioning.ts";
import { rolloutsOver } from "./rollouts.ts";

// A process of its own that brings a fleet five migrations further and may be killed at any moment.
// Arguments: the data folder, and how many milliseconds its clock is ahead. Prints `begun`.
const [dataDir, aheadMs] = process.argv.slice(2) as [string, string];
const now = () => new Date(performance.timeOrigin + performance.now() + Number(aheadMs));
const services = await openProvisioning(dataDir, { now });

const migrations = [
  ...guildSchema,
  ...parseMigrations(
    [1, 2, 3, 4, 5].map((n) => ({
      name: `900${n}_step`,
      when: 9e12 + n,
      sql: `CREATE TABLE step_${n} (x)\n--> statement-breakpoint\nINSERT INTO step_${n} VALUES (${n})`,
    })),
  ),
];

/** Every statement in a transaction of its own: what the real client must never do. */
const openSplit: typeof openEmbedded = async (location) => {
  const client = await openEmbedded(location);
  client.migrate = async (statements) => {
    for (const statement of statements) {
      await client.execute(statement);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return client;
};
const openClient = process.env["MUTANT"] === "split-version" ? openSplit : openEmbedded;

console.log("begun");
const fleet = rolloutsOver(dataDir, services, migrations, openClient);
const ended = await fleet.apply({ lanes: 2, failuresMax: 1_000 }, ["rest"]);
console.log(JSON.stringify({ ...ended, counts: await fleet.countsOf(ended) }));
await services.close();
