import { sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { processBackground, type Timer } from "../kernel/background.ts";
import { Unavailable } from "../kernel/errors.ts";
import type { GuildId } from "../kernel/ids.ts";
import type { Tracer } from "../kernel/tracer.ts";
import { limits } from "../limits.ts";
import { lastGiven } from "./audit-verify.ts";
import { type DatabaseLocation, type OpenClient, TenantDatabase } from "./client.ts";
import { DatabaseError } from "./errors.ts";
import { type DatabaseFaults, WatchedClient } from "./faults.ts";
import { MarkingClient } from "./marking-client.ts";
import { prepare, rowsOf } from "./query.ts";
import { type QueryTimes, TimedClient } from "./query-times.ts";
import { olderThanAcknowledged, RETRY, schemaBehind } from "./tenant-refusals.ts";
import { TracedClient } from "./traced-client.ts";

/** What is needed to open a guild's database. A changed generation is another database. */
export interface TenantTarget {
  readonly id: GuildId;
  readonly generation: number;
  readonly location: DatabaseLocation;
}

/** A borrowed tenant database. It stays open until the lease is disposed. */
export interface TenantLease extends Disposable {
  readonly db: TenantDatabase;
}

export interface TenantGauges {
  readonly open: number;
  readonly leased: number;
  readonly waiting: number;
  readonly opened: number;
  /** Leases of a database that was open already, and of one that was not. */
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
  readonly fileDescriptors: number | undefined;
}

interface Entry {
  readonly id: GuildId;
  readonly generation: number;
  readonly db: TenantDatabase;
  leases: number;
  /** True after `evict`: closed when its last lease ends, and never lent again. */
  retired: boolean;
}

interface Options {
  /** How many idle databases may stay open. Those in use are not counted. */
  readonly openMax: number;
  readonly openClient: OpenClient;
  readonly idleMs?: number;
  /** The lowest schema version that is served. Guilds below it are refused until they are migrated. */
  readonly schemaVersionMin?: number;
  /** The process ends with one request, so no timer for idle databases is needed. */
  readonly endsWithRequest?: boolean;
  /** The number of open files and sockets, on runtimes that can tell. */
  readonly fileDescriptors?: () => number | undefined;
  /**
   * Called for each guild that was refused because of its schema version. Returns whether it is being
   * migrated (`updates`) or waits for an operator (`waits`).
   */
  readonly onBehind?: (guildId: GuildId, schemaVersion: number) => "updates" | "waits";
  /** Receives every failure of a guild's database, and its end. */
  readonly faults?: DatabaseFaults;
  /** The lowest audit number that a guild's log must have reached, stored outside of its database. */
  readonly newestAudit?: (target: TenantTarget) => Promise<number | undefined>;
  /** Called after each statement that may have changed a guild's database. */
  readonly onWrite?: (guildId: GuildId) => void;
  /** Receives how long each guild's database takes to answer. */
  readonly queryTimes?: QueryTimes;
  /** Makes a span of each lease and of each question. */
  readonly tracer?: Tracer;
}

/**
 * The open tenant databases of this process. Only idle ones can be evicted, by construction: the LRU cache
 * holds the idle ones, and a lease takes its entry out of the cache.
 */
export class TenantDatabases {
  readonly #options: Options;
  readonly #idle: LRUCache<GuildId, Entry>;
  readonly #leased = new Map<GuildId, Entry>();
  readonly #retiring = new Set<Entry>();
  readonly #opening = new Map<GuildId, { readonly entry: Promise<Entry>; waiting: number }>();
  readonly #drained = new Map<GuildId, (() => void)[]>();
  readonly #sweep: Timer | undefined;
  #closing = new Set<Promise<void>>();
  #opened = 0;
  #hits = 0;
  #misses = 0;
  #evicted = 0;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#idle = new LRUCache({
      max: options.openMax,
      ttl: options.idleMs ?? limits.database.idleMs,
      dispose: (entry, _id, reason) => {
        if (reason !== "delete") this.#end(entry);
      },
    });
    if (options.endsWithRequest) return;
    const { sweepEveryMs } = limits.database;
    this.#sweep = processBackground.every("database.purge", sweepEveryMs, () => this.purge());
  }

  /**
   * Lends a guild's database; without I/O when it is already open.
   *
   * @throws {Unavailable} `guild/quarantined` when the file is not this guild's, `guild/schema-behind`
   * before its migration, `guild/migration-waits` when an operator must run the migration, `guild/too-busy`
   * when too many requests wait for it.
   */
  async lease(target: TenantTarget): Promise<TenantLease> {
    const { tracer } = this.#options;
    if (tracer === undefined) return await this.#lease(target);
    return await tracer.span("database.lease", {}, () => this.#lease(target));
  }

  async #lease(target: TenantTarget): Promise<TenantLease> {
    let entry = this.#take(target);
    if (entry) this.#hits++;
    else this.#misses++;
    this.#options.queryTimes?.lent(target.id, entry !== undefined);
    while (entry === undefined) {
      await this.#openOnce(target);
      // It may have been evicted since it was opened. If so, open it again.
      entry = this.#take(target);
    }
    return new Lease(entry, this.#release);
  }

  /** Lends a guild's database if it is already open. Otherwise returns undefined; it never opens one. */
  leaseOpen(target: TenantTarget): TenantLease | undefined {
    const entry = this.#take(target);
    return entry && new Lease(entry, this.#release);
  }

  /** Lends the database while `work` runs. */
  async use<T>(target: TenantTarget, work: (db: TenantDatabase) => Promise<T>): Promise<T> {
    using lease = await this.lease(target);
    return await work(lease.db);
  }

  /** Closes all idle databases and waits for it, to free their files. */
  async closeIdle(): Promise<void> {
    for (const id of [...this.#idle.keys()]) {
      const entry = this.#idle.peek(id);
      if (entry === undefined) continue;
      this.#idle.delete(id);
      this.#end(entry);
    }
    await Promise.all(this.#closing);
  }

  /**
   * Removes a guild's database from the pool, after a restore, a move or a migration. Running leases
   * finish.
   */
  evict(guildId: GuildId): void {
    const idle = this.#idle.peek(guildId);
    if (idle) {
      this.#idle.delete(guildId);
      this.#end(idle);
    }
    const leased = this.#leased.get(guildId);
    if (leased) this.#retire(leased);
  }

  /** Evicts and waits until the last lease ends, so that the database may be removed or replaced. */
  async drain(guildId: GuildId): Promise<void> {
    this.evict(guildId);
    if (this.#isLent(guildId)) {
      await new Promise<void>((resolve) => {
        const waiters = this.#drained.get(guildId) ?? [];
        this.#drained.set(guildId, [...waiters, resolve]);
      });
    }
    await Promise.all(this.#closing);
  }

  /** Closes all databases once their leases have ended. Gives no more leases. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sweep?.stop();
    const ids = new Set([...this.#idle.keys(), ...this.#leased.keys()]);
    for (const entry of this.#retiring) ids.add(entry.id);
    await Promise.all([...ids].map((id) => this.drain(id)));
    await Promise.all(this.#closing);
  }

  /** Closes databases that have been idle for too long. Also runs on a timer. */
  purge(): TenantGauges {
    this.#idle.purgeStale();
    return this.gauges();
  }

  gauges(): TenantGauges {
    const entries = [...this.#leased.values(), ...this.#retiring];
    let waiting = 0;
    for (const opening of this.#opening.values()) waiting += opening.waiting;
    return {
      open: this.#idle.size + entries.length,
      leased: entries.reduce((sum, entry) => sum + entry.leases, 0),
      waiting,
      opened: this.#opened,
      hits: this.#hits,
      misses: this.#misses,
      evicted: this.#evicted,
      fileDescriptors: this.#options.fileDescriptors?.(),
    };
  }

  #take(target: TenantTarget): Entry | undefined {
    let entry = this.#leased.get(target.id);
    if (entry === undefined) {
      entry = this.#idle.get(target.id);
      if (entry === undefined) return undefined;
      this.#idle.delete(target.id);
      if (entry.generation !== target.generation) {
        this.#end(entry);
        return undefined;
      }
      this.#leased.set(target.id, entry);
    } else if (entry.generation !== target.generation) {
      this.#retire(entry);
      return undefined;
    }
    entry.leases++;
    return entry;
  }

  readonly #release = (entry: Entry): void => {
    entry.leases--;
    if (entry.leases > 0) return;
    if (entry.retired) {
      this.#retiring.delete(entry);
      this.#end(entry);
    } else {
      this.#leased.delete(entry.id);
      this.#idle.set(entry.id, entry);
    }
    if (this.#drained.size > 0 && !this.#isLent(entry.id)) {
      for (const resolve of this.#drained.get(entry.id) ?? []) resolve();
      this.#drained.delete(entry.id);
    }
  };

  #retire(entry: Entry): void {
    entry.retired = true;
    this.#leased.delete(entry.id);
    this.#retiring.add(entry);
  }

  #isLent(guildId: GuildId): boolean {
    if (this.#leased.has(guildId)) return true;
    for (const entry of this.#retiring) if (entry.id === guildId) return true;
    return false;
  }

  #end(entry: Entry): void {
    this.#evicted++;
    const closing = entry.db.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Opens the database once for any number of concurrent callers. A failure is not cached. */
  async #openOnce(target: TenantTarget): Promise<void> {
    if (this.#closed)
      throw new Unavailable(
        "platform/closing",
        "The server is shutting down. Try again in a moment.",
        RETRY,
      );
    let opening = this.#opening.get(target.id);
    if (opening === undefined) {
      const entry = this.#open(target).finally(() => this.#opening.delete(target.id));
      opening = { entry, waiting: 0 };
      this.#opening.set(target.id, opening);
    }
    if (opening.waiting >= limits.database.waitingPerGuildMax) {
      throw new Unavailable(
        "guild/too-busy",
        "This guild is very busy. Try again in a moment.",
        RETRY,
      );
    }
    opening.waiting++;
    await opening.entry;
  }

  async #open(target: TenantTarget): Promise<Entry> {
    let db: TenantDatabase;
    const { queryTimes, faults, tracer, onWrite } = this.#options;
    try {
      const opened = await this.#options.openClient(target.location);
      const client = tracer ? new TracedClient(opened, "guild", tracer) : opened;
      const marking = onWrite ? new MarkingClient(client, () => onWrite(target.id)) : client;
      const timed = queryTimes ? new TimedClient(marking, target.id, queryTimes) : marking;
      db = new TenantDatabase(faults ? new WatchedClient(timed, target, faults) : timed);
    } catch (error) {
      throw this.#told(target, quarantinedIf(isDamage(error), error));
    }
    try {
      await this.#verify(db, target);
    } catch (error) {
      await db.close();
      throw this.#told(target, quarantinedIf(isDamage(error) || isForeign(error), error));
    }
    faults?.opened(target);
    this.#opened++;
    const entry = { id: target.id, generation: target.generation, db, leases: 0, retired: false };
    this.#idle.set(target.id, entry);
    return entry;
  }

  #told(target: TenantTarget, error: unknown): unknown {
    this.#options.faults?.failed(target, error);
    return error;
  }

  /** Checks that this is the guild's own database and that its schema is new enough. */
  async #verify(db: TenantDatabase, target: TenantTarget): Promise<void> {
    const meta = await stamp.first(db);
    const { guildId, generation, schemaVersion } = meta ?? {};
    const isOwn = guildId === target.id && generation === target.generation;
    if (!isOwn || typeof schemaVersion !== "number") {
      throw quarantinedIf(true, new Error("The file carries another guild's stamp, or none."));
    }
    if (schemaVersion < (this.#options.schemaVersionMin ?? 0)) {
      throw schemaBehind(this.#options.onBehind?.(target.id, schemaVersion) ?? "updates");
    }
    await this.#refuseOlder(db, target);
  }

  /** Refuses a database whose log was deleted or cut: acknowledged writes are missing from it. */
  async #refuseOlder(db: TenantDatabase, target: TenantTarget): Promise<void> {
    const known = await this.#options.newestAudit?.(target);
    if (known === undefined) return;
    if ((await lastGiven(db)) < known) throw olderThanAcknowledged();
  }
}

/** Whose database it is. A foreign file may have any value here. */
const stamp = prepare(() =>
  rowsOf(
    {
      guildId: sql<unknown>`guild_id`,
      generation: sql<unknown>`generation`,
      schemaVersion: sql<unknown>`schema_version`,
    },
    (columns) => sql`select ${columns} from _meta where id = 1`,
  ),
);

class Lease implements TenantLease {
  readonly db: TenantDatabase;
  #entry: Entry | undefined;
  readonly #release: (entry: Entry) => void;

  constructor(entry: Entry, release: (entry: Entry) => void) {
    this.db = entry.db;
    this.#entry = entry;
    this.#release = release;
  }

  [Symbol.dispose](): void {
    const entry = this.#entry;
    this.#entry = undefined;
    if (entry) this.#release(entry);
  }
}

/** There is no file, or it is no database. In both cases it does not hold this guild's data. */
function isDamage(error: unknown): boolean {
  return error instanceof DatabaseError && ["missing", "corrupt"].includes(error.kind);
}

/** Our tables are missing, so it is another program's database. */
function isForeign(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === "sql";
}

function quarantinedIf(isDamaged: boolean, cause: unknown): unknown {
  if (!isDamaged) return cause;
  return new Unavailable(
    "guild/quarantined",
    "The database of this guild failed a check and is not served. An operator has to look at it.",
    { retryAfterMs: limits.database.quarantinedRetryAfterMs },
    { cause },
  );
}
