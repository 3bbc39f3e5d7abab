import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { DatabaseLocation, OpenClient } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { type DatabaseHost, type DatabaseName, databaseName } from "./host.ts";

/** Tenant databases as files of one folder on this machine. */
export class FileHost implements DatabaseHost {
  readonly kind = "file";
  readonly #root: string;
  readonly #template: () => Promise<Uint8Array>;
  readonly #openClient: OpenClient;

  /** `template` gives the bytes of a closed, migrated database. */
  constructor(options: {
    readonly root: string;
    readonly template: () => Promise<Uint8Array>;
    readonly openClient: OpenClient;
  }) {
    this.#root = resolve(options.root);
    this.#template = options.template;
    this.#openClient = options.openClient;
  }

  async create(name: DatabaseName): Promise<DatabaseLocation> {
    await this.#place(name, [await this.#template()]);
    return this.#location(name);
  }

  async destroy(name: DatabaseName): Promise<void> {
    const path = this.#path(name);
    for (const suffix of ["-wal", "-shm", ""]) await rm(path + suffix, { force: true });
    await this.#syncFolder();
  }

  async *list(): AsyncIterable<DatabaseName> {
    await mkdir(this.#root, { recursive: true });
    for (const file of await readdir(this.#root)) {
      if (file.startsWith(".")) await this.#removeStaleDraft(file);
      else if (file.endsWith(".db")) yield databaseName(file.slice(0, -3));
    }
  }

  async snapshot(name: DatabaseName): Promise<ReadableStream<Uint8Array>> {
    const client = await this.#openClient(this.#location(name));
    const draft = this.#draft();
    try {
      // A copy of the bytes could catch the file between two pages of one transaction.
      await client.execute({ sql: "VACUUM INTO ?", args: [draft] });
    } finally {
      await client.close();
    }
    const file = createReadStream(draft);
    file.once("close", () => void rm(draft, { force: true }));
    return Readable.toWeb(file) as ReadableStream<Uint8Array>;
  }

  async restore(
    name: DatabaseName,
    snapshot: ReadableStream<Uint8Array>,
  ): Promise<DatabaseLocation> {
    await this.#place(name, snapshot, async (draft) => {
      const client = await this.#openClient({ url: pathToFileURL(draft).href });
      try {
        const { rows } = await client.execute({ sql: "PRAGMA integrity_check", args: [] });
        if (rows[0]?.[0] === "ok") return;
        throw new DatabaseError("corrupt", `The snapshot is damaged: ${String(rows[0]?.[0])}`);
      } finally {
        await client.close();
      }
    });
    return this.#location(name);
  }

  /** Writes a draft, makes it durable, and only then gives it its name: all of it, or nothing. */
  async #place(
    name: DatabaseName,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    check: (draft: string) => Promise<void> = async () => {},
  ): Promise<void> {
    const path = this.#path(name);
    if (await exists(path)) return;
    const draft = this.#draft();
    try {
      const file = await this.#openDraft(draft);
      try {
        for await (const chunk of chunks) await file.write(chunk);
        await file.sync();
      } finally {
        await file.close();
      }
      await check(draft);
      // Unlike a rename, a link never replaces what is already there.
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
    } finally {
      for (const suffix of ["-wal", "-shm", ""]) await rm(draft + suffix, { force: true });
    }
    await this.#syncFolder();
  }

  async #openDraft(draft: string) {
    try {
      return await open(draft, "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await mkdir(this.#root, { recursive: true });
      return await open(draft, "wx");
    }
  }

  /** What a crash left half-written. A draft in use is never an hour old. */
  async #removeStaleDraft(file: string): Promise<void> {
    const path = join(this.#root, file);
    const age = await stat(path).then(
      (found) => performance.timeOrigin + performance.now() - found.mtimeMs,
      () => 0,
    );
    if (age > 3_600_000) await rm(path, { force: true });
  }

  /** A new name is on disk only once its folder is. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#root, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #draft(): string {
    return join(this.#root, `.${randomUUID()}.draft`);
  }

  #path(name: DatabaseName): string {
    return join(this.#root, `${databaseName(name)}.db`);
  }

  #location(name: DatabaseName): DatabaseLocation {
    return { url: pathToFileURL(this.#path(name)).href };
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
