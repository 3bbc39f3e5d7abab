import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { processBackground } from "../kernel/background.ts";
import { backoffMs, delay } from "../kernel/concurrency.ts";
import { Unavailable } from "../kernel/errors.ts";
import { nextTurn } from "../kernel/turns.ts";
import { limits } from "../limits.ts";
import type { BatchMode, Client, DatabaseLocation, ResultRows, Statement } from "./client.ts";
import { Connection, type WriteCounter } from "./embedded-connection.ts";
import { dataMoved, fileAt, handlesReleased, makeRoom, roomToOpen } from "./embedded-handles.ts";
import { inspectPath, restoreRightsOfLogs } from "./embedded-reasons.ts";
import { DatabaseError, isFull, isOutOfFiles, kindOfSystemCode } from "./errors.ts";

/**
 * Opens a database file of this machine. Never creates one by accident: a missing or empty file would open
 * as an empty database, as if a guild had lost everything. When the process has too many open files, it
 * closes idle databases and tries once more. On a full disk it opens the database for reading.
 *
 * @throws {DatabaseError} `missing`, `corrupt`, `unavailable` with the system's `reason`, or `busy` when
 * another process keeps a lock.
 */
export async function openEmbedded(
  location: DatabaseLocation,
  options: {
    readonly create?: boolean;
    /**
     * Allows a symbolic link. Refused by default: in a copy of a folder, a link would write to the
     * original's files.
     */
    readonly mayBeLink?: boolean;
    readonly busyWaitMsMax?: number;
    /** Counts the transactions that change this database. */
    readonly counter?: WriteCounter;
  } = {},
): Promise<Client> {
  const path = fileURLToPath(location.url);
  if (options.create) makePrivateFile(path);
  else refuseWrongFile(path, options.mayBeLink ?? false);
  await roomToOpen();
  const client = new EmbeddedClient(path, options);
  try {
    await client.connect();
  } catch (error) {
    if (!isOutOfFiles(error)) throw error;
    await makeRoom();
    await client.connect();
  }
  return client;
}

function refuseWrongFile(path: string, mayBeLink: boolean): void {
  let found: ReturnType<typeof inspectPath>;
  try {
    found = inspectPath(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const kind = kindOfSystemCode(code) ?? "unavailable";
    // Its whole folder was renamed or unmounted, which says nothing about the database.
    if (kind === "missing" && fileAt(dirname(path)) === undefined) throw dataMoved();
    const told = kind === "missing" ? "The database file is not there." : message;
    throw new DatabaseError(kind, told, error, undefined, code);
  }
  if (found.isLink && !mayBeLink) {
    throw new DatabaseError("missing", "The database file is a link. Put the file itself there.");
  }
  if (found.size === 0) throw new DatabaseError("corrupt", "The database file is empty.");
}

/**
 * Creates the file if there is none, readable for its owner only. SQLite would make it readable for every
 * account of the machine, and its logs inherit its rights. An existing file is not opened: closing it would
 * drop the locks that this process holds on it through other connections.
 */
function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    // The file exists; if not, SQLite reports what is wrong.
  }
}

type Work<T> = (connection: Connection) => T;

interface Waiting {
  readonly run: () => Promise<void> | undefined;
  readonly refuse: (error: Error) => void;
}

/** How long all embedded databases together have worked in this turn of the event loop. */
class LoopTime {
  #spentMs = 0;
  #isCounting = false;

  get isSpent(): boolean {
    return this.#spentMs >= limits.turnMs;
  }

  measure<T>(work: () => T): T {
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      this.#spentMs += performance.now() - startedAt;
      if (!this.#isCounting) {
        this.#isCounting = true;
        setImmediate(() => {
          this.#spentMs = 0;
          this.#isCounting = false;
        });
      }
    }
  }
}

const loopTime = new LoopTime();

/**
 * One connection and one queue. The driver works synchronously, so queued work needs no lock: each piece
 * runs to its end before the next. Work waits only for a lock of another process; then everything queued
 * behind it waits too, while the event loop keeps running. Work that completes at once never yields to the
 * event loop. Therefore, after `limits.turnMs` of such work, the next piece waits for the loop, so that a
 * sequence of short statements does not delay other guilds.
 */
class EmbeddedClient implements Client {
  readonly #path: string;
  readonly #busyWaitMsMax: number;
  readonly #counter: WriteCounter | undefined;
  #connection: Connection | undefined;
  #file: string | undefined;
  readonly #queue: Waiting[] = [];
  #working = false;
  /** Another process holds a lock that the current work needs. */
  #isLockedOut = false;
  /** When to reopen a database normally after it was opened on a full disk. */
  #reopenAt = 0;
  /** True if the system refused to open the file at the last attempt. */
  #wasWithheld = false;
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(
    path: string,
    options: { readonly busyWaitMsMax?: number; readonly counter?: WriteCounter },
  ) {
    this.#path = path;
    this.#busyWaitMsMax = options.busyWaitMsMax ?? limits.database.busyWaitMsMax;
    this.#counter = options.counter;
  }

  connect(): Promise<void> {
    return this.#inTurn(() => undefined);
  }

  execute(statement: Statement): Promise<ResultRows> {
    return this.#inTurn((connection) => connection.run(statement));
  }

  batch(statements: readonly Statement[], mode: BatchMode): Promise<readonly ResultRows[]> {
    return this.#inTurn((connection) => connection.batch(statements, mode));
  }

  migrate(
    statements: readonly Statement[],
    options: { readonly skipForeignKeyCheck?: boolean } = {},
  ): Promise<void> {
    return this.#inTurn((connection) =>
      connection.migrate(statements, options.skipForeignKeyCheck),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#idle().then(() => {
      this.#connection?.settle();
      this.#dropConnection();
    });
    return this.#closing;
  }

  /** Runs `work` at once when the queue is empty: most requests never wait. */
  #inTurn<T>(work: Work<T>): Promise<T> {
    if (this.#closing)
      return Promise.reject(new DatabaseError("closed", "The database was closed."));
    if (!this.#working && this.#queue.length === 0) {
      if (loopTime.isSpent) return this.#afterOthers(work);
      if (this.#isDueToReopen()) return this.#runThenDrain(work);
      try {
        return Promise.resolve(this.#run(work));
      } catch (error) {
        if (isBusy(error)) return this.#runThenDrain(work);
        this.#dropIfWithheld(error);
        return Promise.reject(error as Error);
      }
    }
    return this.#wait(work);
  }

  #wait<T>(work: Work<T>): Promise<T> {
    // A queue that only yields to the event loop empties within moments, whatever its length.
    if (this.#isLockedOut && this.#queue.length >= limits.database.waitingPerGuildMax) {
      const retryAfterMs = limits.database.tooBusyRetryAfterMs;
      return Promise.reject(
        new Unavailable("guild/too-busy", "This guild is very busy. Try again in a moment.", {
          retryAfterMs,
        }),
      );
    }
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        try {
          resolve(this.#run(work));
          return undefined;
        } catch (error) {
          if (isBusy(error)) return this.#retry(work).then(resolve, reject);
          this.#dropIfWithheld(error);
          reject(error as Error);
          return undefined;
        }
      };
      this.#queue.push({ run, refuse: reject });
    });
  }

  /** Retries `work` while others queue up, then runs the queue. */
  async #runThenDrain<T>(work: Work<T>): Promise<T> {
    this.#working = true;
    try {
      if (!this.#isDueToReopen()) return await this.#retry(work);
      await this.#reopen();
      return await this.#attempt(work);
    } finally {
      processBackground.detach("database.queue", this.#drain());
    }
  }

  /**
   * After BUSY, the driver does not reset the failed statement: the connection's next write would be
   * acknowledged and lost. So the connection is replaced before anything else runs on it.
   */
  async #retry<T>(work: Work<T>): Promise<T> {
    const giveUpAt = performance.now() + this.#busyWaitMsMax;
    this.#isLockedOut = true;
    try {
      for (let attempt = 0; ; attempt++) {
        this.#dropConnection();
        await delay(
          backoffMs(attempt, limits.database.busyBackoffMs, limits.database.busyBackoffMsMax),
        );
        try {
          return this.#run(work);
        } catch (error) {
          if (!isBusy(error)) throw error;
          if (performance.now() > giveUpAt) {
            this.#dropConnection();
            throw error;
          }
        }
      }
    } finally {
      this.#isLockedOut = false;
    }
  }

  #afterOthers<T>(work: Work<T>): Promise<T> {
    this.#working = true;
    const result = this.#wait(work);
    processBackground.detach("database.queue", this.#drain());
    return result;
  }

  #run<T>(work: Work<T>): T {
    return loopTime.measure(() => work(this.#connected()));
  }

  async #attempt<T>(work: Work<T>): Promise<T> {
    try {
      return this.#run(work);
    } catch (error) {
      if (!isBusy(error)) throw error;
      return await this.#retry(work);
    }
  }

  #isDueToReopen(): boolean {
    return this.#connection?.isExclusive === true && performance.now() > this.#reopenAt;
  }

  /** A connection that opened the file exclusively holds it until the driver has released it. */
  async #reopen(): Promise<void> {
    this.#dropConnection();
    await handlesReleased();
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      if (loopTime.isSpent) await nextTurn();
      await next.run();
    }
    this.#working = false;
    this.#onIdle?.();
  }

  #idle(): Promise<void> {
    if (!this.#working) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Reopens a file that was opened without write permission, or on a failing disk. */
  #dropIfWithheld(error: unknown): void {
    if (!(error instanceof DatabaseError && error.kind === "unavailable")) return;
    this.#dropConnection();
    this.#wasWithheld = true;
  }

  #dropConnection(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #connected(): Connection {
    // A later connection must open the same file as the first one: opening an empty path would create a
    // file.
    this.#connection ??= this.#open();
    this.#file ??= this.#connection.file;
    return this.#connection;
  }

  #open(): Connection {
    if (this.#wasWithheld) restoreRightsOfLogs(this.#path);
    this.#wasWithheld = false;
    const options = { file: this.#file, counter: this.#counter };
    try {
      return new Connection(this.#path, options);
    } catch (error) {
      // Without room for the index of the log, this process alone can still read the database.
      if (!isFull(error)) throw error;
      this.#reopenAt = performance.now() + limits.database.aloneMs;
      return new Connection(this.#path, { ...options, isExclusive: true });
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === "busy";
}
