import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { limits } from "../limits.ts";

// The driver keeps a closed connection's files open until the garbage collector has freed the
// statements that were prepared on it. So closing is only half the work: here is the other half.
// The collector belongs to the process, and so does this count.

let unreleased = 0;
let collection: Promise<void> | undefined;
let quiet: ReturnType<typeof setTimeout> | undefined;

const registry = new FinalizationRegistry<undefined>(() => {
  unreleased--;
});

/**
 * Says that a connection was closed and that nothing refers to it or its statements any more.
 * The collector is asked for soon: when enough have come together, or in the next quiet moment.
 */
export function closedConnection(connection: object): void {
  unreleased++;
  registry.register(connection, undefined);
  if (unreleased >= limits.database.unreleasedMax) void collect();
  else quiet ??= setTimeout(() => void collect(), limits.database.releaseIdleMs).unref();
}

/** Waits for one collection when too many closed connections still hold their files. */
export async function roomToOpen(): Promise<void> {
  if (unreleased >= limits.database.unreleasedMax) await collect();
}

/**
 * Waits until every connection closed before has given its files back, as must be done before a
 * database file is replaced. False when some would not go, which means something refers to them.
 */
export async function handlesReleased(): Promise<boolean> {
  for (let round = 0; round < 5 && unreleased > 0; round++) await collect();
  return unreleased === 0;
}

/** Files and sockets this process has open, where the system can tell. */
export function openFileDescriptors(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}

function collect(): Promise<void> {
  collection ??= collectOnce().finally(() => {
    collection = undefined;
  });
  return collection;
}

async function collectOnce(): Promise<void> {
  clearTimeout(quiet);
  quiet = undefined;
  // A synchronous collection leaves the files open: finalizers only run after an asynchronous one,
  // and on a later turn of the event loop.
  await garbageCollector()({ type: "major", execution: "async" });
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

type Collector = (options: { type: "major"; execution: "async" }) => Promise<void>;
let collector: Collector | undefined;

function garbageCollector(): Collector {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as Collector;
  }
  return collector;
}
