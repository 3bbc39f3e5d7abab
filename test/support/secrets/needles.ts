const BYTES = 4;
const BITS = 20;

interface Needle<T> {
  readonly bytes: Buffer;
  readonly middle: number;
  readonly owner: T;
}

/** Thousands of texts, searched for at once in one pass over the bytes. */
export class Needles<T> {
  readonly #byMiddle = new Map<number, Needle<T>[]>();
  readonly #maybe = new Uint8Array(1 << BITS);

  /** Texts are found by four bytes of their middle, because many of them begin alike. */
  add(text: string, owner: T): void {
    const bytes = Buffer.from(text);
    const middle = (bytes.length - BYTES) >> 1;
    const key = bytes.readInt32LE(middle);
    const others = this.#byMiddle.get(key);
    if (others) others.push({ bytes, middle, owner });
    else this.#byMiddle.set(key, [{ bytes, middle, owner }]);
    this.#maybe[hash(key)] = 1;
  }

  /** The owners of the texts that occur anywhere in these bytes. */
  within(bytes: Buffer): Set<T> {
    const found = new Set<T>();
    let key = 0;
    for (let end = 0; end < bytes.length; end++) {
      key = (key >>> 8) | (bytes[end]! << 24);
      if (this.#maybe[hash(key)] === 0) continue;
      for (const needle of this.#byMiddle.get(key) ?? []) {
        const at = end - BYTES + 1 - needle.middle;
        if (at < 0 || found.has(needle.owner)) continue;
        const there = bytes.subarray(at, at + needle.bytes.length);
        if (there.equals(needle.bytes)) found.add(needle.owner);
      }
    }
    return found;
  }
}

function hash(key: number): number {
  return Math.imul(key, 0x9e37_79b1) >>> (32 - BITS);
}

/** The spellings of a text in a file: as it is, in hex, in base64 at any offset, in an address. */
export function spellings(text: string): ReadonlySet<string> {
  const hex = Buffer.from(text).toString("hex");
  const all = [text, hex, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];
  for (const before of [0, 1, 2]) {
    const base64 = Buffer.from("\0".repeat(before) + text).toString("base64");
    // Both ends depend on the neighbouring bytes, so they are cut off.
    const own = base64.slice([0, 2, 3][before]).replace(/.?=+$/, "");
    all.push(own, own.replaceAll("+", "-").replaceAll("/", "_"));
  }
  // A token is 32 bytes, which may be written in another encoding.
  if (/^[\w-]{43}$/.test(text)) {
    const bytes = Buffer.from(text, "base64url");
    all.push(bytes.toString("hex"), bytes.toString("base64"));
  }
  return new Set(all);
}
