import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { NotFound } from "../../src/kernel/errors.ts";
import {
  isThere,
  makeFolder,
  removeStaleDrafts,
  syncFolder,
  writeDraft,
} from "../hosts/file-drafts.ts";
import type { BackupStore } from "./store.ts";

/** Backups in a folder of this machine or of a mounted disk. */
export class FolderStore implements BackupStore {
  readonly kind = "folder";
  readonly #root: string;
  readonly #within: string | undefined;

  /** `within` is a folder that must already exist, such as the data folder whose backups these are. */
  constructor(root: string, within?: string) {
    this.#root = resolve(root);
    this.#within = within;
  }

  async put(key: string, path: string): Promise<void> {
    const to = this.#path(key);
    if (await isThere(to)) return;
    const folder = dirname(to);
    if (this.#within === undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
    else await makeFolder(folder, this.#within);
    const draft = await writeDraft(folder, createReadStream(path) as AsyncIterable<Uint8Array>);
    await rename(draft, to);
    await syncFolder(folder);
  }

  async get(key: string): Promise<ReadableStream<Uint8Array>> {
    const path = this.#path(key);
    if (!(await isThere(path))) throw new NotFound("backup/object-missing", MISSING);
    return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  }

  async *list(folder: string): AsyncIterable<string> {
    const files = await readdir(this.#path(folder), { withFileTypes: true }).catch(() => []);
    const names = files.filter((file) => file.isFile() && !file.name.startsWith("."));
    for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) yield folder + name;
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async sweep(): Promise<number> {
    if (!(await isThere(this.#root))) return 0;
    return await removeStaleDrafts(this.#root, true);
  }

  #path(key: string): string {
    const path = resolve(join(this.#root, key));
    if (path.startsWith(this.#root + sep)) return path;
    throw new NotFound("backup/object-missing", MISSING);
  }
}

const MISSING = "The store does not have this copy any more. Take another one.";
