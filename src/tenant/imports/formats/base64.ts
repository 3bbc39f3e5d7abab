import { Unzlib } from "fflate";
import { limits } from "../../../limits.ts";
import { SourceRefused, unreadable } from "./format.ts";

/** Whether a text is base64 of compressed data, as addons paste it. The second letter is its level. */
export function isPackedText(text: string): boolean {
  return /^\s*e[AFJN][\w+/=\s-]{20,}$/.test(text.slice(0, 10_000));
}

/** Unpacks a text of base64 and zlib, up to `limits.imports.unpackedBytesMax`. @throws {SourceRefused} */
export function unpackedText(text: string): string {
  const parts: Uint8Array[] = [];
  let size = 0;
  const unpacker = new Unzlib((chunk) => {
    size += chunk.length;
    if (size > limits.imports.unpackedBytesMax) {
      throw new SourceRefused(
        "imports/too-large",
        `The export has more than ${limits.imports.unpackedBytesMax / 1024 ** 2} MB when unpacked.`,
      );
    }
    parts.push(chunk);
  });
  try {
    const bytes = Uint8Array.from(atob(text.replace(/\s/g, "")), (char) => char.charCodeAt(0));
    for (let at = 0; at < bytes.length; at += PIECE) {
      unpacker.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
    }
    const whole = new Uint8Array(size);
    let end = 0;
    for (const part of parts) {
      whole.set(part, end);
      end += part.length;
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(whole);
  } catch (cause) {
    if (cause instanceof SourceRefused) throw cause;
    throw unreadable("The pasted text is incomplete or damaged. Copy all of it again.", cause);
  }
}

/** Bytes unpacked at once. Deflate can grow a piece a thousandfold before the size is checked again. */
const PIECE = 4_096;
