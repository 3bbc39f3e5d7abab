import { Invalid } from "../../kernel/errors.ts";
import type { LogSummary } from "./parser/types.ts";

/** Packed files that are not read here, by their first bytes. */
const OTHER_PACKINGS: readonly (readonly [name: string, first: readonly number[]])[] = [
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["7-Zip", [0x37, 0x7a, 0xbc, 0xaf]],
  ["RAR", [0x52, 0x61, 0x72, 0x21]],
  ["Zstandard", [0x28, 0xb5, 0x2f, 0xfd]],
  ["LZ4", [0x04, 0x22, 0x4d, 0x18]],
  ["compress", [0x1f, 0x9d]],
  ["LZMA", [0x5d, 0x00, 0x00]],
];
/** Files that are often chosen instead of a log. Text in UTF-16 begins with a mark too. */
const OTHER_FILES: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x25, 0x50, 0x44, 0x46],
];
const UTF_16: readonly (readonly number[])[] = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

/**
 * Refuses bytes that cannot be the beginning of a plain log.
 *
 * @throws {Invalid} `logs/packed-otherwise`, `logs/other-encoding`, `logs/not-a-log`
 */
export function refuseOtherFiles(first: Uint8Array): void {
  const begins = (mark: readonly number[]) => mark.every((byte, at) => first[at] === byte);
  const packing = OTHER_PACKINGS.find(([, mark]) => begins(mark));
  if (packing) throw packedOtherwise(packing[0]);
  if (UTF_16.some(begins)) {
    throw new Invalid(
      "logs/other-encoding",
      "This text is in UTF-16. Upload the file that the game wrote.",
    );
  }
  if (OTHER_FILES.some(begins)) throw notALog();
}

/** A file packed by a method that is not read here. */
export function packedOtherwise(method: string): Invalid {
  return new Invalid(
    "logs/packed-otherwise",
    `This file is packed by ${method}, which is not read here. Pack it as .gz, or as .zip by Deflate.`,
  );
}

/** @throws {Invalid} `logs/not-a-log` for a file without a single line of a log. */
export function refuseOtherText(log: LogSummary): void {
  if (log.parsed === 0 && log.unknown === 0) throw notALog();
}

function notALog(): Invalid {
  return new Invalid(
    "logs/not-a-log",
    "This is not a combat log. Upload the file that the game wrote.",
  );
}

/** An archive without its end. */
export function cutOff(cause: unknown): Invalid {
  return new Invalid(
    "logs/cut-off",
    "This archive ends too early. Upload the whole file again.",
    {},
    { cause },
  );
}
