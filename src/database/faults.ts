import { processBackground, type Timer } from "../kernel/background.ts";
import type { Clock } from "../kernel/clock.ts";
import { AppError, errorMessage } from "../kernel/errors.ts";
import type { GuildId } from "../kernel/ids.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";
import type { BatchMode, Client, ResultRows, Statement } from "./client.ts";
import { DatabaseError, isFull, kindOfSystemCode } from "./errors.ts";

/** The faults reported to operators. The names are the codes of the problem documents. */
export type FaultCode =
  | "database/damaged"
  | "database/storage-full"
  | "database/unavailable"
  | "database/unreachable"
  | "guild/schema-behind";

/** One fault of a database or of the machine. Times in Unix milliseconds. */
export interface Fault {
  readonly code: FaultCode;
  /** Empty for the platform's own database and for the machine. */
  readonly guildId: GuildId | "";
  /** A new generation is a new database, so faults of the previous one do not apply to it. */
  readonly generation: number;
  readonly cause: string;
  readonly since: number;
}

/** The guild whose database it is. */
export interface FaultTarget {
  readonly id: GuildId;
  readonly generation: number;
}

/** Stores faults where other processes see them. Called only when a fault begins or ends. */
export interface FaultStore {
  save(fault: Fault): Promise<void>;
  remove(fault: Pick<Fault, "code" | "guildId">): Promise<void>;
}

interface Known extends Fault {
  readonly reportedAt: number;
  /** Does the log have a line about this occurrence? One that came back within a minute has none yet. */
  readonly isReported: boolean;
  /** Found while opening the file, so a successful opening ends it. */
  readonly atOpening: boolean;
}

/** The fault that an error shows; undefined for errors that say nothing about a database's state. */
export function faultOf(error: unknown): Pick<Fault, "code" | "cause"> | undefined {
  if (error instanceof AppError) {
    if (error.code === "guild/quarantined") {
      return { code: "database/damaged", cause: causeOf(error.cause) };
    }
    if (error.code === "guild/schema-behind") {
      return { code: "guild/schema-behind", cause: error.message };
    }
    return error.cause === undefined ? undefined : faultOf(error.cause);
  }
  const kind = error instanceof DatabaseError ? error.kind : systemKindOf(error);
  const code = kind === undefined ? undefined : CODES[kind];
  return code && { code, cause: causeOf(error) };
}

const CODES: Readonly<Partial<Record<DatabaseError["kind"], FaultCode>>> = {
  corrupt: "database/damaged",
  full: "database/storage-full",
  unavailable: "database/unavailable",
  unreachable: "database/unreachable",
  timeout: "database/unreachable",
  denied: "database/unreachable",
  missing: "database/unreachable",
};

/** Waits for background work. Ignores faults of databases, which have already been reported. */
export async function unlessTold(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (faultOf(error) === undefined) throw error;
  }
}

/** The kind of a file system error, as in uploads, backups and emails, which involve no database. */
export function systemKindOf(error: unknown): "full" | "unavailable" | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    // A `DatabaseError` already has its kind.
    if (one instanceof DatabaseError) return undefined;
    const { code, syscall } = one as NodeJS.ErrnoException;
    if (syscall === undefined || /^(connect|getaddrinfo)/.test(syscall)) continue;
    const kind = kindOfSystemCode(code);
    if (kind === "full" || kind === "unavailable") return kind;
  }
  return undefined;
}

/** Is there no room to write, as a database or the file system found it? Asks what caused an error too. */
export function isOutOfRoom(error: unknown): boolean {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (isFull(one)) return true;
  }
  return systemKindOf(error) === "full";
}

function causeOf(error: unknown): string {
  const reason = (error as { reason?: string } | undefined)?.reason;
  const message = errorMessage(error);
  const cause = reason === undefined ? message : `${reason}: ${message}`;
  return cause.slice(0, limits.database.causeCharsMax);
}

/**
 * A full disk and too many open files concern the whole machine, so they are reported once for all guilds.
 */
function isMachineFault({ code, cause }: Pick<Fault, "code" | "cause">): boolean {
  if (code === "database/storage-full") return /^(ENOSPC|EDQUOT|EFBIG)\b/.test(cause);
  return /^(EMFILE|ENFILE)\b/.test(cause);
}

/**
 * The current faults of this process's databases. Logs each fault once, and once more when it ends, and
 * stores it for the command line and the console. Costs nothing while there are none.
 */
export class DatabaseFaults {
  readonly #log: Log;
  readonly #now: Clock;
  readonly #known = new Map<string, Known>();
  /** When recently ended faults were last logged: a fault that comes and goes is logged once a minute. */
  readonly #reportedAt = new Map<string, number>();
  readonly #unsaved = new Map<string, Fault | Pick<Fault, "code" | "guildId">>();
  #store: FaultStore | undefined;
  #saving: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;

  constructor(deps: { readonly log: Log; readonly now: Clock }) {
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /**
   * Stores changes in `store` from now on. `earlier` are the stored faults of other processes and of this
   * one.
   */
  keepIn(store: FaultStore, earlier: readonly Fault[]): void {
    this.#store = store;
    for (const fault of earlier) {
      this.#known.set(keyOf(fault), {
        ...fault,
        reportedAt: this.#now().getTime(),
        isReported: true,
        atOpening: true,
      });
    }
  }

  /** All current faults that this process knows. */
  current(): readonly Fault[] {
    return [...this.#known.values()];
  }

  /** The number of databases in each state, for metrics. */
  gauges(): Readonly<Partial<Record<FaultCode, number>>> {
    const gauges: Partial<Record<FaultCode, number>> = {};
    for (const { code } of this.#known.values()) gauges[code] = (gauges[code] ?? 0) + 1;
    return gauges;
  }

  /** Records the fault that an error shows, if any. `target` is undefined for the platform. */
  failed(target: FaultTarget | undefined, error: unknown, atOpening = true): void {
    const found = faultOf(error);
    if (found === undefined) return;
    const nowMs = this.#now().getTime();
    const guildId = isMachineFault(found) ? "" : (target?.id ?? "");
    const generation = guildId === "" ? 0 : (target?.generation ?? 0);
    const fault: Fault = { ...found, guildId, generation, since: nowMs };
    const key = keyOf(fault);
    const known = this.#known.get(key);
    const isKnown = known !== undefined && known.generation === generation;
    const reportedAt = isKnown
      ? known.reportedAt
      : (this.#reportedAt.get(key) ?? Number.NEGATIVE_INFINITY);
    const { faultToldEveryMs, faultToldAgainMs } = limits.database;
    const everyMs = isKnown && known.isReported ? faultToldEveryMs : faultToldAgainMs;
    // If the clock was set back, log again rather than stay silent.
    const isDue = Math.abs(nowMs - reportedAt) >= everyMs;
    if (isDue) this.#report(fault, target);
    if (isKnown && !isDue) return;
    this.#known.set(key, {
      ...fault,
      since: isKnown ? known.since : nowMs,
      atOpening,
      reportedAt: isDue ? nowMs : reportedAt,
      isReported: isDue,
    });
    if (!isKnown) this.#save(fault);
  }

  /** A guild's database was opened and verified. */
  opened(target: FaultTarget): void {
    if (this.#known.size === 0) return;
    this.#end((known) => known.guildId === target.id && known.atOpening);
    this.#end(({ code, guildId }) => code === "database/unavailable" && guildId === "");
  }

  /** A statement succeeded; `wrote` when it changed something. `id` is undefined for the platform. */
  answered(id: GuildId | undefined, wrote: boolean): void {
    if (this.#known.size === 0) return;
    // A successful read does not show that the file can be written.
    this.#end(
      ({ code, guildId, atOpening }) =>
        guildId === (id ?? "") &&
        (code === "database/unreachable" ||
          (code === "database/unavailable" && (wrote || atOpening))),
    );
    if (!wrote) return;
    this.#end(
      ({ code, guildId }) =>
        code === "database/storage-full" && (guildId === "" || guildId === (id ?? "")),
    );
  }

  /** A check found that this fault is over. */
  examined(fault: Pick<Fault, "code" | "guildId">): void {
    this.#end(({ code, guildId }) => guildId === fault.guildId && code === fault.code);
  }

  /** Resolves after one attempt to store all pending changes. */
  async stored(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#saveAll());
    await this.#saving;
  }

  #report({ code, cause, guildId }: Fault, target: FaultTarget | undefined): void {
    const level = code === "guild/schema-behind" ? "warn" : "error";
    const guild = guildId === "" ? target?.id : guildId;
    this.#log[level]("database.fault", { code, cause, guildId: guild ?? "platform" });
  }

  #end(isOver: (known: Known) => boolean): void {
    for (const [key, known] of this.#known) {
      if (!isOver(known)) continue;
      this.#known.delete(key);
      const { code, guildId, since, isReported } = known;
      const nowMs = this.#now().getTime();
      if (nowMs - (this.#reportedAt.get(key) ?? Number.NEGATIVE_INFINITY) >= 0) {
        this.#reportedAt.set(key, known.reportedAt);
      }
      if (this.#reportedAt.size > limits.remote.breakersMax) this.#reportedAt.clear();
      const lastedMs = Math.max(0, nowMs - since);
      // The log has no line about it, so it needs none about its end.
      if (isReported) {
        this.#log.warn("database.recovered", { code, guildId: guildId || "platform", lastedMs });
      }
      this.#save({ code, guildId });
    }
  }

  #save(change: Fault | Pick<Fault, "code" | "guildId">): void {
    // During a rollout, each opened guild is behind for a moment. The rollout has its own record.
    if (change.code === "guild/schema-behind") return;
    this.#unsaved.set(keyOf(change), change);
    if (this.#store === undefined || this.#timer !== undefined) return;
    const { faultStoreMs } = limits.database;
    this.#timer = processBackground.after("faults.store", faultStoreMs, () => this.stored());
  }

  async #saveAll(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    for (const [key, change] of [...this.#unsaved]) {
      this.#unsaved.delete(key);
      try {
        await ("since" in change ? store.save(change) : store.remove(change));
      } catch {
        // The platform's own disk may be full. The fault is in the log, and the next change tries again.
        if (!this.#unsaved.has(key)) this.#unsaved.set(key, change);
        return;
      }
    }
  }
}

function keyOf({ code, guildId }: Pick<Fault, "code" | "guildId">): string {
  return `${code} ${guildId}`;
}

/** A client that reports its failures to `DatabaseFaults`. */
export class WatchedClient implements Client {
  readonly #client: Client;
  readonly #id: FaultTarget | undefined;
  readonly #faults: DatabaseFaults;

  constructor(client: Client, target: FaultTarget | undefined, faults: DatabaseFaults) {
    this.#client = client;
    this.#id = target;
    this.#faults = faults;
  }

  execute(statement: Statement): Promise<ResultRows> {
    return this.#watched(this.#client.execute(statement), ({ rowsAffected }) => rowsAffected > 0);
  }

  batch(statements: readonly Statement[], mode: BatchMode): Promise<readonly ResultRows[]> {
    return this.#watched(this.#client.batch(statements, mode), (results) =>
      results.some(({ rowsAffected }) => rowsAffected > 0),
    );
  }

  migrate(...args: Parameters<Client["migrate"]>): Promise<void> {
    return this.#watched(this.#client.migrate(...args), () => true);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #watched<T>(work: Promise<T>, wrote: (result: T) => boolean): Promise<T> {
    return work.then(
      (result) => {
        this.#faults.answered(this.#id?.id, wrote(result));
        return result;
      },
      (error: unknown) => {
        this.#faults.failed(this.#id, error, false);
        throw error;
      },
    );
  }
}
