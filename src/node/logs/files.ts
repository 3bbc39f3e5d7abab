import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../../../provisioning/hosts/file-drafts.ts";
import { Conflict, TooLarge } from "../../kernel/errors.ts";
import type { LogFiles } from "../../services.ts";

const ID = /^[0-9a-f-]{36}$/;
const DATABASE = /^[a-z0-9-]{1,63}$/;

/** Combat logs as they were uploaded, in a folder per guild database. */
export class FolderLogFiles implements LogFiles {
  readonly #root: string;
  /** Uploads that this process is writing to. Two writers at once would mix their bytes. */
  readonly #writing = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  async size(database: string, reportId: string): Promise<number> {
    return await stat(this.path(database, reportId)).then(
      ({ size }) => size,
      () => 0,
    );
  }

  async append(
    database: string,
    reportId: string,
    upload: { readonly offset: number; readonly sizeBytes: number },
    chunk: AsyncIterable<Uint8Array>,
  ): Promise<number> {
    const path = this.path(database, reportId);
    if (this.#writing.has(path)) {
      throw new Conflict(
        "logs/upload-under-way",
        "This log is already being uploaded from another place.",
      );
    }
    this.#writing.add(path);
    try {
      await makeFolder(dirname(path), dirname(this.#root));
      return await appendDurably(path, upload, chunk);
    } finally {
      this.#writing.delete(path);
    }
  }

  read(database: string, reportId: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.path(database, reportId), { highWaterMark: 1024 * 1024 });
  }

  /** Replaces a log by its compressed copy. */
  async replace(database: string, reportId: string, packed: string): Promise<number> {
    const path = this.path(database, reportId);
    await rename(packed, path);
    return (await stat(path)).size;
  }

  async remove(database: string, reportId: string): Promise<void> {
    await rm(this.path(database, reportId), { force: true });
    await rm(`${this.path(database, reportId)}.packing`, { force: true });
  }

  async removeAll(database: string): Promise<void> {
    await rm(join(this.#root, checked(database, DATABASE)), { recursive: true, force: true });
  }

  path(database: string, reportId: string): string {
    return join(this.#root, checked(database, DATABASE), checked(reportId, ID));
  }
}

async function appendDurably(
  path: string,
  { offset, sizeBytes }: { readonly offset: number; readonly sizeBytes: number },
  chunk: AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, "a", 0o600);
  try {
    let { size } = await file.stat();
    if (size !== offset) {
      throw new Conflict(
        "logs/wrong-offset",
        `The upload continues at byte ${size}. Resume from there.`,
        {
          offset: size,
        },
      );
    }
    try {
      for await (const bytes of chunk) {
        if (size + bytes.length > sizeBytes) {
          throw new TooLarge(
            "logs/longer-than-said",
            "The upload is larger than announced. Start a new upload.",
            {
              sizeBytes,
            },
          );
        }
        await file.writeFile(bytes);
        size += bytes.length;
      }
    } finally {
      // Syncs even after an interruption: the arrived bytes are the log's beginning and need not be
      // sent again.
      await file.sync();
    }
    return size;
  } finally {
    await file.close();
  }
}

function checked(text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new Error("A path is built from checked names only.");
}
