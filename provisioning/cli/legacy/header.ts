import { open, stat } from "node:fs/promises";
import { Invalid, TooLarge } from "../../../src/kernel/errors.ts";
import { limits } from "../../../src/limits.ts";

const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
/** A page size of 65,536 does not fit in its two bytes, so SQLite writes 1. */
const LARGEST_PAGE = 65_536;

/**
 * Checks the first bytes of a file and its size, without SQLite.
 *
 * @throws {Invalid} `import/file-missing`, `import/file-empty`, `import/not-a-database`,
 * `import/file-cut`, `import/file-in-use`
 *
 * @throws {TooLarge} `copy/too-large`
 */
export async function refuseUnsoundFile(path: string): Promise<void> {
  const size = await sizeOf(path);
  if (size === undefined) throw new Invalid("import/file-missing", `There is no file ${path}.`);
  if (size === 0) {
    throw new Invalid("import/file-empty", "This file is empty. Copy the database again.");
  }
  const { bytesMax } = limits.archives;
  if (size > bytesMax) {
    throw new TooLarge("copy/too-large", "This file is too large to import.", { bytesMax });
  }
  const header = await beginningOf(path);
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw new Invalid(
      "import/not-a-database",
      "This file is not an SQLite database: its header is missing.",
    );
  }
  refuseCut(header, size);
  if (((await sizeOf(`${path}-wal`)) ?? 0) > 0 || ((await sizeOf(`${path}-journal`)) ?? 0) > 0) {
    throw new Invalid(
      "import/file-in-use",
      "Changes beside this file are not in it yet (-wal or -journal). End the program that uses the " +
        "database, and copy it again.",
    );
  }
}

function refuseCut(header: Buffer, size: number): void {
  const pageBytes = header.readUInt16BE(16) === 1 ? LARGEST_PAGE : header.readUInt16BE(16);
  // The number of pages counts only if the program that wrote the file last kept it up to date.
  const isCounted = header.readUInt32BE(24) === header.readUInt32BE(92);
  const promised = isCounted ? header.readUInt32BE(28) * pageBytes : pageBytes;
  if (size >= promised && size % Math.max(1, pageBytes) === 0) return;
  throw new Invalid(
    "import/file-cut",
    `This file is cut: its header promises ${promised} bytes and it holds ${size}. Copy the ` +
      "database again.",
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
