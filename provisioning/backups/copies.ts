import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type { Client } from "../../src/database/client.ts";
import { quoteName } from "../../src/database/dump-sql.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { Invalid, TooLarge } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import { draftIn, removeDatabase, writeDurably } from "../hosts/file-drafts.ts";
import type { DatabaseHost, DatabaseName } from "../hosts/host.ts";
import { workOnWhole } from "./whole-files.ts";

// A copy is one libSQL file, whatever host the guild is on. Any SQLite program can open it, it can be
// checked before it is restored, and it can be restored on another host.

/** Writes a complete, consistent copy of a database to a new file. */
export async function copyToFile(
  host: DatabaseHost,
  name: DatabaseName,
  path: string,
): Promise<void> {
  if (host.snapshotTo) return await host.snapshotTo(name, path);
  const copy = await host.snapshot(name);
  const dump = draftIn(dirname(path));
  await withScratch([dump], async () => {
    await writeDurably(dump, copy);
    await workOnWhole({ kind: "fill", from: dump, to: path });
  });
}

/** Converts a file to the format that `restore` of this host takes. */
export async function copyFromFile(
  host: DatabaseHost,
  path: string,
): Promise<ReadableStream<Uint8Array>> {
  if (host.kind === "file") {
    return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  }
  const dump = draftIn(dirname(path));
  await workOnWhole({ kind: "dump", from: path, to: dump });
  return readOnce(dump);
}

/** The number of rows of each table. */
export async function countRows(client: Client): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.execute({
    sql: `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
            AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`,
    args: [],
  });
  const counts: Record<string, number> = {};
  for (const [name] of rows) {
    const sql = `SELECT count(*) FROM ${quoteName(String(name))}`;
    const counted = await client.execute({ sql, args: [] });
    counts[String(name)] = Number(counted.rows[0]?.[0]);
  }
  return counts;
}

/** A stream of a file that is removed after it was read, or when its reader stops. */
export function readOnce(path: string): ReadableStream<Uint8Array> {
  const file = createReadStream(path);
  processBackground.once(file, "close", () => rm(path, { force: true }));
  return Readable.toWeb(file) as ReadableStream<Uint8Array>;
}

/** Compresses a file into a new one. Returns both sizes and the SHA-256 of the new file. */
export async function pack(
  from: string,
  to: string,
): Promise<{ readonly bytes: number; readonly storedBytes: number; readonly sha256: string }> {
  try {
    await pipeline(
      createReadStream(from),
      createGzip({ level: 6 }),
      createWriteStream(to, PRIVATE),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await rm(to, { force: true });
    throw error;
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(to), hash);
  const [{ size: bytes }, { size: storedBytes }] = await Promise.all([stat(from), stat(to)]);
  return { bytes, storedBytes, sha256: hash.digest("hex") };
}

/**
 * Unpacks to a new file.
 *
 * @throws {DatabaseError} `corrupt` unless the hash matches.
 */
export async function unpack(
  packed: ReadableStream<Uint8Array>,
  to: string,
  sha256: string,
): Promise<void> {
  const hash = createHash("sha256");
  const noted = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const source = Readable.fromWeb(packed as never);
  try {
    await pipeline(source, noted, createGunzip(), bounded, createWriteStream(to, PRIVATE));
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    throw new DatabaseError("corrupt", "The copy cannot be unpacked.", error);
  }
  if (hash.digest("hex") === sha256) return;
  throw new DatabaseError("corrupt", "The copy is not what was stored: its hash is another.");
}

/** Unpacks a file whose hash is not known. @throws {Invalid} `import/not-an-export` */
export async function unpackFile(from: string, to: string): Promise<void> {
  try {
    await pipeline(createReadStream(from), createGunzip(), bounded, createWriteStream(to, PRIVATE));
  } catch (cause) {
    await rm(to, { force: true });
    if (cause instanceof TooLarge) throw cause;
    throw new Invalid(
      "import/not-an-export",
      "This file is not there, or not a guild's export.",
      {},
      { cause },
    );
  }
}

/**
 * Limits the unpacked size: a small file may unpack to more than the disk holds.
 *
 * @throws {TooLarge} `copy/too-large`
 */
async function* bounded(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { bytesMax } = limits.archives;
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) {
      throw new TooLarge("copy/too-large", "This file holds more than a guild may.", { bytesMax });
    }
    yield chunk;
  }
}

const PRIVATE = { flags: "wx", mode: 0o600 } as const;

/** Runs `work` and removes the files afterwards, even if it fails. */
export async function withScratch<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const path of paths) await removeDatabase(path);
  }
}
