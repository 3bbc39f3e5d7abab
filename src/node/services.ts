import { join, resolve } from "node:path";
import { guildSchema, SCHEMA_VERSION_MIN } from "../../provisioning/guild-schema.ts";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { locateBelow, openerOf } from "../../provisioning/hosts/file-places.ts";
import { fileTemplate } from "../../provisioning/hosts/file-template.ts";
import { type DatabaseHost, GUILDS_FOLDER } from "../../provisioning/hosts/host.ts";
import { Provisioner } from "../../provisioning/provisioner.ts";
import { readyRemotes, remotesOf } from "../../provisioning/remotes.ts";
import { Upgrades } from "../../provisioning/upgrades.ts";
import type { Config, StripeConfig } from "../config.ts";
import { type OpenClient, PlatformDatabase } from "../database/client.ts";
import { openEmbedded } from "../database/embedded.ts";
import { onOutOfFiles, openFileDescriptors } from "../database/embedded-handles.ts";
import { DatabaseFaults, unlessTold, WatchedClient } from "../database/faults.ts";
import { QueryTimes } from "../database/query-times.ts";
import { TenantDatabases } from "../database/tenants.ts";
import { TracedClient } from "../database/traced-client.ts";
import { OpenStreams } from "../http/open-streams.ts";
import { Background, processBackground } from "../kernel/background.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { ClockGuard } from "../kernel/clock-guard.ts";
import { Envelopes } from "../kernel/envelope.ts";
import type { GuildId } from "../kernel/ids.ts";
import { createLog, type Log } from "../kernel/log.ts";
import { noMeter } from "../kernel/meter.ts";
import { noTracer, type Tracer } from "../kernel/tracer.ts";
import { limits } from "../limits.ts";
import { AccessTokens } from "../platform/accounts/tokens.ts";
import { AuditAnchors } from "../platform/audit/anchors.ts";
import { AuditSealer } from "../platform/audit/sealer.ts";
import { AppConfig } from "../platform/configuration/app-config.ts";
import { ResponseCache } from "../platform/configuration/response-cache.ts";
import { PlatformFaults, storedFaults } from "../platform/fleet/faults.ts";
import { PerformanceLog } from "../platform/fleet/performance.ts";
import { Operations } from "../platform/guilds/operations.ts";
import { beginClock, ClockWatch } from "../platform/jobs/clock.ts";
import { Jobs } from "../platform/jobs/jobs.ts";
import { OF_THE_PLATFORM } from "../platform/jobs/kinds.ts";
import { KeyUsage } from "../platform/keys/usage.ts";
import { RateLimiter } from "../platform/limits/rate-limiter.ts";
import type { Payments } from "../platform/plans/payments.ts";
import { PlatformStore } from "../platform/store.ts";
import { buildUpstreams } from "../platform/upstreams/index.ts";
import type { Mailer, Services } from "../services.ts";
import { EventTails } from "../tenant/live/tails.ts";
import { seedGuild } from "../tenant/seed.ts";
import { backupWork, COPIES_JOB } from "./backup-jobs.ts";
import { type BackupServices, buildBackupServices, storeOf } from "./backup-services.ts";
import { platformFile } from "./data-folder.ts";
import { watchDataFolder } from "./data-folder-watch.ts";
import { EventLoopMonitor } from "./event-loop.ts";
import { JobRunner } from "./job-runner.ts";
import { FolderLogFiles } from "./logs/files.ts";
import { LogIngest } from "./logs/ingest.ts";
import { nodeMailer } from "./mail.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { checkedOpenFiles } from "./open-files.ts";
import { nodePasswordHasher } from "./passwords.ts";
import { openPlatform, type PlatformAccess, type PlatformUpgrade } from "./platform-database.ts";
import type { PlatformLoss } from "./platform-witness.ts";
import { makePrivate } from "./private-files.ts";
import { identityWork, messageWork, planWork, promptWork, sealingWork } from "./prompt-jobs.ts";
import { fleetRollouts, rolloutWork } from "./rollout-services.ts";
import { endRunner, isRunnerGone, newRunner } from "./runners.ts";
import { PLATFORM_UPKEEP, upkeepWork } from "./upkeep-jobs.ts";

export { guildSchema };

export type NodeServices = Services &
  BackupServices & {
    readonly openClient: OpenClient;
    readonly host: DatabaseHost;
    readonly elsewhere: readonly DatabaseHost[];
    /** What was done to the platform's database when it was opened, if anything. */
    readonly platformUpgrade?: PlatformUpgrade;
    /** What an operator may accept when the platform lacks writes that were acknowledged. */
    readonly platformLoss?: PlatformLoss;
    readonly upgrades: Upgrades;
    readonly logFiles: FolderLogFiles;
    readonly logIngest: LogIngest;
    /** Runs jobs that players wait for, and slow ones. */
    readonly jobRunner: JobRunner;
    readonly slowJobRunner: JobRunner;
    /** Sends emails. Separate from the other jobs, because a mail server may be slow. */
    readonly messageRunner: JobRunner;
    /** Reads rosters and members from other services, which may be slow. */
    readonly identityRunner: JobRunner;
    readonly performanceLog: PerformanceLog;
    readonly clockWatch: ClockWatch;
    readonly eventLoop: EventLoopMonitor;
    /** Absent when metrics are off, and in commands. */
    readonly metrics?: Metrics;
    startJobs(): void;
    close(): Promise<void>;
  };

/** Builds the services on Node, with embedded databases below `dataDir`. */
export async function buildNodeServices(
  config: Config,
  options: {
    readonly now?: Clock;
    /** The elapsed time in milliseconds, independent of the wall clock. */
    readonly passedMs?: () => number;
    readonly demoGuildSlug?: string;
    readonly mailer?: Mailer;
    /** Receives log lines. Default: standard output. */
    readonly writeLine?: (line: string) => void;
    /** What may be done to the platform's database itself. Default: everything that a start does. */
    readonly access?: PlatformAccess;
  } = {},
): Promise<NodeServices> {
  const now = options.now ?? systemClock;
  const nowMs = () => now().getTime();
  const runner = newRunner();
  const dataDir = resolve(config.dataDir);
  const isServer = (options.access ?? "start") === "start";
  const tracer = isServer ? await tracerOf(config) : undefined;
  const writeLine = options.writeLine ?? onScreen;
  const log = createLog(config.logLevel, writeLine, now, tracer?.traceId.bind(tracer));
  const background = new Background(log);
  if ((options.access ?? "start") === "start") processBackground.writeTo(log);
  const connections = config.sqld || config.turso ? await connectionsToServers() : undefined;
  const fetch = connections && { fetch: connections.fetch };
  const remotes = await remotesOf(config, { migrations: guildSchema, now: systemClock, ...fetch });
  const openClient = openerOf(remotes);
  await readyRemotes(remotes, log);
  const store = storeOf(config);
  const access = options.access ?? "start";
  const metrics = access === "start" ? await metricsOf(config) : undefined;
  const meter = metrics?.meter ?? noMeter;
  const opened = await openPlatform({ config, dataDir, remotes, store, now, log, access });
  if (access !== "use") tightenFiles(config, log);
  const platformFiles = config.platformDatabaseUrl ? [] : [platformFile(dataDir)];
  watchDataFolder([dataDir, ...platformFiles, join(dataDir, GUILDS_FOLDER)], { background, log });
  const faults = new DatabaseFaults({ log, now });
  const { client: openedClient } = opened.database;
  const traced = tracer ? new TracedClient(openedClient, "platform", tracer) : openedClient;
  const platformClient = new WatchedClient(traced, undefined, faults);
  // A given clock counts as the elapsed time. A real one is compared with the elapsed time.
  const passedMs = options.passedMs ?? (options.now ? nowMs : () => performance.now());
  const clock = new ClockGuard(now, passedMs, limits.clock);
  const locate = locateBelow(dataDir, remotes);
  const platform = new PlatformStore(new PlatformDatabase(platformClient), now, { locate, clock });
  await beginClock(platform);
  faults.keepIn(new PlatformFaults(platform), await storedFaults(platform));
  const upgrades = new Upgrades({ platform, openClient, migrations: guildSchema, now, log });
  const auditAnchors = new AuditAnchors(platform, config.secret);
  const queryTimes = new QueryTimes();
  const clockWatch = new ClockWatch(platform, log, background);
  const performanceLog = new PerformanceLog({ platform, times: queryTimes, log, background });
  const template = fileTemplate({
    root: dataDir,
    migrations: guildSchema,
    openClient: openEmbedded,
    nowMs,
  });
  const fileHost = new FileHost({ root: join(dataDir, GUILDS_FOLDER), template });
  const tenants = new TenantDatabases({
    queryTimes,
    ...(tracer && { tracer }),
    faults,
    openMax: checkedOpenFiles(config.openMax, log),
    openClient: async (location) => {
      if (location.url.startsWith("file:")) fileHost.refuseMoved();
      return await openClient(location);
    },
    schemaVersionMin: SCHEMA_VERSION_MIN,
    fileDescriptors: openFileDescriptors,
    newestAudit: ({ id, generation }) => auditAnchors.newestSeq({ log: id, generation }),
    onBehind: (guildId, schemaVersion) => upgrades.visit(guildId, schemaVersion),
  });
  const stopMakingRoom = onOutOfFiles(() => tenants.closeIdle());
  const host = { sqld: remotes.sqld!, turso: remotes.turso!, file: fileHost }[config.databaseHost];
  // Guilds stay on their host when the configuration names another, so all hosts are kept.
  const hosts = [fileHost, remotes.sqld, remotes.turso].filter((one) => one !== undefined);
  const elsewhere = hosts.filter((one) => one !== host);
  const logFiles = new FolderLogFiles(join(dataDir, "logs"));
  const jobs = new Jobs(platform, runner, meter);
  const swapping = { platform, host, elsewhere, openClient, tenants, migrations: guildSchema };
  const backupServices = buildBackupServices(config, dataDir, {
    ...swapping,
    jobs,
    anchors: auditAnchors,
    now,
  });
  const provisioner = new Provisioner({
    platform,
    operations: new Operations(platform, limits.guild.operationLeaseMs, meter),
    host,
    elsewhere,
    migrations: guildSchema,
    openClient,
    tenants,
    seed: seedGuild,
    removeBeside: async (guild) => {
      await logFiles.removeAll(guild.databaseName);
      await backupServices.backups.prune(guild.id, true);
    },
    now,
    runner,
  });
  const keyUsage = new KeyUsage(platform);
  background.every("keys.usage", limits.keys.usageFlushMs, () => unlessTold(keyUsage.flush()));
  const tails = new EventTails({ platform, tenants, background });
  const auditSealer = new AuditSealer({
    platform,
    tenants,
    anchors: auditAnchors,
    log,
    background,
  });
  const streams = new OpenStreams();
  const eventLoop = new EventLoopMonitor(log, background);
  auditSealer.start();
  const onDone = (guildId: GuildId) => auditSealer.touch(guildId);
  const running = { platform, jobs, now, log, faults, onDone, tracer: tracer ?? noTracer };
  const mailer = options.mailer ?? (await nodeMailer(config, now));
  const rates = new RateLimiter(platform, config.rates, meter);
  const jobRunner = new JobRunner({ ...running, work: promptWork({ tenants, now }) });
  const sending = messageWork({ platform, config, now, log, mailer, rates });
  const messageRunner = new JobRunner({ ...running, work: sending });
  const upstreams = buildUpstreams(config.upstreams, platform);
  const wakeJobs = () => {
    logIngest.wake();
    jobRunner.wake();
    slowJobRunner.wake();
    messageRunner.wake();
    identityRunner.wake();
  };
  const rolling = { ...swapping, config, now };
  const envelopes = new Envelopes(config.secretsKeys);
  const slowWork = {
    ...backupWork({ ...backupServices, ...running, provisioner, config, mailer }),
    ...upkeepWork({ ...running, tenants, auditSealer, auditAnchors }),
    ...rolloutWork(rolling),
    ...planWork(provisioner),
    ...sealingWork({ platform, tenants, now, log, envelopes }),
  };
  const slowJobRunner = new JobRunner({ ...running, work: slowWork });
  const { publicUrl } = config;
  const reading = { ...upstreams, tenants, now, jobs, envelopes, wakeJobs, log, publicUrl };
  const identityRunner = new JobRunner({ ...running, work: identityWork(reading) });
  const logIngest = new LogIngest({ platform, tenants, jobs, files: logFiles, now, log });
  const payments = config.stripe && (await stripePayments(config.stripe, now));
  return {
    config,
    now,
    log,
    platform,
    tenants,
    faults,
    meter,
    tracer: tracer ?? noTracer,
    ...(metrics && { metrics }),
    provisioner,
    mailer,
    passwords: nodePasswordHasher(),
    openClient,
    background,
    host,
    elsewhere,
    runner,
    isRunnerGone,
    ...(opened.upgrade && { platformUpgrade: opened.upgrade }),
    ...(opened.loss && { platformLoss: opened.loss }),
    upgrades,
    envelopes,
    jobs,
    keyUsage,
    rates,
    auditSealer,
    auditAnchors,
    appConfig: new AppConfig(platform),
    cache: new ResponseCache(platform),
    ...upstreams,
    wakeJobs,
    tails,
    streams,
    eventLoop,
    jobRunner,
    slowJobRunner,
    messageRunner,
    identityRunner,
    ...backupServices,
    platformCopies: backupServices.platformBackups,
    rollouts: fleetRollouts(rolling),
    performanceLog,
    clockWatch,
    startJobs: () => {
      background.detach("clock.look", clockWatch.start());
      background.detach("backups.sweep", backupServices.backups.sweepScratch());
      performanceLog.start();
      logIngest.start();
      jobRunner.start();
      slowJobRunner.start();
      messageRunner.start();
      identityRunner.start();
      for (const kind of [COPIES_JOB, PLATFORM_UPKEEP]) {
        background.detach(`jobs.set ${kind}`, jobs.enqueue(OF_THE_PLATFORM, kind, ""));
      }
    },
    logFiles,
    logIngest,
    ...(payments && { payments }),
    accessTokens: new AccessTokens(config.secret, config.publicUrl, now),
    ...(options.demoGuildSlug && { demoGuildSlug: options.demoGuildSlug }),
    close: async () => {
      await clockWatch.stop();
      streams.close();
      tails.close();
      await jobRunner.stop();
      await slowJobRunner.stop();
      await messageRunner.stop();
      await identityRunner.stop();
      await logIngest.stop();
      await performanceLog.stop();
      await auditSealer.stop();
      await background.stop();
      await keyUsage.flush();
      await upgrades.settled();
      await tenants.close();
      stopMakingRoom();
      await faults.stored();
      await platform.db.close();
      await opened.witness?.close();
      connections?.close();
      await tracer?.close();
      endRunner(runner);
    },
  };
}

function onScreen(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Removes access that older releases, or an operator's copy, gave to other users of the machine. */
function tightenFiles(config: Config, log: Log): void {
  const { dir } = config.backups;
  const { changed, left } = makePrivate(resolve(config.dataDir), dir ? [resolve(dir)] : []);
  if (changed > 0 || left.length > 0) log.warn("data-folder.tightened", { changed, left });
}

/** Loaded only where tracing is on. */
async function tracerOf({ tracing }: Config): Promise<Tracer | undefined> {
  if (tracing === undefined) return undefined;
  const { OtlpTracer } = await import("./tracing/tracer.ts");
  return new OtlpTracer(tracing);
}

/** Loaded only when metrics are on. */
async function metricsOf({ metrics }: Config): Promise<Metrics | undefined> {
  if (metrics === undefined) return undefined;
  const { Metrics } = await import("./metrics/metrics.ts");
  return new Metrics(metrics.topGuilds);
}

/** Loaded only with servers, because Node's HTTP takes a fifth of a command's time. */
async function connectionsToServers() {
  const { pooledFetch } = await import("./http-fetch.ts");
  return pooledFetch();
}

/** Loaded only if needed, because the package is as large as the rest of the server. */
async function stripePayments(config: StripeConfig, now: Clock): Promise<Payments> {
  const { StripePayments } = await import("../platform/plans/stripe.ts");
  return new StripePayments(config, now);
}
