import { TooLarge } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { unzipped } from "./archives.ts";

export type Packing = "plain" | "gzip" | "zip";

/** How a file is packed, by its first bytes and not by its name. */
export function packingOf(first: Uint8Array): Packing {
  if (first[0] === 0x1f && first[1] === 0x8b) return "gzip";
  if (first[0] === 0x50 && first[1] === 0x4b) return "zip";
  return "plain";
}

/**
 * The log itself, whatever it was packed in, piece by piece and never more of it than is allowed.
 * @throws {TooLarge} `logs/too-large` for more than a log may have, `logs/bomb` for a few bytes that
 * would become very many. @throws {Invalid} `logs/bad-archive`
 */
export async function* unpacked(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let packedBytes = 0;
  let bytes = 0;
  const counted = (async function* () {
    for await (const chunk of source) {
      packedBytes += chunk.length;
      yield chunk;
    }
  })();
  for await (const chunk of opened(counted)) {
    bytes += chunk.length;
    if (bytes > limits.logs.logBytesMax) {
      throw new TooLarge("logs/too-large", "This log is larger than a log may be. Split it.", {
        logBytesMax: limits.logs.logBytesMax,
      });
    }
    if (bytes > limits.logs.bombBytesMin + packedBytes * limits.logs.unpackedTimesMax) {
      throw new TooLarge("logs/bomb", "This file unpacks to far more than a log does.");
    }
    yield chunk;
  }
}

async function* opened(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const all = (async function* () {
    yield first.value;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  const packing = packingOf(first.value);
  if (packing === "gzip") yield* gunzipped(all);
  else if (packing === "zip") yield* unzipped(all);
  else yield* all;
}

/** The Web's own unpacker, which every runtime has; several parts in one file are one log. */
async function* gunzipped(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = streamOf(source).pipeThrough(
    new DecompressionStream("gzip") as unknown as TransformStream<Uint8Array, Uint8Array>,
  );
  yield* stream as unknown as AsyncIterable<Uint8Array>;
}

function streamOf(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}
