/**
 * Where backups are stored. Keys consist of letters, digits, hyphens, dots and slashes and contain the hash
 * of their content, so an existing key never has to be written again.
 */
export interface BackupStore {
  readonly kind: "folder" | "s3";
  /** Stores the bytes of a file of this machine durably. */
  put(key: string, path: string): Promise<void>;
  /** @throws {NotFound} `backup/object-missing` */
  get(key: string): Promise<ReadableStream<Uint8Array>>;
  /** The keys in this folder, in order. The folder ends with a slash. */
  list(folder: string): AsyncIterable<string>;
  /** Removes incomplete objects of failed writes. Returns their number. */
  sweep(): Promise<number>;
  /** Removes an object. A missing object is not an error. */
  remove(key: string): Promise<void>;
}
