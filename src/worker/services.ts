import { guildSchema, SCHEMA_VERSION_MIN } from "../../provisioning/guild-schema.ts";
import { chosenHost, type DatabaseHost } from "../../provisioning/hosts/host.ts";
import {
  ensureRemotePlatform,
  openRemotePlatform,
  readyPlatform,
} from "../../provisioning/platform.ts";
import { type Remotes, readyRemotes, remotesOf } from "../../provisioning/remotes.ts";
import { Upgrades } from "../../provisioning/upgrades.ts";
import { type Config, readConfig } from "../config.ts";
import { PlatformDatabase } from "../database/client.ts";
import { DatabaseFaults } from "../database/faults.ts";
import { TenantDatabases } from "../database/tenants.ts";
import { Background } from "../kernel/background.ts";
import { systemClock as now } from "../kernel/clock.ts";
import { newId } from "../kernel/ids.ts";
import { createLog } from "../kernel/log.ts";
import { noMeter } from "../kernel/meter.ts";
import { noTracer } from "../kernel/tracer.ts";
import { limits } from "../limits.ts";
import { JobRunner } from "../node/job-runner.ts";
import { AuditAnchors } from "../platform/audit/anchors.ts";
import { GuildChanges } from "../platform/backups/changes.ts";
import type { Payments } from "../platform/plans/payments.ts";
import { StripePayments } from "../platform/plans/stripe.ts";
import { PlatformStore } from "../platform/store.ts";
import { buildServices, jobWork, runnerDeps, type Services } from "../services.ts";
import { workerMailer } from "./mail.ts";
import { workerPasswordHasher } from "./passwords.ts";

/** What the runtime lends a request: work that it waits for before it ends it. */
export interface Execution {
  waitUntil(work: Promise<unknown>): void;
}

type WorkerServices = Services & {
  readonly jobRunner: JobRunner;
  /** Where new guilds' databases are made. */
  readonly host: DatabaseHost;
};

/** What an instance of the Worker keeps between requests: texts and keys, and no connection. */
export interface Instance {
  readonly config: Config;
  readonly payments?: Payments;
  /** Everything for one request. Connections of one request must not be used by another one. */
  servicesFor(execution: Execution): Promise<WorkerServices>;
}

/**
 * Reads the configuration, and brings the platform database to this release's schema.
 * @throws {Error} saying what to set.
 */
export async function startInstance(env: unknown): Promise<Instance> {
  const { config, platformUrl } = remoteConfig(env);
  const remotes = await remotesOf(config, { migrations: guildSchema, now });
  const log = createLog(config.logLevel, (line) => console.log(line), now);
  await readyRemotes(remotes, log);
  await ensureRemotePlatform(platformUrl, remotes);
  const client = await openRemotePlatform(config, platformUrl, remotes);
  await readyPlatform(client, now().getTime());
  await client.close();
  const payments = config.stripe && new StripePayments(config.stripe, now);
  return {
    config,
    ...(payments && { payments }),
    servicesFor: async (execution) => {
      const own = remotes.fresh();
      const database = new PlatformDatabase(await openRemotePlatform(config, platformUrl, own));
      return servicesOn(
        new PlatformStore(database, now),
        { config, log, remotes: own, ...(payments && { payments }) },
        execution,
      );
    },
  };
}

function servicesOn(
  platform: PlatformStore,
  kept: Pick<Services, "config" | "log" | "payments"> & { readonly remotes: Remotes },
  execution: Execution,
): WorkerServices {
  const { config, log, payments, remotes } = kept;
  const { openClient } = remotes;
  const background = new Background(log, (work) => execution.waitUntil(work));
  const runner = `worker:${newId<string>()}`;
  const upgrades = new Upgrades({ platform, openClient, migrations: guildSchema, now, log });
  const faults = new DatabaseFaults({ log, now });
  const changes = new GuildChanges(platform);
  const tenants = new TenantDatabases({
    onWrite: (id) => changes.touch(id),
    faults,
    openMax: OPEN_MAX,
    openClient,
    endsWithRequest: true,
    schemaVersionMin: SCHEMA_VERSION_MIN,
    onBehind: (guildId, schemaVersion) => {
      const answer = upgrades.visit(guildId, schemaVersion);
      background.detach("fleet.upgrade", upgrades.settled());
      return answer;
    },
  });
  const { host, otherHosts } = chosenHost(
    remotes.servers.map((server) => server.host),
    config.databaseHost,
  );
  // Seals are set at the end of each request: a timer would not outlive it.
  const auditAnchors = new AuditAnchors(platform, config.secret);
  const { livePollMs: pollMs, liveLooksMax: pollsMax } = limits.worker;
  const shared = buildServices(
    {
      config,
      now,
      log,
      platform,
      tenants,
      faults,
      background,
      runner,
      auditAnchors,
      changes,
      meter: noMeter,
      tracer: noTracer,
      mailer: workerMailer(config),
      passwords: workerPasswordHasher(),
      ...(payments && { payments }),
    },
    { host, otherHosts, openClient, migrations: guildSchema },
    { pollMs, pollsMax },
  );
  const wakeJobs = () => background.detach("jobs.drain", jobRunner.drain());
  const { prompt, messages, posts, identity, imports, slow } = jobWork({ ...shared, wakeJobs });
  const work = { ...prompt, ...messages, ...posts, ...identity, ...imports, ...slow };
  const jobRunner = new JobRunner({ ...runnerDeps(shared), work });
  return { ...shared, wakeJobs, host, jobRunner };
}

/** A request is about one guild; the schedule goes through some. */
const OPEN_MAX = 10;

/** @throws {Error} for what would need a disk or a socket. */
function remoteConfig(env: unknown): { readonly config: Config; readonly platformUrl: string } {
  // A variable of another environment is taken away by leaving it empty.
  const texts = Object.entries(env as object).filter(
    ([, value]) => typeof value === "string" && value !== "",
  );
  const config = readConfig(Object.fromEntries(texts));
  const { platformDatabaseUrl: platformUrl } = config;
  if (config.databaseHost === "file" || !platformUrl || platformUrl.startsWith("file:")) {
    throw new Error(
      "There are no files here: set DATABASE_HOST to sqld or turso, and PLATFORM_DATABASE_URL.",
    );
  }
  if (config.smtpUrl) throw new Error("There is no SMTP here: set MAIL_API_URL, not SMTP_URL.");
  return { config, platformUrl };
}
