import { copyFile, link, open, readdir, rm, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { DatabaseLocation } from "../../src/database/client.ts";
import { dataMoved, fileAt } from "../../src/database/embedded-handles.ts";
import { limits } from "../../src/limits.ts";
import { inFile, workOnWhole } from "../backups/whole-files.ts";
import { fault } from "../fault.ts";
import {
  draftIn,
  isThere,
  makeFolder,
  makePrivateFile,
  removeDatabase,
  removeStaleDrafts,
  syncFolder,
  writeDurably,
} from "./file-drafts.ts";
import { fileRevision, isFileAt } from "./file-revision.ts";
import { type DatabaseHost, type DatabaseName, databaseName, isDatabaseName } from "./host.ts";

/** Tenant databases as files in one folder of this machine. */
export class FileHost implements DatabaseHost {
  readonly kind = "file";
  readonly #root: string;
  /** The identity of that folder, once it was there. */
  #folder: string | undefined;
  readonly #template: () => Promise<Uint8Array>;

  /** `template` returns the bytes of a closed, migrated database. */
  constructor(options: {
    readonly root: string;
    readonly template: () => Promise<Uint8Array>;
  }) {
    this.#root = resolve(options.root);
    this.#folder = fileAt(this.#root);
    this.#template = options.template;
  }

  /**
   * Refuses while another folder, or none, is where this one was. A database that is opened there is a copy:
   * what is written into it would be missing once the right folder is back.
   *
   * @throws {Unavailable} `platform/data-moved`
   */
  refuseMoved(): void {
    if (this.#folder !== undefined && fileAt(this.#root) !== this.#folder) throw dataMoved();
  }

  async refuseWithoutRoom(): Promise<void> {
    await this.#makeRoot();
    const { bavail, bsize } = await statfs(this.#root);
    if (bavail * bsize < limits.guild.roomBytesMin) {
      const message = "ENOSPC: no space left on device for the database of one more guild";
      throw Object.assign(new Error(message), { code: "ENOSPC", syscall: "statfs" });
    }
    // Rights, a read-only disk, quotas and a disk without inodes differ. Only an attempt shows all of them.
    const attempt = draftIn(this.#root);
    await makePrivateFile(attempt);
    await rm(attempt);
  }

  async create(name: DatabaseName): Promise<DatabaseLocation> {
    const path = this.#path(name);
    await this.#makeRoot();
    if (!(await isThere(path))) {
      const draft = draftIn(this.#root);
      try {
        await writeDurably(draft, [await this.#template()]);
        fault("file.drafted");
        await this.#name(draft, path);
      } finally {
        await rm(draft, { force: true });
      }
    }
    return await this.#synced(path);
  }

  async destroy(name: DatabaseName): Promise<void> {
    const path = this.#path(name);
    await this.#makeRoot();
    await removeDatabase(path);
    fault("file.removed");
    await syncFolder(this.#root);
  }

  async locate(name: DatabaseName): Promise<DatabaseLocation | undefined> {
    const path = this.#path(name);
    return (await isThere(path)) ? locationOf(path) : undefined;
  }

  async *list(): AsyncIterable<DatabaseName> {
    await this.#makeRoot();
    await removeStaleDrafts(this.#root);
    for (const file of await readdir(this.#root)) {
      const name = file.slice(0, -".db".length);
      if (file.endsWith(".db") && isDatabaseName(name)) yield name;
    }
  }

  async revision(name: DatabaseName): Promise<string | undefined> {
    const path = this.#path(name);
    // Opening and closing moves the rest of the log into the file. Otherwise the copy would do so, and the
    // database would look changed afterwards. One that cannot be opened has no revision.
    const isSettled = await inFile(path, async () => true).catch(() => false);
    return isSettled ? await fileRevision(path) : undefined;
  }

  async isAt(name: DatabaseName, revision: string): Promise<boolean> {
    return isFileAt(this.#path(name), revision);
  }

  async snapshot(name: DatabaseName): Promise<ReadableStream<Uint8Array>> {
    const draft = draftIn(this.#root);
    await this.snapshotTo(name, draft);
    // Removes the file while it is open. The system frees its bytes when the last reader closes it.
    const file = await open(draft);
    await removeDatabase(draft);
    return Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>;
  }

  async snapshotTo(name: DatabaseName, path: string): Promise<void> {
    await makePrivateFile(path);
    try {
      await workOnWhole({ kind: "snapshot", from: this.#path(name), to: path });
    } catch (error) {
      await removeDatabase(path);
      throw error;
    }
  }

  async restore(
    name: DatabaseName,
    snapshot: ReadableStream<Uint8Array>,
  ): Promise<DatabaseLocation> {
    const path = this.#path(name);
    await this.#makeRoot();
    if (await isThere(path)) {
      await snapshot.cancel();
      return await this.#synced(path);
    }
    const draft = draftIn(this.#root);
    try {
      await writeDurably(draft, snapshot);
      fault("file.drafted");
      await this.#inspect(draft);
      await this.#name(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
    return await this.#synced(path);
  }

  /**
   * Refuses a snapshot that is not a complete database. Checks a copy, because opening a file leaves locks
   * and shared memory until garbage collection, and those would follow the file to its new name.
   */
  async #inspect(draft: string): Promise<void> {
    const copy = draftIn(this.#root);
    try {
      await copyFile(draft, copy);
      await workOnWhole({ kind: "check", path: copy });
    } finally {
      await removeDatabase(copy);
    }
  }

  /** Unlike a rename, a link never replaces an existing file. */
  async #name(draft: string, path: string): Promise<void> {
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    fault("file.named");
  }

  /**
   * Syncs the folder even for an existing file: the process that linked it may have crashed before its
   * sync.
   */
  async #synced(path: string): Promise<DatabaseLocation> {
    await syncFolder(this.#root);
    return locationOf(path);
  }

  /**
   * Creates the folder if there has been none. One that was renamed or unmounted is not created again.
   *
   * @throws {Unavailable} `platform/data-moved`
   */
  async #makeRoot(): Promise<void> {
    this.refuseMoved();
    await makeFolder(this.#root);
    this.#folder ??= fileAt(this.#root);
  }

  #path(name: DatabaseName): string {
    return join(this.#root, `${databaseName(name)}.db`);
  }
}

function locationOf(path: string): DatabaseLocation {
  return { url: pathToFileURL(path).href };
}
