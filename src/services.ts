import type { Backups } from "../provisioning/backups/backups.ts";
import type { PlatformBackups } from "../provisioning/backups/platform.ts";
import type { Provisioner } from "../provisioning/provisioner.ts";
import type { RolloutPlan } from "../provisioning/rollouts/plan.ts";
import type { Alongside } from "../provisioning/rollouts/records.ts";
import type { Rollout } from "../provisioning/rollouts/rollouts.ts";
import type { RolloutView } from "../provisioning/rollouts/status.ts";
import type { Config } from "./config.ts";
import type { DatabaseFaults } from "./database/faults.ts";
import type { TenantDatabases } from "./database/tenants.ts";
import type { OpenStreams } from "./http/open-streams.ts";
import type { Background } from "./kernel/background.ts";
import type { Clock } from "./kernel/clock.ts";
import type { Envelopes } from "./kernel/envelope.ts";
import type { Log } from "./kernel/log.ts";
import type { AccessTokens } from "./platform/accounts/tokens.ts";
import type { AuditAnchors } from "./platform/audit/anchors.ts";
import type { AuditSealer } from "./platform/audit/sealer.ts";
import type { AppConfig } from "./platform/configuration/app-config.ts";
import type { ResponseCache } from "./platform/configuration/response-cache.ts";
import type { Jobs } from "./platform/jobs/jobs.ts";
import type { KeyUsage } from "./platform/keys/usage.ts";
import type { RateLimiter } from "./platform/limits/rate-limiter.ts";
import type { Payments } from "./platform/plans/payments.ts";
import type { Guild, PlatformStore } from "./platform/store.ts";
import type { EventTails } from "./tenant/live/tails.ts";

/** One letter. `to` is an address, `text` the whole body; links in it are absolute. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Sends mail, or says why not by throwing; `UndeliverableMail` when no other try will help. SMTP in
 * production, a folder in development.
 */
export interface Mailer {
  send(mail: Mail): Promise<void>;
}

/** No later try will deliver this letter either, such as to a mailbox that is not there. */
export class UndeliverableMail extends Error {}

/** Slow hashes of passwords as PHC strings; which algorithm depends on the runtime. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `outdated`: right, but hashed by weaker rules than today's, so hash it again. */
  verify(password: string, phc: string): Promise<"right" | "outdated" | "wrong">;
}

/** Combat logs as they were sent. A runtime without a disk has none. */
export interface LogFiles {
  /** Bytes that have arrived; 0 for a log that is not there. */
  size(database: string, reportId: string): Promise<number>;
  /**
   * Adds to the end of a log, durably, also what came before the sender was cut off. Gives back the
   * new size. @throws {Conflict} `logs/wrong-offset`, `logs/upload-under-way`
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

/** Copies of guilds' databases, as far as features use them. */
export type Copies = Pick<Backups, "create" | "list" | "backup" | "lostBy">;

/** Rollouts as the console sets them going; a job does the work. */
export interface FleetRollouts {
  plan(): Promise<RolloutPlan>;
  /** The newest first. */
  recent(): Promise<readonly Rollout[]>;
  /** @throws {NotFound} `rollout/not-found` */
  view(id: string): Promise<RolloutView>;
  /**
   * Records a rollout that the next run of its job takes up. `alongside` is in the same write.
   * @throws {Conflict} `rollout/under-way`, `rollout/nothing-to-do` @throws {Invalid} `rollout/destructive`
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
   * Leaves the newest rollout to its job; with `retry` what failed is tried again.
   * @throws {Conflict} `rollout/finished`, `rollout/under-way`
   */
  queue(options: { readonly retry: boolean }, alongside: Alongside): Promise<void>;
}

/** A guild as one file, ready to be sent. */
export type Exports = (guild: Guild) => Promise<{
  readonly body: ReadableStream<Uint8Array>;
  readonly bytes: number;
  readonly name: string;
}>;

/** Everything the app is made of. Entrypoints and tests build one; nothing else does. */
export interface Services {
  readonly config: Config;
  /** Names this process, or this request where nothing outlives one. */
  readonly runner: string;
  /** Is it certain that the process of this name has ended? Absent where that cannot be known. */
  readonly isRunnerGone?: (runner: string) => boolean;
  readonly now: Clock;
  readonly log: Log;
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  /** What is wrong with databases now, as far as this process knows. */
  readonly faults: DatabaseFaults;
  readonly provisioner: Provisioner;
  readonly mailer: Mailer;
  readonly passwords: PasswordHasher;
  readonly accessTokens: AccessTokens;
  /** Seals what opens other services in somebody's name. */
  readonly envelopes: Envelopes;
  readonly jobs: Jobs;
  readonly keyUsage: KeyUsage;
  readonly rates: RateLimiter;
  readonly auditSealer: AuditSealer;
  readonly auditAnchors: AuditAnchors;
  /** What operators set while the platform runs. */
  readonly appConfig: AppConfig;
  /** Answers of services elsewhere. */
  readonly cache: ResponseCache;
  /** Something became due just now: whoever does the jobs of this process need not wait for it. */
  readonly wakeJobs: () => void;
  /** Owns timers, event handlers and work that goes on after the answer. */
  readonly background: Background;
  /** The event streams that are open. */
  readonly streams: OpenStreams;
  /** Follows what happens in guilds that somebody watches. */
  readonly tails: EventTails;
  readonly logFiles?: LogFiles;
  /** Copies and exports need a disk. A runtime without one has none. */
  readonly backups?: Copies;
  readonly exports?: Exports;
  readonly platformCopies?: Pick<PlatformBackups, "list">;
  readonly rollouts?: FleetRollouts;
  /** Absent where nobody can pay for a plan. */
  readonly payments?: Payments;
  /** Shown on the landing page when this instance has a guild that anybody may look at. */
  readonly demoGuildSlug?: string;
}
