import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { processBackground } from "../kernel/background.ts";
import { backoffMs, delay } from "../kernel/concurrency.ts";
import { Unavailable } from "../kernel/errors.ts";
import { nextTurn } from "../kernel/turns.ts";
import { limits } from "../limits.ts";
import type { BatchMode, Client, DatabaseLocation, ResultRows, Statement } from "./client.ts";
import { Connection } from "./embedded-connection.ts";
import { handlesReleased, makeRoom, roomToOpen } from "./embedded-handles.ts";
import { lookAt } from "./embedded-reasons.ts";
import { DatabaseError, isFull, isOutOfFiles, kindOfSystemCode } from "./errors.ts";

/**
 * Opens a database file of this machine. Never makes one by accident: a missing or empty file would
 * open as an empty database, and a guild would seem to have lost everything.
 * When the process has no file left to open, what is idle is closed and it is tried once more. On a full
 * disk the database is opened for reading.
 * @throws {DatabaseError} `missing`, `corrupt`, `unavailable` with the system's `reason`, or `busy` when
 * another process will not let go.
 */
export async function openEmbedded(
  location: DatabaseLocation,
  options: {
    readonly create?: boolean;
    /** A copy of a folder with links in it would write to the original's files. */
    readonly mayBeLink?: boolean;
    readonly busyWaitMsMax?: number;
  } = {},
): Promise<Client> {
  const path = fileURLToPath(location.url);
  if (options.create) makePrivateFile(path);
  else refuseWrongFile(path, options.mayBeLink ?? false);
  await roomToOpen();
  const client = new EmbeddedClient(path, options.busyWaitMsMax ?? limits.database.busyWaitMsMax);
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
  let found: ReturnType<typeof lookAt>;
  try {
    found = lookAt(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const kind = kindOfSystemCode(code) ?? "unavailable";
    const told = kind === "missing" ? "The database file is not there." : message;
    throw new DatabaseError(kind, told, error, undefined, code);
  }
  if (found.isLink && !mayBeLink) {
    throw new DatabaseError("missing", "The database file is a link. Put the file itself there.");
  }
  if (found.size === 0) throw new DatabaseError("corrupt", "The database file is empty.");
}

/**
 * Makes the file where none is. SQLite would let every account of the machine read it, and its logs take
 * their rights from it. One that is there is not opened: closing it would end the locks on it that this
 * process has by other connections.
 */
function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    // It is there, or SQLite says what is wrong.
  }
}

type Work<T> = (connection: Connection) => T;

interface Waiting {
  readonly run: () => Promise<void> | undefined;
  readonly refuse: (error: Error) => void;
}

/** How long all embedded databases together have worked since the event loop last went round. */
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
 * One connection and one queue. The driver works synchronously, so work in turn needs no lock: it
 * runs whole before anything else does. Only a lock held by another process makes it wait, and then
 * everybody behind it waits too, while the event loop goes on. An answer that is there at once does
 * not let the event loop go on: after `limits.turnMs` of such work the next piece waits for it, so that
 * a loop of short statements holds up no other guild.
 */
class EmbeddedClient implements Client {
  readonly #path: string;
  readonly #busyWaitMsMax: number;
  #connection: Connection | undefined;
  #file: string | undefined;
  readonly #queue: Waiting[] = [];
  #working = false;
  /** Another process holds a lock that the work in turn needs. */
  #isHeldUp = false;
  /** When a database that was opened on a full disk is opened as usual. */
  #reopenAt = 0;
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(path: string, busyWaitMsMax: number) {
    this.#path = path;
    this.#busyWaitMsMax = busyWaitMsMax;
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
    options: { readonly keysLater?: boolean } = {},
  ): Promise<void> {
    return this.#inTurn((connection) => connection.migrate(statements, options.keysLater));
  }

  close(): Promise<void> {
    this.#closing ??= this.#idle().then(() => {
      this.#connection?.settle();
      this.#dropConnection();
    });
    return this.#closing;
  }

  /** Runs `work` at once when nobody is before it: most requests never wait. */
  #inTurn<T>(work: Work<T>): Promise<T> {
    if (this.#closing)
      return Promise.reject(new DatabaseError("closed", "The database was closed."));
    if (!this.#working && this.#queue.length === 0) {
      if (loopTime.isSpent) return this.#afterOthers(work);
      if (this.#isDueToReopen()) return this.#holdTheLine(work);
      try {
        return Promise.resolve(this.#run(work));
      } catch (error) {
        if (isBusy(error)) return this.#holdTheLine(work);
        this.#dropIfWithheld(error);
        return Promise.reject(error as Error);
      }
    }
    return this.#wait(work);
  }

  #wait<T>(work: Work<T>): Promise<T> {
    // A queue that only lets the event loop go round is over within moments, however long it is.
    if (this.#isHeldUp && this.#queue.length >= limits.database.waitingPerGuildMax) {
      const retryAfterMs = limits.database.tooBusyRetryAfterMs;
      return Promise.reject(
        new Unavailable("guild/too-busy", "Too much is going on in this guild. Try again.", {
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

  /** Tries again while others queue up, then lets them go. */
  async #holdTheLine<T>(work: Work<T>): Promise<T> {
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
   * A connection that met BUSY keeps the failed statement half alive: its next write would be
   * acknowledged and lost. So it is replaced before anything else runs on it.
   */
  async #retry<T>(work: Work<T>): Promise<T> {
    const giveUpAt = performance.now() + this.#busyWaitMsMax;
    this.#isHeldUp = true;
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
      this.#isHeldUp = false;
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
    return this.#connection?.isAlone === true && performance.now() > this.#reopenAt;
  }

  /** A connection that opened the file alone holds it until the driver has given it back. */
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

  /** A file that was opened without the right to write, or on a failing disk, is opened again. */
  #dropIfWithheld(error: unknown): void {
    if (error instanceof DatabaseError && error.kind === "unavailable") this.#dropConnection();
  }

  #dropConnection(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #connected(): Connection {
    // A later connection wants the file of the first one: opening a path where nothing is makes a file.
    this.#connection ??= this.#open();
    this.#file ??= this.#connection.file;
    return this.#connection;
  }

  #open(): Connection {
    try {
      return new Connection(this.#path, { file: this.#file });
    } catch (error) {
      // Without room for the index of the log, the database can still be read by this process alone.
      if (!isFull(error)) throw error;
      this.#reopenAt = performance.now() + limits.database.aloneMs;
      return new Connection(this.#path, { file: this.#file, isAlone: true });
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === "busy";
}
