import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ImportId } from "../../../src/kernel/ids.ts";

/**
 * The batch of a file, made from its content. A run that continues an interrupted one, or repeats one,
 * works in the same batch.
 */
export async function batchOf(path: string): Promise<ImportId> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const hex = hash.digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-") as ImportId;
}
