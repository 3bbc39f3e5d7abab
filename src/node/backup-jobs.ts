import { CopyRounds } from "../../provisioning/backups/rounds.ts";
import type { Hosts } from "../../provisioning/hosts/host.ts";
import type { Provisioner } from "../../provisioning/provisioner.ts";
import { Pace } from "../../provisioning/rollouts/pace.ts";
import type { Config } from "../config.ts";
import { DatabaseError } from "../database/errors.ts";
import type { Clock } from "../kernel/clock.ts";
import { delay } from "../kernel/concurrency.ts";
import { AppError, Unavailable } from "../kernel/errors.ts";
import type { Log } from "../kernel/log.ts";
import { DAY_MS } from "../kernel/time.ts";
import { limits } from "../limits.ts";
import type { GuildChanges } from "../platform/backups/changes.ts";
import { RESTORE_JOB } from "../platform/backups/service.ts";
import { queueOverdueEmails, warnOfOverdueBackups } from "../platform/console/overdue-backups.ts";
import { PURGE_JOB } from "../platform/guilds/deletion.ts";
import type { Jobs } from "../platform/jobs/jobs.ts";
import { BACKUP_JOB, LATE_COPIES_JOB, OF_THE_PLATFORM, ROUND_JOB } from "../platform/jobs/kinds.ts";
import type { PlatformStore } from "../platform/store.ts";
import type { Mailer } from "../services.ts";
import type { BackupServices } from "./backup-services.ts";
import { loopLag } from "./event-loop.ts";
import type { JobWork } from "./job-runner.ts";

interface Deps extends BackupServices, Hosts {
  readonly config: Config;
  readonly platform: PlatformStore;
  readonly provisioner: Provisioner;
  readonly jobs: Jobs;
  readonly changes: GuildChanges;
  readonly mailer: Mailer;
  readonly now: Clock;
  readonly log: Log;
}

/** Backs up the platform, and cleans up after backups. */
export const COPIES_JOB = "platform.copies";

/** Slow jobs: backups, restores and purges of deleted guilds. */
export function backupWork(deps: Deps): Readonly<Record<string, JobWork>> {
  const { backups, platformBackups, provisioner, config, now, platform, jobs } = deps;
  const rounds = new CopyRounds(deps, config.backups.everyMs || limits.backups.everyMs);
  const nextAt = () => now().getTime() + (config.backups.everyMs || limits.backups.everyMs);
  return {
    [BACKUP_JOB]: {
      run: async (_job, guild, step) => {
        if (guild === undefined) return undefined;
        step.note("copying");
        const isNew = await rounds.copy(guild);
        return { detail: isNew ? "copied" : "unchanged since the newest backup" };
      },
    },
    [ROUND_JOB]: {
      run: async (_job, _guild, step) => {
        if (config.backups.everyMs === 0) return undefined;
        step.note("copying what changed");
        const { dueAt, looked, copied, verified } = await nextPart(rounds, step.signal);
        const detail = `${looked} guilds, ${copied} copied, ${verified} old backups verified`;
        return { dueAt, detail };
      },
    },
    [RESTORE_JOB]: restoreWork(deps),
    [PURGE_JOB]: {
      anyStatus: true,
      run: async (_job, guild) => {
        if (guild?.status !== "deleted") return undefined;
        const isDue = guild.purgeAfter! <= platform.settledNow().getTime();
        if (!isDue) return { dueAt: guild.purgeAfter! };
        // An operator may protect a guild after its deletion. It then waits until it is unlocked.
        if (guild.isProtected) return { dueAt: platform.now().getTime() + DAY_MS };
        await provisioner.deprovision(guild.id);
        return undefined;
      },
    },
    [COPIES_JOB]: {
      run: async (_job, _guild, step) => {
        await backups.sweepScratch();
        await jobs.forgetRuns(platform.settledNow().getTime() - limits.jobs.runsKeptMs);
        if (config.backups.everyMs === 0) return { dueAt: nextAt() };
        // Runs first, because an unreachable store makes the following steps fail.
        await warnOfOverdueBackups(platform, jobs);
        step.note("copying the platform");
        await platformBackups.create();
        await jobs.enqueue(OF_THE_PLATFORM, ROUND_JOB, "");
        return { dueAt: nextAt() };
      },
    },
    [LATE_COPIES_JOB]: {
      run: async () => {
        const emails = await queueOverdueEmails(deps);
        return { detail: `${emails} e-mails` };
      },
    },
  };
}

/** A part of a round. It pauses while other work of this process is delayed. */
async function nextPart(rounds: CopyRounds, signal: AbortSignal) {
  const lag = loopLag();
  const pace = new Pace(lag.takeMs, delay);
  try {
    return await rounds.next(signal, () => pace.rest());
  } finally {
    lag.end();
  }
}

function restoreWork({ backups, log }: Deps): JobWork {
  return {
    anyStatus: true,
    run: async (job, guild, step) => {
      // The subject is a backup's id. If the guild is gone, the request has no effect.
      if (guild === undefined) return undefined;
      step.note("restoring");
      const copy = await backups.backup(job.subject);
      if (copy.guildId !== guild.id) return undefined;
      try {
        await backups.restore(copy, "restore");
      } catch (error) {
        // No retry can repair a damaged backup. The guild keeps its current database.
        if (!isFinal(error)) throw error;
        log.error("backups.not-restored", { guildId: guild.id, error });
        return { outcome: "failed", detail: error.message };
      }
      return { detail: `back to ${new Date(copy.takenAt).toISOString()}` };
    },
  };
}

function isFinal(error: unknown): error is Error {
  if (error instanceof AppError) return !(error instanceof Unavailable);
  return error instanceof DatabaseError && error.kind === "corrupt";
}
