const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every cap of the system, each with its reason. Names carry their unit last. */
export const limits = {
  session: {
    /** A month away from the game is common; longer idleness should ask for the password again. */
    idleMs: 30 * DAY_MS,
    /** However active, a stolen cookie must not live for ever. */
    absoluteMs: 90 * DAY_MS,
    /** "Last used" is shown to people in minutes; writing it on every request would buy nothing. */
    touchAfterMs: 5 * MINUTE_MS,
    /** Handing over a guild or a key asks for the password, unless it was typed just now. */
    provedMs: 10 * MINUTE_MS,
    /** Access tokens cannot be taken back one by one, so they end soon. */
    accessTokenMs: 5 * MINUTE_MS,
  },
  http: {
    /** A roster of a thousand lines is far below; uploads of logs have a route of their own. */
    bodyBytesMax: 1024 * 1024,
    /** Making a guild's database takes well under a second. */
    provisioningRetryAfterMs: SECOND_MS,
    /** Suspension is lifted by a person, not by waiting. */
    suspendedRetryAfterMs: HOUR_MS,
    /** Long enough for any client's retries; keys are forgotten after. */
    idempotencyKeptMs: DAY_MS,
    /** A request under way longer than this has died with its process. */
    idempotencyLockMs: MINUTE_MS,
    /** Room for a UUID, a hash or two of them. */
    idempotencyKeyCharsMax: 255,
  },
} as const;
