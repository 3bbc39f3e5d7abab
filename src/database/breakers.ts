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

/** Failures of getting through at all. What the database itself refuses shows that it is well. */
const AWAY: ReadonlySet<DatabaseErrorKind> = new Set([
  "unreachable",
  "timeout",
  "missing",
  "denied",
]);

function isAway(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && AWAY.has(error.kind);
}

/**
 * Remembers which databases do not answer. Those are left alone for a while, and whoever asks for one is
 * told at once, so that nobody waits in line for a dead one and the others pay nothing for it.
 */
export class Breakers {
  readonly #byUrl = new LRUCache<string, Breaker>({ max: limits.remote.breakersMax });

  /** The one breaker of a database, however many connections it has. */
  of(url: string): Breaker {
    let breaker = this.#byUrl.get(url);
    if (breaker === undefined) {
      breaker = new Breaker();
      this.#byUrl.set(url, breaker);
    }
    return breaker;
  }
}

/** What is known of one database. Closed while it answers, open while it is left alone. */
export class Breaker {
  readonly #failures = new ConsecutiveBreaker(limits.remote.failuresMax);
  readonly #policy: CircuitBreakerPolicy = circuitBreaker(handleWhen(isAway), {
    breaker: this.#failures,
    halfOpenAfter: limits.remote.restMs,
  });
  // Whoever stood in line enters after it is known how it went for those before.
  readonly #line = bulkhead(limits.remote.atOnceMax, limits.database.waitingPerGuildMax);
  #answeredAt = Number.NEGATIVE_INFINITY;

  /**
   * Runs `work` as one of a few that may be under way for this database.
   * @throws {DatabaseError} `unreachable` at once, without asking, while it is left alone; `busy` when
   * too many stand in line.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#line.execute(() => this.#enter(work));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new DatabaseError("busy", "Too many wait for this database.", error);
    }
  }

  async #enter<T>(work: () => Promise<T>): Promise<T> {
    // While one tries whether it is back, the others do not wait for how that goes.
    if (this.#policy.state === CircuitState.HalfOpen) throw resting();
    try {
      return await this.#policy.execute(() => this.#watched(work));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? resting() : error;
    }
  }

  /** One slow query says nothing of a database; saying nothing to anybody for that long says enough. */
  async #watched<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await work();
      this.#answeredAt = performance.now();
      return result;
    } catch (error) {
      if (!isAway(error)) this.#answeredAt = performance.now();
      else if (error.kind === "timeout" && this.#answeredAt < startedAt) {
        this.#failures.state = limits.remote.failuresMax - 1;
      }
      throw error;
    }
  }

  /**
   * How long a request that is about to be sent may take: less when it only tries whether the database is
   * back. @throws {DatabaseError} `unreachable` for what was held up while others found out.
   */
  deadlineMs(): number {
    if (this.#policy.state === CircuitState.Open) throw resting();
    const { deadlineMs, tryMs } = limits.remote;
    return this.#policy.state === CircuitState.HalfOpen ? tryMs : deadlineMs;
  }
}

function resting(): DatabaseError {
  return new DatabaseError("unreachable", "This database has not answered and is left alone now.");
}
