import { Worker } from "node:worker_threads";
import type { Migration, MigrationReport } from "../../provisioning/migrations.ts";
import type { MigratedGuild } from "../../provisioning/rollouts/guild.ts";
import { processBackground } from "../kernel/background.ts";
import { limits } from "../limits.ts";
import { END, type MigrationAnswer, type MigrationWork } from "./migration-thread.ts";

// The folder is the same in source and in the bundle.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./migration-worker.ts" : "./migration-worker.js";

/**
 * Migrates database files in threads. Most of that time is waiting for the disk, so several threads
 * wait in parallel and the process stays responsive. Threads start when first needed. `close` ends all
 * of them.
 */
export class MigrationThreads {
  readonly #migrations: readonly Migration[];
  readonly #script: URL;
  readonly #idle: Thread[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(migrations: readonly Migration[], script: URL = new URL(SCRIPT, import.meta.url)) {
    this.#migrations = migrations;
    this.#script = script;
  }

  /**
   * Returns the same report as `migrateGuild`. Waits while all threads are busy.
   * @throws {Error} when the thread ended before it answered. The next guild gets another thread.
   */
  async migrate(
    guild: MigratedGuild,
    nowMs: number,
    allowDestructive = false,
  ): Promise<MigrationReport> {
    const startedAt = performance.now();
    while (this.#busy >= limits.fleet.threadsMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#busy++;
    const thread = this.#take();
    try {
      const { id, generation, schemaVersion, location } = guild;
      const { problem, tookMs, ...report } = await thread.ask({
        guild: { id, generation, schemaVersion, location },
        nowMs,
        allowDestructive,
      });
      const waitedMs = performance.now() - startedAt - tookMs;
      const error = problem === undefined ? undefined : new Error(problem);
      return { ...report, waitedMs, ...(error && { error }) };
    } finally {
      this.#busy--;
      this.#idle.push(thread);
      this.#waiting.shift()?.();
    }
  }

  /** Ends the threads, which are idle by then, and waits until they have closed their files. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.end()));
  }

  #take(): Thread {
    for (let known = this.#idle.pop(); known; known = this.#idle.pop()) {
      if (known.isAlive) return known;
    }
    return new Thread(this.#script, this.#migrations);
  }
}

/**
 * One thread with one task at a time. It is never terminated, because it might be in the middle of a
 * write.
 */
class Thread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #settle: PromiseWithResolvers<MigrationAnswer> | undefined;
  isAlive = true;

  constructor(script: URL, migrations: readonly Migration[]) {
    this.#worker = new Worker(script, { workerData: migrations });
    processBackground.listen(this.#worker, "message", (answer: MigrationAnswer) =>
      this.#settle?.resolve(answer),
    );
    processBackground.listen(this.#worker, "error", (error: Error) => this.#die(error));
    this.#ended = new Promise((resolve) => {
      processBackground.once(this.#worker, "exit", () => {
        this.#die(new Error("The thread at work on this guild ended too early. Try again."));
        resolve();
      });
    });
  }

  ask(work: MigrationWork): Promise<MigrationAnswer> {
    this.#settle = Promise.withResolvers();
    this.#worker.postMessage(work);
    return this.#settle.promise;
  }

  async end(): Promise<void> {
    this.#worker.postMessage(END);
    await this.#ended;
  }

  #die(error: Error): void {
    this.isAlive = false;
    this.#settle?.reject(error);
  }
}
