import { openAsBlob } from "node:fs";
import { S3mini } from "s3mini";
import { NotFound, Unavailable } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import type { BackupStore } from "./store.ts";

interface Options {
  /** The address of the bucket, such as `https://s3.example.com/guildhall-backups`. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Copies in a bucket of any storage that speaks S3. */
export class S3Store implements BackupStore {
  readonly kind = "s3";
  readonly #s3: S3mini;

  constructor({ url, ...options }: Options) {
    const requestAbortTimeout = limits.backups.requestMsMax;
    this.#s3 = new S3mini({ ...options, endpoint: url, requestAbortTimeout });
  }

  async put(key: string, path: string): Promise<void> {
    await this.#asking(async () => {
      if ((await this.#s3.objectExists(key)) === true) return;
      // Large ones go in parts: the blob reads the file as it is sent, not before.
      await this.#s3.putAnyObject(key, await openAsBlob(path), "application/gzip");
    });
  }

  async get(key: string): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.#asking(() => this.#s3.getObjectResponse(key));
    if (answer?.body) return answer.body as ReadableStream<Uint8Array>;
    throw new NotFound("backup/object-missing", "The store does not have this copy any more.");
  }

  async *list(folder: string): AsyncIterable<string> {
    const found = await this.#asking(() => this.#s3.listObjects("/", folder));
    for (const { Key } of found ?? []) yield Key;
  }

  async remove(key: string): Promise<void> {
    await this.#asking(() => this.#s3.deleteObject(key));
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw new Unavailable(
        "backup/store-unreachable",
        "The store of the backups does not answer as it should. Check BACKUP_S3_*.",
        {},
        { cause: error },
      );
    }
  }
}
