import { Unavailable } from "../kernel/errors.ts";
import { limits } from "../limits.ts";

/** For what is over within moments. */
export const RETRY = { retryAfterMs: limits.database.movedRetryAfterMs };

/** The database lacks writes that were acknowledged. */
export function olderThanAcknowledged(): Unavailable {
  return new Unavailable(
    "guild/older-than-known",
    "The database of this guild is older than its confirmed data. An operator has to restore it.",
    { retryAfterMs: limits.database.quarantinedRetryAfterMs },
  );
}

/** The database waits for a migration. */
export function schemaBehind(answer: "updates" | "waits"): Unavailable {
  if (answer === "updates") {
    return new Unavailable(
      "guild/schema-behind",
      "This guild is being updated. Try again in a moment.",
      RETRY,
    );
  }
  return new Unavailable(
    "guild/migration-waits",
    "This guild needs an update that an operator has to run. Its data is safe. Try again later.",
    { retryAfterMs: limits.database.quarantinedRetryAfterMs },
  );
}
