/**
 * Where copies of databases are kept. Keys are made of letters, digits, hyphens, dots and slashes,
 * and name what they hold by its hash: so a key that is there never has to be written again.
 */
export interface BackupStore {
  readonly kind: "folder" | "s3";
  /** Keeps the bytes of a file of this machine, durably. */
  put(key: string, path: string): Promise<void>;
  /** @throws {NotFound} `backup/object-missing` */
  get(key: string): Promise<ReadableStream<Uint8Array>>;
  /** The keys in this folder, which ends with a slash, in order. */
  list(folder: string): AsyncIterable<string>;
  /** Removes what writes that failed or died have left half-stored. Says how much. */
  sweep(): Promise<number>;
  /** Removes it; one that is not there is as good. */
  remove(key: string): Promise<void>;
}
