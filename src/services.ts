import type { Backups } from "../provisioning/backups/backups.ts";
import type { PlatformBackups } from "../provisioning/backups/platform.ts";
import { Provisioner } from "../provisioning/provisioner.ts";
import type { RolloutPlan } from "../provisioning/rollouts/plan.ts";
import type { Alongside } from "../provisioning/rollouts/records.ts";
import type { Rollout } from "../provisioning/rollouts/rollouts.ts";
import type { RolloutView } from "../provisioning/rollouts/status.ts";
import type { Config } from "./config.ts";
import type { DatabaseFaults } from "./database/faults.ts";
import type { TenantDatabases } from "./database/tenants.ts";
import { OpenStreams } from "./http/open-streams.ts";
import type { Background } from "./kernel/background.ts";
import type { Clock } from "./kernel/clock.ts";
import { Envelopes } from "./kernel/envelope.ts";
import type { GuildId } from "./kernel/ids.ts";
import type { Log } from "./kernel/log.ts";
import type { Meter } from "./kernel/meter.ts";
import type { Tracer } from "./kernel/tracer.ts";
import { limits } from "./limits.ts";
import {
  feedWork,
  identityWork,
  importWork,
  messageWork,
  planWork,
  postWork,
  promptWork,
  sealingWork,
} from "./node/prompt-jobs.ts";
import { upkeepWork } from "./node/upkeep-jobs.ts";
import { AccessTokens } from "./platform/accounts/tokens.ts";
import type { AuditAnchors } from "./platform/audit/anchors.ts";
import { AuditSealer } from "./platform/audit/sealer.ts";
import type { GuildChanges } from "./platform/backups/changes.ts";
import { AppConfig } from "./platform/configuration/app-config.ts";
import { ResponseCache } from "./platform/configuration/response-cache.ts";
import { RoutedDomains } from "./platform/domains/routed-domains.ts";
import type { TxtRecords } from "./platform/domains/txt-records.ts";
import { Operations } from "./platform/guilds/operations.ts";
import { Jobs } from "./platform/jobs/jobs.ts";
import { KeyNetworks } from "./platform/keys/networks.ts";
import { KeyUsage } from "./platform/keys/usage.ts";
import { RateLimiter } from "./platform/limits/rate-limiter.ts";
import type { Payments } from "./platform/plans/payments.ts";
import type { Guild, PlatformStore } from "./platform/store.ts";
import type { BlizzardApi } from "./platform/upstreams/blizzard.ts";
import type { DiscordApi } from "./platform/upstreams/discord.ts";
import { buildUpstreams } from "./platform/upstreams/index.ts";
import { ApiUsage } from "./platform/usage/api-usage.ts";
import type { ExportReader } from "./tenant/identity/told.ts";
import type { ImportReader } from "./tenant/imports/reader.ts";
import { EventTails } from "./tenant/live/tails.ts";
import { seedGuild } from "./tenant/seed.ts";

/** One email. `to` is an address, `text` the whole body. Links in it are absolute. */
export interface Mail {
  /** The id of the message. A mail that is sent twice has the same one. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Sends email. Throws with the reason when it cannot, and throws `UndeliverableMail` when no retry will
 * help. Uses SMTP in production and a folder in development.
 */
export interface Mailer {
  send(mail: Mail): Promise<void>;
}

/** Slow password hashes as PHC strings. The algorithm depends on the runtime. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `outdated`: the password is right, but its hash uses weaker parameters than today's. Hash it again. */
  verify(password: string, phc: string): Promise<"right" | "outdated" | "wrong">;
}

/** Combat logs as they were uploaded. A runtime without a disk has none. */
export interface LogFiles {
  /** The bytes that have arrived. 0 for a log that does not exist. */
  size(database: string, reportId: string): Promise<number>;
  /**
   * Appends to a log durably, including the bytes that arrived before the sender was cut off. Returns
   * the new size. @throws {Conflict} `logs/wrong-offset`, `logs/upload-under-way`
   * @throws {TooLarge} `logs/longer-than-said`
   */
  append(
    database: string,
    reportId: string,
    upload: { readonly offset: number; readonly sizeBytes: number },
    chunk: AsyncIterable<Uint8Array>,
  ): Promise<number>;
  read(database: string, reportId: string): AsyncIterable<Uint8Array>;
  remove(database: string, reportId: string): Promise<void>;
  removeAll(database: string): Promise<void>;
}

/** Backups of guilds' databases, as far as features use them. */
export type Copies = Pick<Backups, "create" | "list" | "backup" | "newestAt" | "lostBy">;

/** Rollouts as the console starts them. A job does the work. */
export interface FleetRollouts {
  plan(): Promise<RolloutPlan>;
  /** The newest first. */
  recent(): Promise<readonly Rollout[]>;
  /** @throws {NotFound} `rollout/not-found` */
  view(id: string): Promise<RolloutView>;
  /**
   * Records a rollout, which the next run of its job starts. `alongside` is written in the same
   * transaction.
   * @throws {Conflict} `rollout/under-way`, `rollout/nothing-to-do` @throws {Invalid}
   * `rollout/destructive`
   */
  begin(
    input: {
      readonly reason: string;
      readonly startedBy: string;
      readonly snapshots: boolean;
      readonly allowDestructive: boolean;
    },
    alongside: Alongside,
  ): Promise<string>;
  /** @throws {Conflict} `rollout/not-running` */
  pause(by: string, alongside: Alongside): Promise<void>;
  /**
   * Makes the newest rollout's job due. With `retry`, failed guilds are tried again.
   * @throws {Conflict} `rollout/finished`, `rollout/under-way`
   */
  queue(options: { readonly retry: boolean }, alongside: Alongside): Promise<void>;
}

/** A guild as one file, ready for download. */
export type Exports = (guild: Guild) => Promise<{
  readonly body: ReadableStream<Uint8Array>;
  readonly bytes: number;
  readonly name: string;
}>;

/** The services of the app. Only entrypoints and tests build them. */
export interface Services {
  readonly config: Config;
  /** The name of this process, or of this request where nothing outlives one. */
  readonly runner: string;
  /** Whether the process of this name has certainly ended. Absent where that cannot be known. */
  readonly isRunnerGone?: (runner: string) => boolean;
  readonly now: Clock;
  readonly log: Log;
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  /** Current faults of databases, as far as this process knows them. */
  readonly faults: DatabaseFaults;
  /** Counts requests, jobs and provisioning steps for metrics. */
  readonly meter: Meter;
  readonly tracer: Tracer;
  readonly provisioner: Provisioner;
  readonly mailer: Mailer;
  readonly passwords: PasswordHasher;
  readonly accessTokens: AccessTokens;
  /** Seals secrets that give access to other services. */
  readonly envelopes: Envelopes;
  readonly jobs: Jobs;
  /** Reads files of other tools in a thread. Absent on runtimes without threads. */
  readonly importReader?: ImportReader;
  /** Reads addons' files in a thread. Absent on runtimes without threads. */
  readonly exportReader?: ExportReader;
  readonly keyUsage: KeyUsage;
  readonly apiUsage: ApiUsage;
  /** Notices new networks of keys. */
  readonly keyNetworks: KeyNetworks;
  readonly rates: RateLimiter;
  readonly auditSealer: AuditSealer;
  readonly auditAnchors: AuditAnchors;
  /** Numbers the changes of guilds, for their backups. */
  readonly changes: GuildChanges;
  /** Settings that operators change while the platform runs. */
  readonly appConfig: AppConfig;
  /** Cached responses of other services. */
  readonly cache: ResponseCache;
  readonly blizzard: BlizzardApi;
  readonly discord: DiscordApi;
  /** Wakes the job runners of this process, because a job has just become due. */
  readonly wakeJobs: () => void;
  /** Owns timers, event handlers and work that continues after the response. */
  readonly background: Background;
  /** The open event streams. */
  readonly streams: OpenStreams;
  /** Follows the events of guilds that have viewers. */
  readonly tails: EventTails;
  readonly logFiles?: LogFiles;
  /** Backups and exports need a disk. A runtime without one has none. */
  readonly backups?: Copies;
  readonly exports?: Exports;
  readonly platformCopies?: Pick<PlatformBackups, "list">;
  readonly rollouts?: FleetRollouts;
  /** Absent when paid plans are not configured. */
  readonly payments?: Payments;
  /** Guilds' own domains that requests are routed by. */
  readonly domains: RoutedDomains;
  /** Absent on runtimes without DNS. */
  readonly txtRecords?: TxtRecords;
  /** Shown on the landing page when this instance has a public demo guild. */
  readonly demoGuildSlug?: string;
}

type Hosting = Pick<
  ConstructorParameters<typeof Provisioner>[0],
  "host" | "otherHosts" | "openClient" | "migrations" | "removeBeside"
>;

/** What each runtime builds in its own way. */
type RuntimeServices = Pick<
  Services,
  | ("config" | "now" | "log" | "platform" | "tenants" | "faults" | "meter" | "tracer")
  | (
      | "background"
      | "runner"
      | "auditAnchors"
      | "changes"
      | "mailer"
      | "passwords"
      | "payments"
      | "txtRecords"
    )
>;

/** Builds what is the same on every runtime. `live` bounds how event streams are followed. */
export function buildServices(
  runtime: RuntimeServices,
  hosting: Hosting,
  live: { readonly pollMs?: number; readonly pollsMax?: number } = {},
) {
  const { config, now, log, platform, tenants, background, meter, runner } = runtime;
  const operations = new Operations(platform, limits.guild.operationLeaseMs, meter);
  const anchors = runtime.auditAnchors;
  const jobs = new Jobs(platform, runner, meter);
  return {
    ...runtime,
    provisioner: new Provisioner({
      ...hosting,
      platform,
      operations,
      tenants,
      now,
      runner,
      seed: seedGuild,
    }),
    jobs,
    keyUsage: new KeyUsage(platform),
    apiUsage: new ApiUsage(platform),
    keyNetworks: new KeyNetworks({ platform, jobs, config, now }),
    rates: new RateLimiter(platform, config.rates, meter),
    envelopes: new Envelopes(config.secretsKeys),
    accessTokens: new AccessTokens(config.secret, config.publicUrl, now),
    auditSealer: new AuditSealer({ platform, tenants, anchors, log, background }),
    appConfig: new AppConfig(platform),
    domains: new RoutedDomains(platform),
    cache: new ResponseCache(platform),
    ...buildUpstreams(config.upstreams, platform),
    streams: new OpenStreams(),
    tails: new EventTails({ platform, tenants, background, ...live }),
  };
}

/** What every runner of jobs needs. A done job touches the seal of its guild's audit log. */
export function runnerDeps(services: Omit<Services, "wakeJobs">) {
  const { platform, jobs, now, log, faults, tracer, auditSealer } = services;
  const onDone = (guildId: GuildId) => auditSealer.touch(guildId);
  return { platform, jobs, now, log, faults, tracer, onDone };
}

/** The jobs of every runtime, by how long people may wait for them. */
export function jobWork(services: Services) {
  const { publicUrl } = services.config;
  return {
    prompt: promptWork(services),
    messages: messageWork(services),
    posts: { ...postWork(services), ...feedWork(services) },
    identity: identityWork({ ...services, publicUrl }),
    imports: importWork(services),
    slow: {
      ...upkeepWork(services),
      ...planWork(services.provisioner),
      ...sealingWork(services),
    },
  };
}
