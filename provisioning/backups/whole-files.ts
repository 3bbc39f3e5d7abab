import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import type { Client } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { removeTransientRows } from "../../src/database/transient-rows.ts";
import { limits } from "../../src/limits.ts";
import { dumpOf } from "../hosts/dump.ts";
import { statementsIn } from "../hosts/sql-snapshot.ts";
import { askCopyProcess, refusalError } from "./copy-process.ts";

/**
 * Work that reads a whole database in one piece. `from` and `path` are existing databases, except for
 * `fill`, whose `from` is a dump.
 */
export type WholeFileRequest =
  /** Copies a database that may be in use into the empty file `to`, without transient rows. */
  | { readonly kind: "snapshot"; readonly from: string; readonly to: string }
  /** Refuses a damaged database, and one whose rows point at nothing. */
  | { readonly kind: "check"; readonly path: string }
  /** Makes the database `to` from a dump. */
  | { readonly kind: "fill"; readonly from: string; readonly to: string }
  /** Writes a database into the file `to` as a dump. */
  | { readonly kind: "dump"; readonly from: string; readonly to: string };

/**
 * Does the work in a separate process, because SQLite would hold up every guild meanwhile: some milliseconds
 * per megabyte. A small file takes less time than starting a process does, and is worked on here.
 *
 * @throws {DatabaseError} as the work does, also `corrupt` when it takes too long.
 */
export async function workOnWhole(request: WholeFileRequest): Promise<void> {
  if (await isSmall("path" in request ? request.path : request.from))
    return await workHere(request);
  const { isDone, refusal } = await askCopyProcess({ whole: request });
  if (!isDone) throw refusalError(refusal);
}

/** Does the work in this process. A server calls `workOnWhole` instead. @throws {DatabaseError} */
export async function workHere(request: WholeFileRequest): Promise<void> {
  switch (request.kind) {
    case "snapshot":
      return await snapshot(request.from, request.to);
    case "check":
      return await inFile(request.path, refuseDamage);
    case "fill":
      return await fill(request.from, request.to);
    case "dump":
      return await inFile(request.from, async (client) => {
        const dump = Readable.fromWeb((await dumpOf(client)) as never);
        await pipeline(dump, createWriteStream(request.to, { flags: "wx", mode: 0o600 }));
      });
  }
}

/** `to` exists and is empty: SQLite would make a file that others may read. */
async function snapshot(from: string, to: string): Promise<void> {
  // A byte copy could contain an incomplete transaction.
  await inFile(from, (client) => client.execute({ sql: "VACUUM INTO ?", args: [to] }));
  await inFile(to, async (client) => {
    // The deleted rows could otherwise be read from free pages.
    await client.execute({ sql: "PRAGMA secure_delete = ON", args: [] });
    await removeTransientRows(client);
    await checkpoint(client);
  });
}

async function fill(from: string, to: string): Promise<void> {
  const dump = Readable.toWeb(createReadStream(from)) as ReadableStream<Uint8Array>;
  const statements = await statementsIn(dump);
  const client = await openEmbedded({ url: pathToFileURL(to).href }, { create: true });
  try {
    await client.migrate(statements);
    await checkpoint(client);
  } finally {
    await client.close();
  }
}

/** @throws {DatabaseError} `corrupt` */
export async function refuseDamage(client: Client): Promise<void> {
  const ask = async (sql: string) => (await client.execute({ sql, args: [] })).rows;
  const [found] = (await ask("PRAGMA integrity_check(1)"))[0] ?? [];
  if (found !== "ok") throw new DatabaseError("corrupt", `It is damaged: ${String(found)}`);
  const broken = await ask("PRAGMA foreign_key_check");
  if (broken.length > 0) {
    throw new DatabaseError("corrupt", `${broken.length} of its rows point at nothing.`);
  }
}

/** Moves all data from the log into the file itself. */
export async function checkpoint(client: Client): Promise<void> {
  await client.execute({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
}

/** Opens a file while `work` runs. */
export async function inFile<T>(path: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await openEmbedded({ url: pathToFileURL(path).href });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The log beside a database that is in use may hold most of it. */
async function isSmall(path: string): Promise<boolean> {
  const [file, log] = await Promise.all([bytesOf(path), bytesOf(`${path}-wal`)]);
  return file + log <= limits.archives.inspectedHereBytesMax;
}

async function bytesOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    // A log may disappear at any time. Opening reports a database that is missing.
    return 0;
  }
}
