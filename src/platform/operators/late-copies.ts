import { limits } from "../../limits.ts";
import type { Mailer } from "../../services.ts";
import { translator } from "../../web/i18n/index.ts";
import { LATE_COPIES_JOB, OF_THE_PLATFORM } from "../job-kinds.ts";
import type { Jobs } from "../jobs.ts";
import { lateness } from "../statistics.ts";
import type { PlatformStore } from "../store.ts";

/** Has a letter written when guilds have gone too long without a good copy; one a day. */
export async function watchCopies(platform: PlatformStore, jobs: Jobs): Promise<void> {
  const { late } = await lateness(platform);
  if (late === 0) return;
  const told = await platform.db.first(
    "SELECT 1 FROM job_runs WHERE kind = ? AND outcome = 'done' AND finished_at BETWEEN ? AND ?",
    LATE_COPIES_JOB,
    platform.now().getTime() - limits.backups.warnEveryMs,
    platform.now().getTime() + limits.clock.skewMs,
  );
  if (!told) await jobs.enqueue(OF_THE_PLATFORM, LATE_COPIES_JOB, "");
}

/** Writes to every operator who looks after copies. Gives back how many that were. */
export async function tellOfLateCopies(
  platform: PlatformStore,
  mailer: Mailer,
  publicUrl: URL,
): Promise<number> {
  const { late, lateSlugs } = await lateness(platform);
  if (late === 0) return 0;
  const operators = await platform.db.all<{ email: string; name: string }>(
    `SELECT u.email, u.name FROM operators o JOIN users u ON u.id = o.user_id
     WHERE EXISTS (SELECT 1 FROM json_each(o.areas) WHERE value = 'backups') ORDER BY u.email`,
  );
  // Whoever runs a platform reads its documents, which are in English.
  const { lateSubject, lateText } = translator("en").operations.letters;
  const page = new URL("/operator/backups", publicUrl).href;
  const slugs = [...lateSlugs, ...(lateSlugs.length < late ? ["…"] : [])].join(", ");
  for (const { email, name } of operators) {
    await mailer.send({
      to: email,
      subject: lateSubject(late),
      text: lateText(name, late, slugs, page),
    });
  }
  return operators.length;
}
