import { Gunzip, Unzip, UnzipInflate } from "fflate";
import { Invalid, TooLarge } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { cutOff, packedOtherwise } from "./refusals.ts";

const NESTED = /\.(zip|gz|7z|rar|tar|tgz|bz2|xz)$/i;
const LF = 10;
/** Methods by which a file of a zip archive is packed. */
const STORED = 0;
const DEFLATE = 8;
const METHODS: Readonly<Record<number, string>> = {
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
  98: "PPMd",
  99: "AES with a password",
};

/**
 * Unpacks the files of a zip archive one after another while the bytes arrive. Adds a line break after a
 * file that does not end with one. Skips folders and system files. Unpacks a few kilobytes at a time, so
 * that nothing large is in memory before the reader has counted it.
 *
 * @throws {Invalid} `logs/bad-archive` for a damaged archive, `logs/cut-off`, `logs/packed-otherwise`
 *
 * @throws {TooLarge} `logs/nested-archive` for archives within the archive, `logs/too-many-files`.
 */
export async function* unzipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const ready: Uint8Array[] = [];
  let failure: Error | undefined;
  let entries = 0;
  let files = 0;
  let lastByte = LF;
  const unzip = new Unzip((file) => {
    entries++;
    if (entries > limits.logs.archiveFilesMax) failure ??= tooManyFiles();
    if (failure || file.name.endsWith("/") || /(^|\/)(\.|__MACOSX\/)/.test(file.name)) return;
    if (NESTED.test(file.name)) {
      failure = nestedArchive();
      return;
    }
    if (file.compression !== STORED && file.compression !== DEFLATE) {
      failure = packedOtherwise(METHODS[file.compression] ?? `method ${file.compression}`);
      return;
    }
    files++;
    let isBegun = false;
    file.ondata = (error, chunk) => {
      if (error) failure ??= badArchive("It is damaged.", error);
      else if (chunk.length > 0) {
        if (!isBegun && lastByte !== LF) ready.push(Uint8Array.of(LF));
        isBegun = true;
        lastByte = chunk.at(-1)!;
        ready.push(chunk);
      }
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  for await (const step of stepsOf(source, ready)) {
    guarded("It is damaged.", () => unzip.push(step));
    if (failure) throw failure;
    yield* ready;
  }
  ready.length = 0;
  finished(() => unzip.push(new Uint8Array(0), true));
  if (failure) throw failure;
  yield* ready;
  if (files === 0) throw badArchive("There is no file in it.");
}

/**
 * Unpacks a gzip file; several members in one file are one log. Unpacks a few kilobytes at a time.
 *
 * @throws {Invalid} `logs/bad-archive`, `logs/cut-off`
 */
export async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const ready: Uint8Array[] = [];
  const gunzip = new Gunzip((chunk) => {
    if (chunk.length > 0) ready.push(chunk);
  });
  for await (const step of stepsOf(source, ready)) {
    guarded("It is damaged.", () => gunzip.push(step));
    yield* ready;
  }
  ready.length = 0;
  finished(() => gunzip.push(new Uint8Array(0), true));
  yield* ready;
}

function finished(end: () => void): void {
  try {
    end();
  } catch (cause) {
    throw cutOff(cause);
  }
}

/**
 * Feeds a packed file in small pieces, and in larger ones while they unpack to little. `unpacked` contains
 * the output of the last piece and is emptied for the next.
 */
async function* stepsOf(
  source: AsyncIterable<Uint8Array>,
  unpacked: Uint8Array[],
): AsyncIterable<Uint8Array> {
  const { archiveStepBytes, archiveStepBytesMax, archiveStepTimesMax } = limits.logs;
  let step: number = archiveStepBytes;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + step);
      unpacked.length = 0;
      yield piece;
      at += piece.length;
      const bytes = unpacked.reduce((sum, one) => sum + one.length, 0);
      const isUsual = bytes <= piece.length * archiveStepTimesMax;
      step = isUsual ? Math.min(step * 2, archiveStepBytesMax) : archiveStepBytes;
    }
  }
}

function guarded(why: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw badArchive(why, error);
  }
}

function badArchive(why: string, cause?: unknown): Invalid {
  return new Invalid("logs/bad-archive", `This archive cannot be read. ${why}`, {}, { cause });
}

function nestedArchive(): TooLarge {
  return new TooLarge(
    "logs/nested-archive",
    "This archive contains another archive. Upload the plain log instead.",
  );
}

function tooManyFiles(): TooLarge {
  const { archiveFilesMax } = limits.logs;
  return new TooLarge(
    "logs/too-many-files",
    `This archive has more than ${archiveFilesMax} files. Upload the plain log instead.`,
    { archiveFilesMax },
  );
}
