import type { Provisioner } from "../../provisioning/provisioner.ts";
import type { Config } from "../config.ts";
import { DatabaseError } from "../database/errors.ts";
import { write } from "../database/write.ts";
import type { Clock } from "../kernel/clock.ts";
import { AppError, Unavailable } from "../kernel/errors.ts";
import type { Log } from "../kernel/log.ts";
import { DAY_MS } from "../kernel/time.ts";
import { limits } from "../limits.ts";
import { RESTORE_JOB } from "../platform/backups/service.ts";
import { queueOverdueEmails, warnOfOverdueBackups } from "../platform/console/overdue-backups.ts";
import { PURGE_JOB } from "../platform/guilds/deletion.ts";
import type { Jobs } from "../platform/jobs/jobs.ts";
import { BACKUP_JOB, LATE_COPIES_JOB } from "../platform/jobs/kinds.ts";
import type { PlatformStore } from "../platform/store.ts";
import type { Mailer } from "../services.ts";
import type { BackupServices } from "./backup-services.ts";
import type { JobWork } from "./job-runner.ts";

interface Deps extends BackupServices {
  readonly config: Config;
  readonly platform: PlatformStore;
  readonly provisioner: Provisioner;
  readonly jobs: Jobs;
  readonly mailer: Mailer;
  readonly now: Clock;
  readonly log: Log;
}

/** Backs up the platform and schedules the backups of guilds. */
export const COPIES_JOB = "platform.copies";

/** Slow jobs: backups, restores and purges of deleted guilds. */
export function backupWork(deps: Deps): Readonly<Record<string, JobWork>> {
  const { backups, platformBackups, provisioner, config, now, platform, jobs } = deps;
  const nextAt = () => now().getTime() + (config.backups.everyMs || limits.backups.everyMs);
  return {
    [BACKUP_JOB]: {
      run: async (_job, guild, step) => {
        if (guild === undefined || config.backups.everyMs === 0) return undefined;
        step.note("copying");
        const made = await backups.create(guild, "schedule", "schedule").catch(async (error) => {
          // A full store stays full unless old backups are pruned, even when the new backup failed.
          await backups.prune(guild.id);
          throw error;
        });
        step.note("thinning out");
        // A wrong clock would make all backups look old.
        const isClockRight = platform.clock.state() === "right";
        const removed = isClockRight ? await backups.prune(guild.id) : 0;
        const detail = `${made.storedBytes} bytes stored, ${removed} older copies removed`;
        return { dueAt: nextAt(), detail };
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
        await scheduleBackups(platform, config.backups.everyMs);
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

/** Schedules a backup for every open guild, spread over time so that they do not all run at once. */
async function scheduleBackups(platform: PlatformStore, everyMs: number): Promise<void> {
  await write(platform.db, [
    {
      sql: `INSERT INTO jobs (id, guild_id, kind, subject, due_at, created_at)
            SELECT lower(hex(randomblob(16))), g.id, ?1, '', ?2 + abs(random()) % ?3, ?2
            FROM guilds g WHERE g.status = 'ready'
              AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.guild_id = g.id AND j.kind = ?1)
            ON CONFLICT DO NOTHING`,
      args: [BACKUP_JOB, platform.now().getTime(), everyMs],
    },
  ]);
}
