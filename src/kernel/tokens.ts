import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** A secret of 256 random bits in base64url, 43 characters long. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/**
 * The stored form of a token: its SHA-256 in hex. That is enough for 256 random bits; passwords need a
 * slow hash. It is computed in JavaScript, because WebCrypto's digest costs a thread hop on every
 * request.
 */
export function hashToken(token: string): string {
  return bytesToHex(sha256(utf8ToBytes(token)));
}
