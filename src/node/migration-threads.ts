import { Worker } from "node:worker_threads";
import type { Migration, MigrationReport } from "../../provisioning/migrations.ts";
import type { MigratedGuild } from "../../provisioning/rollouts/guild.ts";
import { processBackground } from "../kernel/background.ts";
import { limits } from "../limits.ts";
import { END, type MigrationAnswer, type MigrationWork } from "./migration-thread.ts";

// The folder is the same in source and in the bundle.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./migration-worker.ts" : "./migration-worker.js";

interface MigrationOptions {
  readonly allowDestructive?: boolean;
  readonly checkKeys?: boolean;
}

/**
 * Migrates database files in threads. Most of that time is waiting for the disk, so several threads
 * wait in parallel and the process stays responsive. Threads start when first needed. `close` ends all
 * of them.
 */
export class MigrationThreads {
  readonly #migrations: readonly Migration[];
  readonly #script: URL;
  #threads: Thread[] = [];
  readonly #waiting: (() => void)[] = [];

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
    { allowDestructive = false, checkKeys = false }: MigrationOptions = {},
  ): Promise<MigrationReport> {
    const startedAt = performance.now();
    const { id, generation, schemaVersion, location } = guild;
    const { problem, tookMs, ...report } = await this.#ask({
      guild: { id, generation, schemaVersion, location },
      nowMs,
      allowDestructive,
      checkKeys,
    });
    const waitedMs = performance.now() - startedAt - tookMs;
    const error = problem === undefined ? undefined : new Error(problem);
    return { ...report, waitedMs, ...(error && { error }) };
  }

  /** Ends the threads, which are idle by then, and waits until they have closed their files. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
  }

  async #ask(work: MigrationWork): Promise<MigrationAnswer> {
    for (;;) {
      const thread = await this.#free();
      try {
        return await thread.ask(work);
      } catch (error) {
        // The thread ended with an earlier guild. This one was not begun.
        if (!(error instanceof NotBegun)) throw error;
      } finally {
        this.#waiting.shift()?.();
      }
    }
  }

  /** The thread with the least to do. Waits while every thread has another guild to go on with. */
  async #free(): Promise<Thread> {
    for (;;) {
      this.#threads = this.#threads.filter(({ isAlive }) => isAlive);
      const [least] = this.#threads.toSorted((a, b) => a.queued - b.queued);
      if (least?.queued === 0) return least;
      if (this.#threads.length < limits.fleet.threadsMax) {
        const made = new Thread(this.#script, this.#migrations);
        this.#threads.push(made);
        return made;
      }
      if (least !== undefined && least.queued < limits.fleet.perThreadMax) return least;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** The thread ended before it began with this guild. */
class NotBegun extends Error {}

/**
 * One thread that does its tasks one after another. It is never terminated, because it might be in the middle
 * of a write.
 */
class Thread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #tasks: PromiseWithResolvers<MigrationAnswer>[] = [];
  isAlive = true;

  constructor(script: URL, migrations: readonly Migration[]) {
    this.#worker = new Worker(script, { workerData: migrations });
    processBackground.listen(this.#worker, "message", (answer: MigrationAnswer) =>
      this.#tasks.shift()?.resolve(answer),
    );
    processBackground.listen(this.#worker, "error", (error: Error) => this.#die(error));
    this.#ended = new Promise((resolve) => {
      processBackground.once(this.#worker, "exit", () => {
        this.#die(new Error("The thread at work on this guild ended too early. Try again."));
        resolve();
      });
    });
  }

  /** The number of tasks that are not done. */
  get queued(): number {
    return this.#tasks.length;
  }

  /** @throws {NotBegun} when the thread ended with a task before this one. */
  ask(work: MigrationWork): Promise<MigrationAnswer> {
    const task = Promise.withResolvers<MigrationAnswer>();
    this.#tasks.push(task);
    this.#worker.postMessage(work);
    return task.promise;
  }

  async end(): Promise<void> {
    this.#worker.postMessage(END);
    await this.#ended;
  }

  #die(error: Error): void {
    this.isAlive = false;
    const [begun, ...others] = this.#tasks.splice(0);
    begun?.reject(error);
    for (const other of others) other.reject(new NotBegun());
  }
}
