import { TooLarge } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { gunzipped, unzipped } from "./archives.ts";
import { refuseOtherFiles } from "./refusals.ts";

export type Packing = "plain" | "gzip" | "zip";

/** The packing of a file, detected by its first bytes instead of its name. */
export function packingOf(first: Uint8Array): Packing {
  if (first[0] === 0x1f && first[1] === 0x8b) return "gzip";
  if (first[0] === 0x50 && first[1] === 0x4b) return "zip";
  return "plain";
}

/** Unpacks gzip. A runtime may provide a faster implementation. */
export type Unpacker = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/**
 * Yields the unpacked log in pieces, up to the size limit.
 *
 * @throws {TooLarge} `logs/too-large` for a log over the limit, `logs/bomb` for a few bytes that unpack to
 * very many, `logs/too-many-files`.
 *
 * @throws {Invalid} `logs/bad-archive`, `logs/cut-off`, `logs/packed-otherwise`, `logs/other-encoding`,
 *   `logs/not-a-log`
 */
export async function* unpacked(
  source: AsyncIterable<Uint8Array>,
  gunzip: Unpacker = gunzipped,
): AsyncGenerator<Uint8Array, void, undefined> {
  let packedBytes = 0;
  let bytes = 0;
  const counted = (async function* () {
    for await (const chunk of source) {
      packedBytes += chunk.length;
      yield chunk;
    }
  })();
  for await (const chunk of opened(counted, gunzip)) {
    if (bytes === 0) refuseOtherFiles(chunk);
    bytes += chunk.length;
    if (bytes > limits.logs.logBytesMax) {
      throw new TooLarge("logs/too-large", "This log is too large. Split it into smaller logs.", {
        logBytesMax: limits.logs.logBytesMax,
      });
    }
    if (bytes > limits.logs.bombBytesMin + packedBytes * limits.logs.unpackedTimesMax) {
      throw new TooLarge(
        "logs/bomb",
        "This file unpacks to far more data than a log has. Upload the plain log instead.",
      );
    }
    yield chunk;
  }
}

async function* opened(
  source: AsyncIterable<Uint8Array>,
  gunzip: Unpacker,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const all = (async function* () {
    yield first.value;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  const packing = packingOf(first.value);
  if (packing === "gzip") yield* gunzip(all);
  else if (packing === "zip") yield* unzipped(all);
  else yield* all;
}
