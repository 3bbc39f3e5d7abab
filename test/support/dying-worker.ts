import { fileURLToPath } from "node:url";
import Native from "libsql";
import { openEmbedded } from "../../src/database/embedded.ts";
import { serveMigrations } from "../../src/node/migration-thread.ts";

// A rollout's thread with a fault: where a person's note says so, it exits in the middle of
// its transaction, while it holds the database's lock.
serveMigrations(async (location) => {
  const client = await openEmbedded(location);
  client.migrate = async (statements) => {
    const { rows } = await client.execute({ sql: "SELECT note FROM persons", args: [] });
    if (rows.flat().includes("deadly")) {
      new Native(fileURLToPath(location.url)).exec("BEGIN IMMEDIATE; CREATE TABLE half (x)");
      process.exit(1);
    }
    return Object.getPrototypeOf(client).migrate.call(client, statements);
  };
  return client;
});
