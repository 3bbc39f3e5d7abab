import { DatabaseError } from "../../src/database/errors.ts";
import { backoffMs, delay } from "../../src/kernel/concurrency.ts";
import { limits } from "../../src/limits.ts";

/** Did the server of a database give no answer? What was asked may then have happened or not. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof DatabaseError && (error.kind === "unreachable" || error.kind === "timeout")
  );
}

/**
 * Asks again while a database's server is away: one that is started again must not make failures of
 * guilds with which nothing is wrong. Only for work that may be done twice.
 * @throws what `work` threw, once the server has been away for too long, or at once if it answered.
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
