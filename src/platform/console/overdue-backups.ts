import { sql } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { lateness } from "../fleet/statistics.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { LATE_COPIES_JOB, OF_THE_PLATFORM } from "../jobs/kinds.ts";
import { messageRows } from "../messages/queue.ts";
import { operators } from "../schema.ts";
import type { PlatformStore } from "../store.ts";

/** Enqueues an email when guilds have gone too long without a good backup. At most one a day. */
export async function warnOfOverdueBackups(platform: PlatformStore, jobs: Jobs): Promise<void> {
  const { late } = await lateness(platform);
  if (late === 0) return;
  const lastWarning = await platform.db.first(
    "SELECT 1 FROM job_runs WHERE kind = ? AND outcome = 'done' AND finished_at BETWEEN ? AND ?",
    LATE_COPIES_JOB,
    platform.now().getTime() - limits.backups.warnEveryMs,
    platform.now().getTime() + limits.clock.skewMs,
  );
  if (!lastWarning) await jobs.enqueue(OF_THE_PLATFORM, LATE_COPIES_JOB, "");
}

/** Queues an email to every operator with the area `backups`. Returns the number of receivers. */
export async function queueOverdueEmails(
  services: Pick<Services, "platform" | "jobs" | "config" | "now">,
): Promise<number> {
  const { platform, config } = services;
  const { late, lateSlugs } = await lateness(platform);
  if (late === 0) return 0;
  const receivers = await platform.db.orm
    .select({ userId: operators.userId })
    .from(operators)
    .where(sql`exists (select 1 from json_each(${operators.areas}) where value = 'backups')`);
  const page = new URL("/operator/backups", config.publicUrl).href;
  const slugs = [...lateSlugs, ...(lateSlugs.length < late ? ["…"] : [])].join(", ");
  // Operators read the platform's documents, which are in English.
  const emails = receivers.map(({ userId }) =>
    messageRows(services, {
      template: "late-copies",
      userId,
      locale: "en",
      params: { late: String(late), slugs, page },
      goodForMs: limits.backups.warnEveryMs,
    }),
  );
  await write(platform.db, (await Promise.all(emails)).flat());
  return receivers.length;
}
