import { parentPort, workerData } from "node:worker_threads";
import type { Migration, MigrationReport } from "../../provisioning/migrations.ts";
import { type MigratedGuild, migrateGuild } from "../../provisioning/rollouts/guild.ts";
import type { OpenClient } from "../database/client.ts";

/** What a thread is given, one guild at a time. */
export interface MigrationWork {
  readonly guild: MigratedGuild;
  readonly nowMs: number;
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
  port.on("message", async (work: MigrationWork | typeof END) => {
    if (work === END) {
      // With nobody to listen to it ends by itself, and gives back the files of what it had open.
      port.close();
      return;
    }
    const deps = { openClient, migrations, now: () => new Date(work.nowMs) };
    const startedAt = performance.now();
    const { error, ...report } = await migrateGuild(deps, work.guild);
    const tookMs = performance.now() - startedAt;
    const answer: MigrationAnswer = { ...report, tookMs, ...(error && { problem: error.message }) };
    port.postMessage(answer);
  });
}
