/**
 * Runs `work` on every item, at most `lanes` at a time, in order of arrival. A slow item holds up only
 * its own lane. `work` must not throw: bulk work reports its failures, so that one failure does not
 * stop the others.
 */
export async function forEachLimit<T>(
  items: Iterable<T> | AsyncIterable<T>,
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const source = (async function* () {
    yield* items;
  })();
  const lane = async () => {
    for (let next = await source.next(); !next.done; next = await source.next()) {
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
}

/** Resolves after `ms`. Use it for backoff between tries, never to wait for an event. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A wait that `end()` can cut short. */
export interface Pause {
  /** Resolves after the time, or at `end()`. Never rejects. */
  readonly over: Promise<void>;
  end(): void;
}

/** Waits for at most `ms`. */
export function pause(ms: number): Pause {
  // The companion runs on Node 20, which has no `Promise.withResolvers`.
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    end = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { over, end: () => end() };
}

/** Full jitter: a random wait up to `baseMs * 2^attempt`, capped, so that many clients spread out. */
export function backoffMs(attempt: number, baseMs: number, capMs: number): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** attempt);
}
