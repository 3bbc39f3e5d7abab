import { pathToFileURL } from "node:url";
import { openEmbedded } from "../../src/database/embedded.ts";

// Writes rows into an existing file as fast as it can, and requests a checkpoint after every few of
// them. Prints how many rows were acknowledged. With MUTANT=alone-no-more, checkpoints are SQLite's own.

const [path = "", writer = "", rows = ""] = process.argv.slice(2);
const client = await openEmbedded({ url: pathToFileURL(path).href });
const run = (sql: string, ...args: (string | number)[]) => client.execute({ sql, args });
const isMutant = process.env["MUTANT"] === "sqlite-checkpoints";
if (isMutant) await run("PRAGMA wal_autocheckpoint = 1");
let acknowledged = 0;
for (let row = 1; row <= Number(rows); row++) {
  await run("INSERT INTO t (writer, row, v) VALUES (?, ?, hex(randomblob(200)))", writer, row);
  acknowledged = row;
  if (row % 4 === 0 && !isMutant) await run("PRAGMA wal_checkpoint(TRUNCATE)");
}
await client.close();
process.stdout.write(`${acknowledged}\n`);
