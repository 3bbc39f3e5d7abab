import type { GuildId } from "../kernel/ids.ts";
import { limits } from "../limits.ts";
import type { BatchMode, Client, ResultRows, Statement } from "./client.ts";

/** Counts of one guild's queries since the last call of `take`. Times in milliseconds. */
export interface QueryCounts {
  queries: number;
  failures: number;
  /** Queries that took longer than `limits.performance.slowMs`. */
  slow: number;
  totalMs: number;
  slowestMs: number;
  /** The statements of the slowest query as they were sent, with `?` for values that were bound. */
  slowestSql: readonly string[];
  /** How often the database was already open in the pool, and how often it was not. */
  hits: number;
  misses: number;
}

/**
 * How long the databases of guilds take to answer from the caller's view, including the time in the queue.
 * Each query costs two clock reads and a few additions; nothing is written here.
 */
export class QueryTimes {
  #counts = new Map<GuildId, QueryCounts>();

  lent(id: GuildId, isOpen: boolean): void {
    const counts = this.#of(id);
    if (isOpen) counts.hits++;
    else counts.misses++;
  }

  asked(id: GuildId, statements: readonly Statement[], ms: number, isFailure: boolean): void {
    const counts = this.#of(id);
    counts.queries++;
    counts.totalMs += ms;
    if (isFailure) counts.failures++;
    if (ms > limits.performance.slowMs) counts.slow++;
    if (ms <= counts.slowestMs) return;
    counts.slowestMs = ms;
    counts.slowestSql = statements.map(({ sql }) => sql);
  }

  /** Returns all counts and resets them. */
  take(): ReadonlyMap<GuildId, QueryCounts> {
    const taken = this.#counts;
    this.#counts = new Map();
    return taken;
  }

  #of(id: GuildId): QueryCounts {
    let counts = this.#counts.get(id);
    if (counts === undefined) {
      counts = {
        ...{ queries: 0, failures: 0, slow: 0, totalMs: 0 },
        ...{ slowestMs: 0, slowestSql: [], hits: 0, misses: 0 },
      };
      this.#counts.set(id, counts);
    }
    return counts;
  }
}

/** A client that measures the time of every query. */
export class TimedClient implements Client {
  readonly #client: Client;
  readonly #id: GuildId;
  readonly #times: QueryTimes;

  constructor(client: Client, id: GuildId, times: QueryTimes) {
    this.#client = client;
    this.#id = id;
    this.#times = times;
  }

  execute(statement: Statement): Promise<ResultRows> {
    return this.#timed([statement], () => this.#client.execute(statement));
  }

  batch(statements: readonly Statement[], mode: BatchMode): Promise<readonly ResultRows[]> {
    return this.#timed(statements, () => this.#client.batch(statements, mode));
  }

  migrate(...args: Parameters<Client["migrate"]>): Promise<void> {
    return this.#client.migrate(...args);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #timed<T>(statements: readonly Statement[], ask: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const answer = await ask();
      this.#times.asked(this.#id, statements, performance.now() - startedAt, false);
      return answer;
    } catch (error) {
      this.#times.asked(this.#id, statements, performance.now() - startedAt, true);
      throw error;
    }
  }
}
