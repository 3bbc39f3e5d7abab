import { fstatSync, readdirSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { processBackground, type Timer } from "../kernel/background.ts";
import { Unavailable } from "../kernel/errors.ts";
import { limits } from "../limits.ts";

// The driver keeps a closed connection's files open until the garbage collector has freed the
// statements that were prepared on it. So closing is only half the work: here is the other half.
// The collector belongs to the thread, and so does what is remembered here.

/** A connection that was closed and may still hold its file. */
interface Closed {
  readonly file: string | undefined;
}

const unreleased = new Set<Closed>();
let collection: Promise<void> | undefined;
let quiet: Timer | undefined;

const registry = new FinalizationRegistry<Closed>((closed) => {
  unreleased.delete(closed);
});

/** Which file lies at a path now, however it will be called later; undefined when there is none. */
export function fileAt(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}`;
  } catch {
    // Such as a folder in between that is a file now, or that may not be entered.
    return undefined;
  }
}

/**
 * Refuses to write into a file that is no longer at its path: its folder was renamed, unmounted or
 * replaced, or the file was removed. What is written there would be gone with this process.
 * Microseconds, where a write waits a hundred times as long for the disk.
 * @throws {Unavailable} `platform/data-moved`
 */
export function refuseMoved(path: string, file: string | undefined): void {
  if (file !== undefined && fileAt(path) !== file) throw dataMoved();
}

/** What is told while the folder of the databases is not where it was. */
export function dataMoved(): Unavailable {
  return new Unavailable(
    "platform/data-moved",
    "The folder of the databases is not where it was, so nothing is written. Try again soon.",
    { retryAfterMs: limits.database.folderCheckEveryMs },
  );
}

/**
 * Says that a connection to `file` was closed and that nothing refers to it or its statements any
 * more. The collector is asked for soon: when enough have come together, or in a quiet moment.
 */
export function closedConnection(connection: object, file: string | undefined): void {
  const closed = { file };
  unreleased.add(closed);
  registry.register(connection, closed);
  if (isCrowded()) processBackground.detach("database.release", collect(isCrowded));
  else {
    const { releaseIdleMs } = limits.database;
    quiet ??= processBackground.after("database.release", releaseIdleMs, () => collect(isAnyLeft));
  }
}

const makers = new Set<() => Promise<void>>();

/**
 * Asks `close` to close what is idle whenever a file cannot be opened because too many are. Returns how to
 * stop asking.
 */
export function onOutOfFiles(close: () => Promise<void>): () => void {
  makers.add(close);
  return () => makers.delete(close);
}

/** Closes every idle database of this process, and waits until their files are given back. */
export async function makeRoom(): Promise<void> {
  await Promise.all([...makers].map((close) => close()));
  await handlesReleased();
}

/** Waits for one collection when too many closed connections still hold their files. */
export async function roomToOpen(): Promise<void> {
  if (isCrowded()) await collect(isCrowded);
}

/**
 * Waits until every connection closed before has given its files back, as must be done before a
 * database file is replaced. False when some would not go, which means something refers to them.
 */
export async function handlesReleased(): Promise<boolean> {
  for (let round = 0; round < 5 && isAnyLeft(); round++) await collect(isAnyLeft);
  return !isAnyLeft();
}

/** Files and sockets this process has open, where the system can tell. */
export function openFileDescriptors(): number | undefined {
  const found = descriptors();
  return found && found.length - 1;
}

function descriptors(): readonly string[] | undefined {
  try {
    return readdirSync("/proc/self/fd");
  } catch {
    return undefined;
  }
}

function isCrowded(): boolean {
  return unreleased.size >= limits.database.unreleasedMax;
}

function isAnyLeft(): boolean {
  return unreleased.size > 0;
}

function collect(isTooMany: () => boolean): Promise<void> {
  collection ??= collectOnce(isTooMany).finally(() => {
    collection = undefined;
  });
  return collection;
}

async function collectOnce(isTooMany: () => boolean): Promise<void> {
  quiet?.cancel();
  quiet = undefined;
  // What lived for a moment is freed in one, while a whole collection looks at everything there is.
  // Only a whole one tells us of what it freed; the small one is found out by looking.
  await collected("minor");
  forgetReleased();
  if (isTooMany()) await collected("major");
}

async function collected(type: "minor" | "major"): Promise<void> {
  // A synchronous collection leaves the files open: finalizers only run after an asynchronous one,
  // and on a later turn of the event loop.
  await garbageCollector()({ type, execution: "async" });
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A file that nobody in this process has open cannot be held by a connection that was closed. */
function forgetReleased(): void {
  const open = openFiles();
  if (open === undefined) return;
  for (const closed of unreleased) {
    if (closed.file !== undefined && !open.has(closed.file)) unreleased.delete(closed);
  }
}

/** The files this process has open, where the system can tell. */
function openFiles(): ReadonlySet<string> | undefined {
  const open = new Set<string>();
  for (const descriptor of descriptors() ?? []) {
    try {
      const { dev, ino } = fstatSync(Number(descriptor));
      open.add(`${dev}:${ino}`);
    } catch {
      // Closed since it was listed, as the list itself was.
    }
  }
  return open.size > 0 ? open : undefined;
}

type Collector = (options: { type: "minor" | "major"; execution: "async" }) => Promise<void>;
let collector: Collector | undefined;

function garbageCollector(): Collector {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as Collector;
  }
  return collector;
}
