import { limits } from "../../../limits.ts";
import { SourceRefused } from "./format.ts";

/** The first bytes of files that are no text, and what to do with each. */
const KINDS: readonly (readonly [bytes: readonly number[], refuse: () => SourceRefused])[] = [
  [[0x50, 0x4b, 0x03, 0x04], spreadsheet],
  [[0xd0, 0xcf, 0x11, 0xe0], spreadsheet],
  [[0x1f, 0x8b], archive],
  [[0x28, 0xb5, 0x2f, 0xfd], archive],
  [[0x37, 0x7a, 0xbc, 0xaf], archive],
  [[0x52, 0x61, 0x72, 0x21], archive],
  [[0x42, 0x5a, 0x68], archive],
  [[...new TextEncoder().encode("SQLite format 3\0")], database],
  [[0xff, 0xfe], utf16],
  [[0xfe, 0xff], utf16],
];

/**
 * The text of a file in UTF-8, with or without a byte order mark. Windows line ends stay as they are.
 * @throws {SourceRefused} for other encodings and for files that are no text
 */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length > limits.imports.uploadBytesMax) {
    throw new SourceRefused(
      "imports/too-large",
      `The file has more than ${limits.imports.uploadBytesMax / 1024 ** 2} MB. Export less at once.`,
    );
  }
  const kind = KINDS.find(([start]) => start.every((byte, at) => bytes[at] === byte));
  if (kind) throw kind[1]();
  // UTF-16 without a mark has a zero in every other byte. No text has one.
  if (bytes.subarray(0, 4_096).includes(0)) throw utf16();
  const text = decoded(bytes);
  if (text.includes("\0")) throw utf16();
  return text;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SourceRefused(
      "imports/bad-encoding",
      "The file is not in UTF-8, perhaps in Latin-1. Save it again with the encoding UTF-8.",
      { cause },
    );
  }
}

function utf16(): SourceRefused {
  return new SourceRefused(
    "imports/bad-encoding",
    "The file is in UTF-16 or is no text. Save it again with the encoding UTF-8.",
  );
}

function spreadsheet(): SourceRefused {
  return new SourceRefused(
    "imports/spreadsheet",
    "This is a spreadsheet or a ZIP archive. Open it, save the sheet as CSV (UTF-8), and upload that file.",
  );
}

function archive(): SourceRefused {
  return new SourceRefused(
    "imports/archive",
    "This is a compressed archive. Unpack it and upload the file inside.",
  );
}

function database(): SourceRefused {
  return new SourceRefused(
    "imports/database-file",
    "This is a database. An operator imports it with `guildhall import legacy`.",
  );
}
