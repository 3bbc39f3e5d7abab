import { defineConfig } from "vitest/config";

const shared = {
  root: new URL("..", import.meta.url).pathname,
  esbuild: false as const,
};

// `pure` needs no database and no server, so `npm run check` can run it in seconds.
const pure = ["test/tidy.test.ts", "test/kernel/**/*.test.ts", "test/**/*.rules.test.{ts,tsx}"];

// A server for each test takes its time on a busy machine.
const PATIENCE_MS = process.env["GUILDHALL_TEST_HOST"] === "sqld" ? 90_000 : 30_000;

export default defineConfig({
  root: shared.root,
  test: {
    projects: [
      { root: shared.root, test: { name: "pure", include: pure, testTimeout: PATIENCE_MS } },
      {
        root: shared.root,
        test: {
          name: "integration",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: pure,
          // Every database, log line and letter of the run is searched for secrets.
          setupFiles: ["test/support/secrets/setup.ts"],
          globalSetup: ["test/support/secrets/summary.ts"],
          pool: "forks",
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
    ],
  },
});
