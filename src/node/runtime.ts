import { join, resolve } from "node:path";
import { guildSchema, SCHEMA_VERSION_MIN } from "../../provisioning/guild-schema.ts";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { locateBelow, openerOf } from "../../provisioning/hosts/file-places.ts";
import { fileTemplate } from "../../provisioning/hosts/file-template.ts";
import { chosenHost, type DatabaseHost, GUILDS_FOLDER } from "../../provisioning/hosts/host.ts";
import { readyRemotes, remotesOf } from "../../provisioning/remotes.ts";
import { Upgrades } from "../../provisioning/upgrades.ts";
import type { Config } from "../config.ts";
import { PlatformDatabase } from "../database/client.ts";
import { openEmbedded } from "../database/embedded.ts";
import { openFileDescriptors } from "../database/embedded-handles.ts";
import { DatabaseFaults, WatchedClient } from "../database/faults.ts";
import { QueryTimes } from "../database/query-times.ts";
import { TenantDatabases } from "../database/tenants.ts";
import { TracedClient } from "../database/traced-client.ts";
import { Background, processBackground } from "../kernel/background.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { ClockGuard } from "../kernel/clock-guard.ts";
import { createLog, type Log } from "../kernel/log.ts";
import { noMeter } from "../kernel/meter.ts";
import type { Tracer } from "../kernel/tracer.ts";
import { limits } from "../limits.ts";
import { AuditAnchors } from "../platform/audit/anchors.ts";
import { GuildChanges } from "../platform/backups/changes.ts";
import { PlatformFaults, storedFaults } from "../platform/fleet/faults.ts";
import { beginClock } from "../platform/jobs/clock.ts";
import { PlatformStore } from "../platform/store.ts";
import { storeOf } from "./backup-services.ts";
import { platformFile } from "./data-folder.ts";
import { watchDataFolder } from "./data-folder-watch.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { checkedOpenFiles } from "./open-files.ts";
import { openPlatform, type PlatformAccess } from "./platform-database.ts";
import { makePrivate } from "./private-files.ts";

export interface RuntimeOptions {
  readonly now?: Clock;
  /** The elapsed time in milliseconds, independent of the wall clock. */
  readonly passedMs?: () => number;
  /** Receives log lines. Default: standard output. */
  readonly writeLine?: (line: string) => void;
  /** What may be done to the platform's database itself. Default: everything that a start does. */
  readonly access?: PlatformAccess;
}

type Runtime = Awaited<ReturnType<typeof openRuntime>>;

/** Opens what the process has: its log, the servers that it reaches, and the platform's database. */
export async function openRuntime(config: Config, options: RuntimeOptions) {
  const now = options.now ?? systemClock;
  const dataDir = resolve(config.dataDir);
  const access = options.access ?? "start";
  const isServer = access === "start";
  const tracer = isServer ? await tracerOf(config) : undefined;
  const log = createLog(
    config.logLevel,
    options.writeLine ?? onScreen,
    now,
    tracer?.traceId.bind(tracer),
  );
  const background = new Background(log);
  if (isServer) processBackground.writeTo(log);
  const hasServers = Object.values(config.servers).some(Boolean);
  const connections = hasServers ? await connectionsToServers() : undefined;
  const fetch = connections && { fetch: connections.fetch };
  const remotes = await remotesOf(config, { migrations: guildSchema, now: systemClock, ...fetch });
  await readyRemotes(remotes, log);
  const store = storeOf(config);
  const metrics = isServer ? await metricsOf(config) : undefined;
  const opened = await openPlatform({ config, dataDir, remotes, store, now, log, access });
  if (access !== "use") tightenFiles(config, log);
  const platformFiles = config.platformDatabaseUrl ? [] : [platformFile(dataDir)];
  watchDataFolder([dataDir, ...platformFiles, join(dataDir, GUILDS_FOLDER)], { background, log });
  return {
    config,
    now,
    dataDir,
    tracer,
    log,
    background,
    connections,
    remotes,
    openClient: openerOf(remotes),
    metrics,
    meter: metrics?.meter ?? noMeter,
    opened,
  };
}

/** The platform's store, on a watched connection and with a checked clock. */
export async function openStore(runtime: Runtime, options: RuntimeOptions) {
  const { now, log, tracer, dataDir, remotes, opened } = runtime;
  const faults = new DatabaseFaults({ log, now });
  const { client } = opened.database;
  const traced = tracer ? new TracedClient(client, "platform", tracer) : client;
  const database = new PlatformDatabase(new WatchedClient(traced, undefined, faults));
  // A given clock counts as the elapsed time. A real one is compared with the elapsed time.
  const givenMs = () => now().getTime();
  const passedMs = options.passedMs ?? (options.now ? givenMs : () => performance.now());
  const clock = new ClockGuard(now, passedMs, limits.clock);
  const locate = locateBelow(dataDir, remotes);
  const platform = new PlatformStore(database, now, { locate, clock });
  await beginClock(platform);
  faults.keepIn(new PlatformFaults(platform), await storedFaults(platform));
  return { faults, platform };
}

/** The guilds' databases, the hosts on which they are, and what opens and upgrades them. */
export function openTenants(
  runtime: Runtime,
  { faults, platform }: Awaited<ReturnType<typeof openStore>>,
) {
  const { config, now, log, tracer, dataDir, remotes, openClient } = runtime;
  const upgrades = new Upgrades({ platform, openClient, migrations: guildSchema, now, log });
  const auditAnchors = new AuditAnchors(platform, config.secret);
  const queryTimes = new QueryTimes();
  const changes = new GuildChanges(platform);
  const template = fileTemplate({
    root: dataDir,
    migrations: guildSchema,
    openClient: openEmbedded,
    nowMs: () => now().getTime(),
  });
  const fileHost = new FileHost({ root: join(dataDir, GUILDS_FOLDER), template });
  const tenants = new TenantDatabases({
    queryTimes,
    onWrite: (id) => changes.touch(id),
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
  const hosts = [fileHost, ...remotes.servers.map((server) => server.host)];
  const { host, otherHosts } = chosenHost<DatabaseHost>(hosts, config.databaseHost);
  return { upgrades, auditAnchors, changes, queryTimes, tenants, host, otherHosts };
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
