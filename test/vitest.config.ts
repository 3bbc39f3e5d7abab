import { defineConfig } from "vitest/config";
import { HostReporter } from "./support/host-reporter.ts";
import { LongestFirst } from "./support/longest-first.ts";
import { SlowestFiles } from "./support/slowest-files.ts";
import { hasSqld } from "./support/sqld.ts";

const root = new URL("..", import.meta.url).pathname;

// `pure` needs no database and no server, so `npm run check` can run it in seconds.
const pure = ["test/tidy.test.ts", "test/kernel/**/*.test.ts", "test/**/*.rules.test.{ts,tsx}"];

// The product's own tests run a second time with the platform and every guild on libSQL's server.
const product = ["test/tenant/**/*.test.{ts,tsx}", "test/platform/**/*.test.{ts,tsx}"];
const onSqld = hasSqld ? [...product, "test/isolation.test.ts"] : [];
// What a server cannot make different: no test of these says anything about a database that another test of
// the server does not say. Each promise runs on files.
const notOnSqld = [
  ...pure,
  // Passwords, emails, links, sign-in providers: none of their data is in a guild's database. Sessions and
  // keys run, and each of the other tests signs people up on the server.
  "test/platform/accounts/{node-ports,attacks,access-tokens,links,pages,token-looks}.test.ts",
  "test/platform/accounts/providers/**",
  "test/platform/messages/**",
  // Pages of what the API tests of the same features read and write on the server.
  "test/platform/guilds/{pages,editions,looks}.test.ts",
  "test/platform/plans/landing.test.ts",
  "test/platform/performance.test.ts",
  "test/tenant/{home,onboarding,analytics}/**",
  "test/tenant/identity/**",
  // The operators' console: its actions on the fleet run (`operations`), its pages and rights do not.
  "test/platform/console/{access,accounts,console,impersonation,late-copies}.test.ts",
  // Formats of other tools, and commands that are killed. Every kind of row that an import writes is in
  // `imports.test.ts`, which runs.
  "test/tenant/imports/{kills,samples}.test.ts",
  "test/tenant/roster/importing.test.ts",
  // Broken connections and the reader's memory: their results take the path of an upload, which runs.
  "test/tenant/combat-logs/{live,reading,retention}.test.ts",
  // The ledger of `dkp.test.ts` is a file that it opens itself. `auctions/model.test.ts` plays its nights on
  // the server, a few of them.
  "test/tenant/dkp/dkp.test.ts",
  // Thousands of steps against one row of the platform: the budget of requests to another service.
  "test/platform/upstreams/**",
  // Rules of auctions and lists of raids: other tests make each kind of these writes on the server.
  "test/tenant/auctions/auction-rules.test.ts",
  "test/tenant/raids/{late-awards,teams}.test.ts",
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
    reporters: [
      "default",
      new HostReporter(/\/test\/(tenant|platform)\/|\/test\/isolation\./),
      new SlowestFiles(),
    ],
    sequence: { sequencer: LongestFirst },
    // By default one processor stays free, which is half of a machine with two.
    maxWorkers: "100%",
    projects: [
      // These share no state, so one worker reads the modules once for all of them.
      { root, test: { name: "pure", include: pure, isolate: false, ...patient } },
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
