import { fstatSync, readdirSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { processBackground, type Timer } from "../kernel/background.ts";
import { Unavailable } from "../kernel/errors.ts";
import { limits } from "../limits.ts";

// The driver keeps a closed connection's files open until the garbage collector has freed the statements
// that were prepared on it. This module triggers that collection. Each thread has its own collector, so
// this state is per thread.

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

/** The device and inode of the file at a path; undefined when there is none. */
export function fileAt(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}`;
  } catch {
    // For example, a part of the path is a file, or may not be entered.
    return undefined;
  }
}

/**
 * Refuses to write into a file that is no longer at its path: its folder was renamed, unmounted or
 * replaced, or the file was removed. Such a write would be lost when this process ends. The check takes
 * microseconds; a write waits a hundred times as long for the disk.
 *
 * @throws {Unavailable} `platform/data-moved`
 */
export function refuseMoved(path: string, file: string | undefined): void {
  if (file !== undefined && fileAt(path) !== file) throw dataMoved();
}

/** The error while the folder of the databases is not at its path. */
export function dataMoved(): Unavailable {
  return new Unavailable(
    "platform/data-moved",
    "The database folder is not in its place, so nothing was written. Try again in a moment.",
    { retryAfterMs: limits.database.folderCheckEveryMs },
  );
}

/**
 * Registers a closed connection to `file`, after the last reference to it and its statements is dropped. A
 * collection runs soon: once many closed connections hold files, or when the process is idle.
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

const idleClosers = new Set<() => Promise<void>>();

/**
 * Registers `close`, which closes idle databases whenever the process has too many open files. Returns a
 * function that unregisters it.
 */
export function onOutOfFiles(close: () => Promise<void>): () => void {
  idleClosers.add(close);
  return () => idleClosers.delete(close);
}

/** Closes every idle database of this process, and waits until their files are released. */
export async function makeRoom(): Promise<void> {
  await Promise.all([...idleClosers].map((close) => close()));
  await handlesReleased();
}

/** Waits for one collection when too many closed connections still hold their files. */
export async function roomToOpen(): Promise<void> {
  if (isCrowded()) await collect(isCrowded);
}

/**
 * Waits until every closed connection has released its files, which must happen before a database file is
 * replaced. Returns false when some are still held, which means that something refers to them.
 */
export async function handlesReleased(): Promise<boolean> {
  for (let round = 0; round < 5 && isAnyLeft(); round++) await collect(isAnyLeft);
  return !isAnyLeft();
}

/** The number of files and sockets that this process has open, if the system can tell. */
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
  // A minor collection frees what lived only briefly, while a full one visits the whole heap. Only a full
  // one runs the finalizers; after a minor one, the open files show what was freed.
  await collected("minor");
  forgetReleased();
  if (isTooMany()) await collected("major");
}

async function collected(type: "minor" | "major"): Promise<void> {
  // A synchronous collection leaves the files open: finalizers run only after an asynchronous one, and on a
  // later turn of the event loop.
  await garbageCollector()({ type, execution: "async" });
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A file that is not open in this process cannot be held by a closed connection. */
function forgetReleased(): void {
  const open = openFiles();
  if (open === undefined) return;
  for (const closed of unreleased) {
    if (closed.file !== undefined && !open.has(closed.file)) unreleased.delete(closed);
  }
}

/** The paths of the files that this process has open, if the system can tell. */
function openFiles(): ReadonlySet<string> | undefined {
  const open = new Set<string>();
  for (const descriptor of descriptors() ?? []) {
    try {
      const { dev, ino } = fstatSync(Number(descriptor));
      open.add(`${dev}:${ino}`);
    } catch {
      // Closed since it was listed, as was the listing's own descriptor.
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
