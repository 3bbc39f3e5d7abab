import { parentPort, workerData } from "node:worker_threads";
import type { Migration, MigrationReport } from "../../provisioning/migrations.ts";
import { type MigratedGuild, migrateGuild } from "../../provisioning/rollouts/guild.ts";
import type { OpenClient } from "../database/client.ts";
import { processBackground } from "../kernel/background.ts";

/** What a thread is given, one guild at a time. */
export interface MigrationWork {
  readonly guild: MigratedGuild;
  readonly nowMs: number;
  readonly allowDestructive: boolean;
}

/** What it answers: the report, with its error in words. */
export interface MigrationAnswer extends Omit<MigrationReport, "error" | "waitedMs"> {
  readonly tookMs: number;
  readonly problem?: string;
}

/** Said to a thread instead of work: no more will come. */
export const END = "end";

/** The whole life of a thread that migrates guilds: one after another, until it is told to end. */
export function serveMigrations(openClient: OpenClient): void {
  const port = parentPort!;
  const migrations = workerData as readonly Migration[];
  processBackground.listen(port, "message", async (work: MigrationWork | typeof END) => {
    if (work === END) {
      // A thread without an open port ends, and gives back the files that it had open.
      port.close();
      return;
    }
    try {
      port.postMessage(await answerTo(work));
    } catch (error) {
      // The thread ends. Its owner then knows that no answer will come.
      port.close();
      throw error;
    }
  });

  const answerTo = async (work: MigrationWork): Promise<MigrationAnswer> => {
    const { allowDestructive } = work;
    const deps = { openClient, migrations, now: () => new Date(work.nowMs), allowDestructive };
    const startedAt = performance.now();
    const { error, ...report } = await migrateGuild(deps, work.guild);
    const tookMs = performance.now() - startedAt;
    return { ...report, tookMs, ...(error && { problem: error.message }) };
  };
}
