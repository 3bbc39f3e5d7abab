import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from "cockatiel";
import { LRUCache } from "lru-cache";
import { limits } from "../limits.ts";
import { DatabaseError, type DatabaseErrorKind } from "./errors.ts";

/** Failures to reach a database. An error from the database itself shows that it works. */
const CONNECTION_FAILURES: ReadonlySet<DatabaseErrorKind> = new Set([
  "unreachable",
  "timeout",
  "missing",
  "denied",
]);

function isConnectionFailure(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && CONNECTION_FAILURES.has(error.kind);
}

/**
 * Remembers which databases do not answer. Requests to such a database fail at once for a while, so that no
 * request waits for it and other databases are not slowed down.
 */
export class Breakers {
  readonly #byUrl = new LRUCache<string, Breaker>({ max: limits.remote.breakersMax });

  /** The breaker of a database, shared by all connections to it. */
  of(url: string): Breaker {
    let breaker = this.#byUrl.get(url);
    if (breaker === undefined) {
      breaker = new Breaker();
      this.#byUrl.set(url, breaker);
    }
    return breaker;
  }
}

/** The state of one database: closed while it answers, open while requests to it fail at once. */
export class Breaker {
  readonly #failures = new ConsecutiveBreaker(limits.remote.failuresMax);
  readonly #policy: CircuitBreakerPolicy = circuitBreaker(handleWhen(isConnectionFailure), {
    breaker: this.#failures,
    halfOpenAfter: limits.remote.restMs,
  });
  // Waiting requests check the breaker when they leave this queue, so they see the outcome of those before
  // them.
  readonly #bulkhead = bulkhead(limits.remote.atOnceMax, limits.database.waitingPerGuildMax);
  #answeredAt = Number.NEGATIVE_INFINITY;

  /**
   * Runs `work` as one of at most `limits.remote.atOnceMax` requests to this database.
   *
   * @throws {DatabaseError} `unreachable` at once while the breaker is open; `busy` when too many requests
   * wait.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#bulkhead.execute(() => this.#enter(work));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new DatabaseError("busy", "Too many wait for this database.", error);
    }
  }

  async #enter<T>(work: () => Promise<T>): Promise<T> {
    // While one request tests the database, the others fail at once and do not wait for its result.
    if (this.#policy.state === CircuitState.HalfOpen) throw circuitOpen();
    try {
      return await this.#policy.execute(() => this.#watched(work));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? circuitOpen() : error;
    }
  }

  /**
   * A single timeout opens the breaker only if no other request was answered since it began. One slow query
   * alone does not mean that the database is down.
   */
  async #watched<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await work();
      this.#answeredAt = performance.now();
      return result;
    } catch (error) {
      if (!isConnectionFailure(error)) this.#answeredAt = performance.now();
      else if (error.kind === "timeout" && this.#answeredAt < startedAt) {
        this.#failures.state = limits.remote.failuresMax - 1;
      }
      throw error;
    }
  }

  /**
   * The time limit of the next request in milliseconds; shorter when the request tests whether the database
   * is back.
   *
   * @throws {DatabaseError} `unreachable` when the breaker opened while this request waited.
   */
  deadlineMs(): number {
    if (this.#policy.state === CircuitState.Open) throw circuitOpen();
    const { deadlineMs, tryMs } = limits.remote;
    return this.#policy.state === CircuitState.HalfOpen ? tryMs : deadlineMs;
  }
}

function circuitOpen(): DatabaseError {
  return new DatabaseError("unreachable", "This database has not answered and is left alone now.");
}
