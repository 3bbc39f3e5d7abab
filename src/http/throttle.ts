import { LimitReached } from "../kernel/errors.ts";
import type { PlatformStore } from "../platform/store.ts";

/** So many in such a time, for one subject such as `sign-in:<address>`. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

const CONSUME = `
  INSERT INTO rate_windows (subject, window_start, current, previous, expires_at)
  VALUES (?1, ?2, 1, 0, ?2 + 2 * ?3)
  ON CONFLICT (subject) DO UPDATE SET
    previous = CASE WHEN window_start = ?2 THEN previous
                    WHEN window_start = ?2 - ?3 THEN current ELSE 0 END,
    current = CASE WHEN window_start = ?2 THEN current + 1 ELSE 1 END,
    window_start = ?2,
    expires_at = ?2 + 2 * ?3
  RETURNING current, previous`;

/**
 * Counts one use in a sliding window, estimated from two fixed ones: the last window weighs as much
 * as of it still lies within `windowMs`. One statement, so many processes count as one.
 * @throws {LimitReached} `rate/too-many` with `retryAfterMs`.
 */
export async function consume(
  platform: PlatformStore,
  subject: string,
  { max, windowMs }: RateLimit,
): Promise<void> {
  const nowMs = platform.now().getTime();
  const windowStart = nowMs - (nowMs % windowMs);
  const row = await platform.db.first<{ current: number; previous: number }>(
    CONSUME,
    subject,
    windowStart,
    windowMs,
  );
  const passed = (nowMs - windowStart) / windowMs;
  const used = row!.current + row!.previous * (1 - passed);
  if (used <= max) return;
  throw new LimitReached("rate/too-many", "Too many tries. Wait a little and try again.", {
    retryAfterMs: windowStart + windowMs - nowMs,
  });
}
