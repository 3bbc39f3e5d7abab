import type { GuildId } from "../kernel/ids.ts";
import { limits } from "../limits.ts";
import type { BatchMode, Client, ResultRows, Statement } from "./client.ts";

/** What one guild's database was asked since the counts were taken last. Times in milliseconds. */
export interface QueryCounts {
  queries: number;
  failures: number;
  /** Those that took longer than `limits.performance.slowMs`. */
  slow: number;
  totalMs: number;
  slowestMs: number;
  /** Of the slowest: its statements as they were sent, with `?` where values stood apart. */
  slowestSql: readonly string[];
  /** How often the pool had the database open already, and how often it did not. */
  hits: number;
  misses: number;
}

/**
 * How long the databases of guilds take to answer, as whoever asks sees it: with the time spent in
 * the queue. Two readings of a clock and some sums for each query; nothing is written here.
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

  /** Hands over all counts and begins anew. */
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

/** The same connection, with every question to it timed. */
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
