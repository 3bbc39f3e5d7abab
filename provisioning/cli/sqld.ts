import "../../src/node/umask.ts";
import { resolve } from "node:path";
import { processBackground } from "../../src/kernel/background.ts";
import { environmentOf, startSqldServer } from "./sqld-server.ts";

// `npm run sqld`: starts libSQL's own server for development and prints the environment for the product.
// SQLD_PORT and SQLD_ADMIN_PORT change its ports; its databases and keys are in DATA_DIR/sqld.

const dir = resolve(process.env["DATA_DIR"] ?? "data", "sqld");
const port = Number(process.env["SQLD_PORT"] ?? 8_080);
const adminPort = Number(process.env["SQLD_ADMIN_PORT"] ?? port + 1);
try {
  const server = await startSqldServer({ dir, port, adminPort, isHeard: true });
  console.log(`sqld is at ${server.url}, its databases and keys in ${dir}.\n`);
  console.log("Start the product in another terminal with:\n");
  for (const [name, value] of Object.entries(environmentOf(server))) {
    console.log(`export ${name}='${value}'`);
  }
  console.log("\nStop with Ctrl-C.");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    processBackground.listen(process, signal, () => server.child.kill(signal));
  }
  processBackground.once(server.child, "close", (code: number | null) => process.exit(code ?? 0));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
