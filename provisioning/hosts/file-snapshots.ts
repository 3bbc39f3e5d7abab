import { createReadStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { draftIn, makeFolder, syncFolder, writeDurably } from "./file-drafts.ts";
import { databaseName } from "./host.ts";

/** Copies of databases in a folder of this machine, compressed, one per rollout and database. */
export class FolderSnapshots {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Keeps a copy and says under which name it is found again. Saved twice, the second one counts. */
  async save(group: string, name: string, copy: ReadableStream<Uint8Array>): Promise<string> {
    const folder = join(this.#root, databaseName(group));
    await makeFolder(folder, dirname(this.#root));
    const draft = draftIn(folder);
    const packed = Readable.fromWeb(copy as never).compose(createGzip({ level: 1 }));
    await writeDurably(draft, packed as AsyncIterable<Uint8Array>);
    await rename(draft, join(folder, `${databaseName(name)}.db.gz`));
    await syncFolder(folder);
    return `${group}/${name}`;
  }

  open(reference: string): ReadableStream<Uint8Array> {
    const file = createReadStream(this.#path(reference));
    return Readable.toWeb(file.compose(createGunzip())) as ReadableStream<Uint8Array>;
  }

  /** Removes all copies of one group. */
  async remove(group: string): Promise<void> {
    await rm(join(this.#root, databaseName(group)), { recursive: true, force: true });
  }

  #path(reference: string): string {
    const [group = "", name = ""] = reference.split("/");
    return join(this.#root, databaseName(group), `${databaseName(name)}.db.gz`);
  }
}
