import { defineConfig } from "vitest/config";
import { HostReporter } from "./support/host-reporter.ts";
import { LongestFirst } from "./support/longest-first.ts";
import { hasSqld } from "./support/sqld.ts";

const root = new URL("..", import.meta.url).pathname;

// `pure` needs no database and no server, so `npm run check` can run it in seconds.
const pure = ["test/tidy.test.ts", "test/kernel/**/*.test.ts", "test/**/*.rules.test.{ts,tsx}"];

// The product's own tests run a second time with the platform and every guild on libSQL's server.
const product = ["test/tenant/**/*.test.{ts,tsx}", "test/platform/**/*.test.{ts,tsx}"];
const onSqld = hasSqld ? [...product, "test/isolation.test.ts"] : [];
const notOnSqld = [
  ...pure,
  // Passwords, emails, sign-in providers: none of their data is in a guild's database, and each of the
  // other tests signs people up on the server.
  "test/platform/accounts/{node-ports,attacks}.test.ts",
  "test/platform/accounts/providers/**",
  // Broken connections and the reader's memory: their results take the path of an upload, which runs.
  "test/tenant/combat-logs/{live,reading}.test.ts",
  // Crashes between two writes. Other tests make each of these writes on the server.
  "test/tenant/connections/rotation.test.ts",
];

// Tests that start servers and commands take long on a busy machine.
const patient = { testTimeout: 90_000, hookTimeout: 90_000 };

// The run searches every database, log line and email for secrets.
const searched = {
  setupFiles: ["test/support/secrets/setup.ts"],
  globalSetup: ["test/support/secrets/summary.ts"],
};

export default defineConfig({
  root,
  test: {
    reporters: ["default", new HostReporter(/\/test\/(tenant|platform)\/|\/test\/isolation\./)],
    sequence: { sequencer: LongestFirst },
    // By default one processor stays free, which is half of a machine with two.
    maxWorkers: "100%",
    projects: [
      { root, test: { name: "pure", include: pure, ...patient } },
      {
        root,
        test: {
          name: "integration",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: pure,
          pool: "forks",
          ...searched,
          ...patient,
        },
      },
      {
        root,
        test: {
          name: "sqld",
          include: onSqld,
          exclude: notOnSqld,
          pool: "forks",
          env: { GUILDHALL_TEST_HOST: "sqld" },
          ...searched,
          ...patient,
        },
      },
    ],
  },
});
