import { processBackground, type Timer } from "../kernel/background.ts";
import type { Clock } from "../kernel/clock.ts";
import { AppError } from "../kernel/errors.ts";
import type { GuildId } from "../kernel/ids.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";
import type { BatchMode, Client, ResultRows, Statement } from "./client.ts";
import { DatabaseError, kindOfSystemCode } from "./errors.ts";

/** What operators are told of. The names are those of the problem documents. */
export type FaultCode =
  | "database/damaged"
  | "database/storage-full"
  | "database/unavailable"
  | "database/unreachable"
  | "guild/schema-behind";

/** One state that a database, or the machine, is in. Times in Unix milliseconds. */
export interface Fault {
  readonly code: FaultCode;
  /** Empty for the platform's own database and for the machine. */
  readonly guildId: GuildId | "";
  /** Another generation is another database: what is known of this one says nothing of that. */
  readonly generation: number;
  readonly cause: string;
  readonly since: number;
}

/** Whose database it is. */
export interface FaultTarget {
  readonly id: GuildId;
  readonly generation: number;
}

/** Where states are kept so that other processes see them. Asked at a change only. */
export interface FaultStore {
  save(fault: Fault): Promise<void>;
  remove(fault: Pick<Fault, "code" | "guildId">): Promise<void>;
}

interface Known extends Fault {
  readonly toldAt: number;
  /** Found when the file was opened, so opening it again shows that it is over. */
  readonly atOpening: boolean;
}

/** What an error says of a database; undefined for errors that say nothing of its state. */
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

/** Waits for background work. What a database met in it is told already, so it is no error of the work. */
export async function unlessTold(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (faultOf(error) === undefined) throw error;
  }
}

/** The kind of an error of the file system, which uploads, copies and letters meet without a database. */
export function systemKindOf(error: unknown): "full" | "unavailable" | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    // A database says itself what it met.
    if (one instanceof DatabaseError) return undefined;
    const { code, syscall } = one as NodeJS.ErrnoException;
    if (syscall === undefined || /^(connect|getaddrinfo)/.test(syscall)) continue;
    const kind = kindOfSystemCode(code);
    if (kind === "full" || kind === "unavailable") return kind;
  }
  return undefined;
}

function causeOf(error: unknown): string {
  const reason = (error as { reason?: string } | undefined)?.reason;
  const message = error instanceof Error ? error.message : String(error);
  const cause = reason === undefined ? message : `${reason}: ${message}`;
  return cause.slice(0, limits.database.causeCharsMax);
}

/** A full disk and too many open files are the machine's: they are told once for all guilds. */
function isOfTheMachine({ code, cause }: Pick<Fault, "code" | "cause">): boolean {
  if (code === "database/storage-full") return /^(ENOSPC|EDQUOT|EFBIG)\b/.test(cause);
  return /^(EMFILE|ENFILE)\b/.test(cause);
}

/**
 * The failures of this process's databases. Each is told in the log once, and again when it is over, and
 * kept for the command line and the console. Asking costs nothing while all is well.
 */
export class DatabaseFaults {
  readonly #log: Log;
  readonly #now: Clock;
  readonly #known = new Map<string, Known>();
  /** What was over a moment ago, and when it was told: what flickers is told once a minute. */
  readonly #toldAt = new Map<string, number>();
  readonly #unsaved = new Map<string, Fault | Pick<Fault, "code" | "guildId">>();
  #store: FaultStore | undefined;
  #saving: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;

  constructor(deps: { readonly log: Log; readonly now: Clock }) {
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** Keeps what changes from now on in `store`. `earlier` is what other processes, or this one, left. */
  keepIn(store: FaultStore, earlier: readonly Fault[]): void {
    this.#store = store;
    for (const fault of earlier) {
      this.#known.set(keyOf(fault), { ...fault, toldAt: this.#now().getTime(), atOpening: true });
    }
  }

  /** Everything that is wrong now, as far as this process knows. */
  current(): readonly Fault[] {
    return [...this.#known.values()];
  }

  /** How many databases are in which state, for a program that watches. */
  gauges(): Readonly<Partial<Record<FaultCode, number>>> {
    const gauges: Partial<Record<FaultCode, number>> = {};
    for (const { code } of this.#known.values()) gauges[code] = (gauges[code] ?? 0) + 1;
    return gauges;
  }

  /** Hears of every error; most say nothing of a database. `target` is undefined for the platform. */
  failed(target: FaultTarget | undefined, error: unknown, atOpening = true): void {
    const found = faultOf(error);
    if (found === undefined) return;
    const nowMs = this.#now().getTime();
    const guildId = isOfTheMachine(found) ? "" : (target?.id ?? "");
    const generation = guildId === "" ? 0 : (target?.generation ?? 0);
    const fault: Fault = { ...found, guildId, generation, since: nowMs };
    const key = keyOf(fault);
    const known = this.#known.get(key);
    const isTold = known !== undefined && known.generation === generation;
    const toldAt = isTold ? known.toldAt : (this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY);
    const { faultToldEveryMs, faultToldAgainMs } = limits.database;
    // A clock that was set back must not keep it quiet.
    const isDue = Math.abs(nowMs - toldAt) >= (isTold ? faultToldEveryMs : faultToldAgainMs);
    if (isDue) this.#tell(fault, target);
    if (isTold && !isDue) return;
    const since = isTold ? known.since : nowMs;
    this.#known.set(key, { ...fault, since, atOpening, toldAt: isDue ? nowMs : toldAt });
    if (!isTold) this.#save(fault);
  }

  /** A guild's database was opened and is the guild's. */
  opened(target: FaultTarget): void {
    if (this.#known.size === 0) return;
    this.#end((known) => known.guildId === target.id && known.atOpening);
    this.#end(({ code, guildId }) => code === "database/unavailable" && guildId === "");
  }

  /** A statement was answered; `wrote` when it changed something. `id` is undefined for the platform. */
  answered(id: GuildId | undefined, wrote: boolean): void {
    if (this.#known.size === 0) return;
    // Reading a file that cannot be written shows nothing.
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

  /** A look at this state found that it is over. */
  examined(fault: Pick<Fault, "code" | "guildId">): void {
    this.#end(({ code, guildId }) => guildId === fault.guildId && code === fault.code);
  }

  /** Resolves once all that is known is stored, or could not be. */
  async stored(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#saveAll());
    await this.#saving;
  }

  #tell({ code, cause, guildId }: Fault, target: FaultTarget | undefined): void {
    const level = code === "guild/schema-behind" ? "warn" : "error";
    const guild = guildId === "" ? target?.id : guildId;
    this.#log[level]("database.fault", { code, cause, guildId: guild ?? "platform" });
  }

  #end(isOver: (known: Known) => boolean): void {
    for (const [key, known] of this.#known) {
      if (!isOver(known)) continue;
      this.#known.delete(key);
      const { code, guildId, since } = known;
      const nowMs = this.#now().getTime();
      if (nowMs - (this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY) >= 0) {
        this.#toldAt.set(key, known.toldAt);
      }
      if (this.#toldAt.size > limits.remote.breakersMax) this.#toldAt.clear();
      const lastedMs = Math.max(0, nowMs - since);
      this.#log.warn("database.recovered", { code, guildId: guildId || "platform", lastedMs });
      this.#save({ code, guildId });
    }
  }

  #save(change: Fault | Pick<Fault, "code" | "guildId">): void {
    // Every visited guild is behind for a moment during a rollout, which has its own record.
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
        // The platform's own disk may be full: the log has it, and the next change tries again.
        if (!this.#unsaved.has(key)) this.#unsaved.set(key, change);
        return;
      }
    }
  }
}

function keyOf({ code, guildId }: Pick<Fault, "code" | "guildId">): string {
  return `${code} ${guildId}`;
}

/** The same connection, with its failures heard of. */
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
