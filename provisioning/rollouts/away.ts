import { DatabaseError } from "../../src/database/errors.ts";
import { backoffMs, delay } from "../../src/kernel/concurrency.ts";
import { limits } from "../../src/limits.ts";

/** Tells whether a database's server gave no answer. The request may or may not have happened. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof DatabaseError && (error.kind === "unreachable" || error.kind === "timeout")
  );
}

/**
 * Retries while a database's server is down, so that its restart is not recorded as failures of its guilds.
 * Only for idempotent work.
 *
 * @throws the error of `work`, once the server has been down for too long, or at once if it answered.
 */
export async function whileAway<T>(work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + limits.fleet.awayMsMax;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || performance.now() > giveUpAt) throw error;
      await delay(backoffMs(attempt, limits.remote.retryMs, limits.remote.persistMsMax));
    }
  }
}
