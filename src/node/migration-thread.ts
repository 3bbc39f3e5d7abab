import { parentPort, workerData } from "node:worker_threads";
import type { Migration, MigrationReport } from "../../provisioning/migrations.ts";
import { migrateAtRest } from "../../provisioning/rollouts/at-rest.ts";
import { type MigratedGuild, migrateGuild } from "../../provisioning/rollouts/guild.ts";
import type { OpenClient } from "../database/client.ts";
import { processBackground } from "../kernel/background.ts";

/** The thread's input for one guild. */
export interface MigrationWork {
  readonly guild: MigratedGuild;
  readonly nowMs: number;
  readonly allowDestructive: boolean;
  /** Checks all references of the database, also after changes that cannot break one. */
  readonly checkKeys: boolean;
}

/** The thread's answer: the report, with its error as text. */
export interface MigrationAnswer extends Omit<MigrationReport, "error" | "waitedMs"> {
  readonly tookMs: number;
  readonly problem?: string;
}

/** Sent instead of work: no more follows. */
export const END = "end";

/** Migrates guilds in a thread, one after another, until it receives `END`. */
export function serveMigrations(openClient: OpenClient): void {
  const port = parentPort!;
  const migrations = workerData as readonly Migration[];
  let earlier: Promise<void> = Promise.resolve();
  const inTurn = async (before: Promise<void>, work: MigrationWork | typeof END): Promise<void> => {
    await before;
    // A thread without an open port ends and releases its files.
    if (work === END) port.close();
    else port.postMessage(await answerTo(work));
  };
  processBackground.listen(port, "message", async (work: MigrationWork | typeof END) => {
    earlier = inTurn(earlier, work);
    try {
      await earlier;
    } catch (error) {
      // Ends the thread. Its owner then knows that no answer will come.
      port.close();
      throw error;
    }
  });

  const answerTo = async (work: MigrationWork): Promise<MigrationAnswer> => {
    const { allowDestructive } = work;
    const deps = { openClient, migrations, now: () => new Date(work.nowMs), allowDestructive };
    const startedAt = performance.now();
    const { error, ...report } =
      (work.checkKeys ? undefined : migrateAtRest(deps, work.guild)) ??
      (await migrateGuild(deps, work.guild));
    const tookMs = performance.now() - startedAt;
    return { ...report, tookMs, ...(error && { problem: error.message }) };
  };
}
