import { Zlib } from "fflate";

/**
 * A text as base64 of zlib, as websites give it to addons. Yields as the parts come, so that a long text
 * holds up no one.
 */
export async function* packed(parts: AsyncIterable<string>): AsyncGenerator<string> {
  const encoder = new TextEncoder();
  let rest: Uint8Array = new Uint8Array();
  let text = "";
  const zlib = new Zlib((chunk, isLast) => {
    const bytes = joined(rest, chunk);
    // Three bytes are four letters. Only the end may have fewer.
    const whole = isLast ? bytes.length : bytes.length - (bytes.length % 3);
    text += base64(bytes.subarray(0, whole));
    rest = bytes.slice(whole);
  });
  for await (const part of parts) {
    zlib.push(encoder.encode(part));
    if (text !== "") yield text;
    text = "";
  }
  zlib.push(new Uint8Array(), true);
  yield text;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function base64(bytes: Uint8Array): string {
  let letters = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    letters += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  }
  return letters;
}

/** Bytes that are encoded at once: a multiple of three, and few enough arguments for a call. */
const PIECE = 3 * 4_096;
