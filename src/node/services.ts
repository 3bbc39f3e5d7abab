import { join } from "node:path";
import { guildSchema } from "../../provisioning/guild-schema.ts";
import type { DatabaseHost } from "../../provisioning/hosts/host.ts";
import type { Upgrades } from "../../provisioning/upgrades.ts";
import type { Config, StripeConfig } from "../config.ts";
import type { OpenClient } from "../database/client.ts";
import { onOutOfFiles } from "../database/embedded-handles.ts";
import { unlessTold } from "../database/faults.ts";
import type { QueryTimes } from "../database/query-times.ts";
import type { Clock } from "../kernel/clock.ts";
import { noTracer } from "../kernel/tracer.ts";
import { limits } from "../limits.ts";
import type { TxtRecords } from "../platform/domains/txt-records.ts";
import { PerformanceLog } from "../platform/fleet/performance.ts";
import { ClockWatch } from "../platform/jobs/clock.ts";
import { DOMAINS_JOB, OF_THE_PLATFORM, ROUND_JOB } from "../platform/jobs/kinds.ts";
import type { Payments } from "../platform/plans/payments.ts";
import {
  buildServices,
  jobWork,
  type Mailer,
  type PasswordHasher,
  runnerDeps,
  type Services,
} from "../services.ts";
import { backupWork, COPIES_JOB } from "./backup-jobs.ts";
import { type BackupServices, buildBackupServices } from "./backup-services.ts";
import { DnsTxtRecords } from "./dns.ts";
import { EventLoopMonitor } from "./event-loop.ts";
import { ThreadExportReader } from "./exports/reader.ts";
import { ThreadImportReader } from "./imports/reader.ts";
import { JobRunner } from "./job-runner.ts";
import { FolderLogFiles } from "./logs/files.ts";
import { LogIngest } from "./logs/ingest.ts";
import { nodeMailer } from "./mail.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { nodePasswordHasher } from "./passwords.ts";
import type { PlatformUpgrade } from "./platform-database.ts";
import type { PlatformLoss } from "./platform-witness.ts";
import { fleetRollouts, rolloutWork } from "./rollout-services.ts";
import { endRunner, isRunnerGone, newRunner } from "./runners.ts";
import { openRuntime, openStore, openTenants, type RuntimeOptions } from "./runtime.ts";
import { PLATFORM_UPKEEP } from "./upkeep-jobs.ts";

export { guildSchema };

interface Runners {
  /** Runs jobs that players wait for, and slow ones. */
  readonly jobRunner: JobRunner;
  readonly slowJobRunner: JobRunner;
  /** Sends emails. Separate from the other jobs, because a mail server may be slow. */
  readonly messageRunner: JobRunner;
  /** Posts to Discord. Separate from the other jobs, because Discord's rate limits make it wait. */
  readonly postRunner: JobRunner;
  /** Reads rosters and members from other services, which may be slow. */
  readonly identityRunner: JobRunner;
  /** Finishes imports, which take minutes. */
  readonly importRunner: JobRunner;
  readonly logIngest: LogIngest;
}

export type NodeServices = Services &
  BackupServices &
  Runners & {
    readonly openClient: OpenClient;
    readonly host: DatabaseHost;
    readonly otherHosts: readonly DatabaseHost[];
    /** What was done to the platform's database when it was opened, if anything. */
    readonly platformUpgrade?: PlatformUpgrade;
    /** What an operator may accept when the platform lacks writes that were acknowledged. */
    readonly platformLoss?: PlatformLoss;
    readonly upgrades: Upgrades;
    readonly logFiles: FolderLogFiles;
    readonly performanceLog: PerformanceLog;
    readonly clockWatch: ClockWatch;
    readonly eventLoop: EventLoopMonitor;
    /** Absent when metrics are off, and in commands. */
    readonly metrics?: Metrics;
    startJobs(): void;
    close(): Promise<void>;
  };

/** Parts that a program or a test replaces by its own. */
export interface Replacements {
  readonly demoGuildSlug?: string;
  readonly mailer?: Mailer;
  readonly passwords?: PasswordHasher;
  readonly txtRecords?: TxtRecords;
}

/** Builds the services on Node, with embedded databases below `dataDir`. */
export async function buildNodeServices(
  config: Config,
  options: RuntimeOptions & Replacements = {},
): Promise<NodeServices> {
  const runner = newRunner();
  const runtime = await openRuntime(config, options);
  const { now, log, background, dataDir, openClient, metrics, opened } = runtime;
  const { faults, platform } = await openStore(runtime, options);
  const opening = openTenants(runtime, { faults, platform });
  const { tenants, host, otherHosts, upgrades, auditAnchors, changes, queryTimes } = opening;
  const stopMakingRoom = onOutOfFiles(() => tenants.closeIdle());
  const logFiles = new FolderLogFiles(join(dataDir, "logs"));
  const payments = config.stripe && (await stripePayments(config.stripe, now));
  const base = { config, now, log, platform, tenants, faults, background, runner };
  const hosting = { host, otherHosts, openClient, migrations: guildSchema };
  const shared = buildServices(
    {
      ...base,
      auditAnchors,
      changes,
      meter: runtime.meter,
      tracer: runtime.tracer ?? noTracer,
      mailer: options.mailer ?? (await nodeMailer(config, now)),
      ...replaceableParts(config, options),
      ...(payments && { payments }),
    },
    {
      ...hosting,
      removeBeside: async (guild) => {
        await logFiles.removeAll(guild.databaseName);
        await backupServices.backups.prune(guild.id, true);
      },
    },
  );
  const fleet = { ...hosting, platform, tenants, now };
  const anchored = { ...fleet, jobs: shared.jobs, changes, anchors: auditAnchors };
  const backupServices = buildBackupServices(config, dataDir, anchored);
  writeNotes(shared);
  const slow = {
    ...backupWork({ ...backupServices, ...hosting, ...shared, ...runnerDeps(shared) }),
    ...rolloutWork({ ...fleet, config }),
  };
  const runners = buildRunners(shared, logFiles, slow);
  const services = {
    ...shared,
    ...backupServices,
    ...runners,
    ...hosting,
    upgrades,
    isRunnerGone,
    logFiles,
    ...(metrics && { metrics }),
    ...openingFacts(opened),
    ...(options.demoGuildSlug && { demoGuildSlug: options.demoGuildSlug }),
    platformCopies: backupServices.platformBackups,
    rollouts: fleetRollouts({ ...fleet, config }),
    ...monitorsOf(shared, queryTimes),
  };
  return {
    ...services,
    startJobs: () => startJobs(services),
    close: async () => {
      await closeServices(services, stopMakingRoom);
      await opened.witness?.close();
      runtime.connections?.close();
      await runtime.tracer?.close();
      endRunner(runner);
    },
  };
}

function replaceableParts(config: Config, { passwords, txtRecords }: Replacements) {
  return {
    passwords: passwords ?? nodePasswordHasher(),
    txtRecords: txtRecords ?? new DnsTxtRecords(config.dnsServers),
  };
}

function openingFacts({ upgrade, loss }: Awaited<ReturnType<typeof openRuntime>>["opened"]) {
  return { ...(upgrade && { platformUpgrade: upgrade }), ...(loss && { platformLoss: loss }) };
}

/** Writes from time to time what requests counted and noted in memory, and seals audit logs. */
function writeNotes(shared: ReturnType<typeof buildServices>): void {
  shared.auditSealer.start();
  const { background, keyUsage, apiUsage, keyNetworks, changes } = shared;
  background.every("keys.usage", limits.keys.usageFlushMs, () => unlessTold(keyUsage.flush()));
  background.every("usage.flush", limits.usage.flushMs, () => unlessTold(apiUsage.flush()));
  background.every("keys.networks", limits.usage.flushMs, () => unlessTold(keyNetworks.flush()));
  const { changesEveryMs } = limits.backups;
  background.every("backups.changes", changesEveryMs, () => unlessTold(changes.flush()));
}

/** What watches the process and the clock. */
function monitorsOf(
  { platform, log, background }: ReturnType<typeof buildServices>,
  times: QueryTimes,
) {
  return {
    performanceLog: new PerformanceLog({ platform, times, log, background }),
    clockWatch: new ClockWatch(platform, log, background),
    eventLoop: new EventLoopMonitor(log, background),
  };
}

/**
 * The runners of jobs, apart so that slow work does not delay what people wait for. `slow` are the jobs that
 * only this runtime has.
 */
function buildRunners(
  shared: ReturnType<typeof buildServices>,
  files: FolderLogFiles,
  slow: ReturnType<typeof backupWork>,
): Runners & Pick<Services, "wakeJobs" | "importReader" | "exportReader"> {
  const { platform, tenants, jobs, now, log } = shared;
  const wakeJobs = () => {
    for (const one of Object.values(runners)) one.wake();
  };
  const kinds = jobWork({ ...shared, wakeJobs });
  const deps = runnerDeps(shared);
  const runners = {
    logIngest: new LogIngest({ platform, tenants, jobs, files, now, log }),
    jobRunner: new JobRunner({ ...deps, work: kinds.prompt }),
    slowJobRunner: new JobRunner({ ...deps, work: { ...slow, ...kinds.slow } }),
    messageRunner: new JobRunner({ ...deps, work: kinds.messages }),
    postRunner: new JobRunner({ ...deps, work: kinds.posts }),
    identityRunner: new JobRunner({ ...deps, work: kinds.identity }),
    importRunner: new JobRunner({ ...deps, work: kinds.imports }),
  };
  const readers = {
    importReader: new ThreadImportReader(),
    exportReader: new ThreadExportReader(),
  };
  return { ...runners, wakeJobs, ...readers };
}

type Running = Omit<NodeServices, "startJobs" | "close">;

function startJobs(services: Running): void {
  const { background, jobs } = services;
  background.detach("clock.look", services.clockWatch.start());
  background.detach("backups.sweep", services.backups.sweepScratch());
  services.performanceLog.start();
  services.logIngest.start();
  services.jobRunner.start();
  services.slowJobRunner.start();
  services.messageRunner.start();
  services.postRunner.start();
  services.identityRunner.start();
  services.importRunner.start();
  for (const kind of [COPIES_JOB, ROUND_JOB, PLATFORM_UPKEEP, DOMAINS_JOB]) {
    background.detach(`jobs.set ${kind}`, unlessTold(jobs.enqueue(OF_THE_PLATFORM, kind, "")));
  }
}

async function stopJobs(services: Running): Promise<void> {
  await services.clockWatch.stop();
  services.streams.close();
  services.tails.close();
  await services.jobRunner.stop();
  await services.slowJobRunner.stop();
  await services.messageRunner.stop();
  await services.postRunner.stop();
  await services.identityRunner.stop();
  await services.importRunner.stop();
  await services.logIngest.stop();
  await services.performanceLog.stop();
  await services.auditSealer.stop();
}

/** Stops the work before the databases that it writes to. */
async function closeServices(services: Running, stopMakingRoom: () => void): Promise<void> {
  await stopJobs(services);
  await services.background.stop();
  const { keyUsage, apiUsage, keyNetworks, changes, log } = services;
  for (const counts of [keyUsage, apiUsage, keyNetworks, changes]) {
    // Losing some seconds of counts must not make a stop fail.
    await counts.flush().catch((error: unknown) => log.error("usage.lost", { error }));
  }
  await services.upgrades.settled();
  await services.tenants.close();
  stopMakingRoom();
  await services.faults.stored();
  await services.platform.db.close();
}

/** Loaded only if needed, because the package is as large as the rest of the server. */
async function stripePayments(config: StripeConfig, now: Clock): Promise<Payments> {
  const { StripePayments } = await import("../platform/plans/stripe.ts");
  return new StripePayments(config, now);
}
