import { openAsBlob } from "node:fs";
import { z } from "@hono/zod-openapi";
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

/** Backups in a bucket of any S3-compatible storage. */
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
      // Uploads large files in parts: the blob reads the file while it is sent, not before.
      try {
        await this.#s3.putAnyObject(key, await openAsBlob(path), "application/gzip");
      } catch (error) {
        // Parts of an incomplete upload take up space and do not appear in lists of objects.
        await this.#abortUploads((upload) => upload.Key === key).catch(() => 0);
        throw error;
      }
    });
  }

  async sweep(): Promise<number> {
    const wallClockMs = performance.timeOrigin + performance.now();
    const deadSince = wallClockMs - limits.backups.makingMsMax;
    return await this.#asking(() =>
      this.#abortUploads(({ Initiated }) => Date.parse(Initiated) < deadSince),
    );
  }

  async #abortUploads(isDead: (upload: Upload) => boolean): Promise<number> {
    const uploads = uploadsIn(await this.#s3.listMultipartUploads()).filter(isDead);
    for (const { Key, UploadId } of uploads) await this.#s3.abortMultipartUpload(Key, UploadId);
    return uploads.length;
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

const upload = z.object({ Key: z.string(), UploadId: z.string(), Initiated: z.string() });
type Upload = z.infer<typeof upload>;
const uploadList = z.object({ Upload: upload.or(z.array(upload)).optional() });
const uploadAnswer = z.object({ ListMultipartUploadsResult: uploadList.or(z.string()) });

/** The answer contains one upload as an object, several as a list, and none as nothing. */
function uploadsIn(answer: unknown): readonly Upload[] {
  const parsed = uploadAnswer.safeParse(answer);
  const list = parsed.success ? parsed.data.ListMultipartUploadsResult : "";
  return typeof list === "string" ? [] : [list.Upload ?? []].flat();
}
