import { forEachLimit } from "../src/kernel/concurrency.ts";
import type { Guild } from "../src/platform/store.ts";

/** The outcome of the work on one guild. */
interface Outcome<T> {
  readonly guild: Guild;
  readonly durationMs: number;
  readonly result?: T;
  readonly error?: Error;
}

/** The outcome of the work on all guilds. Failures are reported, not thrown. */
export interface FleetReport<T> {
  readonly done: number;
  readonly failed: readonly Outcome<T>[];
  /** True after a signal. Work that was running has finished. */
  readonly stopped: boolean;
}

interface Options<T> {
  /** The number of guilds at once. A slow guild delays only its own lane. */
  readonly lanes: number;
  readonly signal?: AbortSignal;
  readonly onOutcome?: (outcome: Outcome<T>) => void | Promise<void>;
}

/**
 * Runs one piece of work on every guild, in lanes, until done or stopped. Running work is finished before
 * it stops. Waves and failure budgets belong to rollouts.
 */
export async function forEachGuild<T>(
  guilds: Iterable<Guild> | AsyncIterable<Guild>,
  work: (guild: Guild) => Promise<T>,
  options: Options<T>,
): Promise<FleetReport<T>> {
  const failed: Outcome<T>[] = [];
  let done = 0;
  let stopped = false;
  await forEachLimit(guilds, options.lanes, async (guild) => {
    stopped ||= options.signal?.aborted === true;
    if (stopped) return;
    const outcome = await measured(guild, work);
    if (outcome.error === undefined) done++;
    else failed.push(outcome);
    await options.onOutcome?.(outcome);
  });
  return { done, failed, stopped };
}

async function measured<T>(guild: Guild, work: (guild: Guild) => Promise<T>): Promise<Outcome<T>> {
  const startedAt = performance.now();
  const end = await work(guild).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: asError(error) }),
  );
  return { guild, durationMs: performance.now() - startedAt, ...end };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
