import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { GuildId } from "../../kernel/ids.ts";
import { newToken } from "../../kernel/tokens.ts";

/** The parts of a key that are readable without a lookup. */
export interface KeyText {
  readonly id: string;
  readonly guildId: GuildId;
  readonly secret: string;
}

const CHECK_CHARS = 6;
const TEXT = /^gh_([0-9a-f]{32})([0-9a-f]{16})_([A-Za-z0-9_-]{43})_([0-9a-f]{6})$/;

/**
 * A new key: `gh_<guild><number>_<secret>_<checksum>`. It contains its guild, so that no lookup is
 * needed, and a checksum, so that a typing error is found without a database.
 */
export function newKey(guildId: GuildId): KeyText & { readonly text: string } {
  const number = bytesToHex(crypto.getRandomValues(new Uint8Array(8)));
  const id = `${guildId.replaceAll("-", "")}${number}`;
  const secret = newToken();
  const body = `gh_${id}_${secret}`;
  return { id, guildId, secret, text: `${body}_${checkOf(body)}` };
}

/** Parses a key. Undefined for anything else. */
export function parseKey(text: string): KeyText | undefined {
  const [, guild, number, secret, check] = TEXT.exec(text) ?? [];
  if (guild === undefined) return undefined;
  if (checkOf(text.slice(0, -CHECK_CHARS - 1)) !== check) return undefined;
  const guildId = guild.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") as GuildId;
  return { id: `${guild}${number}`, guildId, secret: secret! };
}

/** Whether the text is a key. Session tokens are random, and some begin like a key. */
export function isKey(text: string): boolean {
  return parseKey(text) !== undefined;
}

/** The stored form of a secret. A dump of the database alone does not allow guessing secrets. */
export function hashSecret(serverSecret: string, secret: string): string {
  const pepper = hkdf(sha256, utf8ToBytes(serverSecret), undefined, utf8ToBytes("api-key"), 32);
  return bytesToHex(hmac(sha256, pepper, utf8ToBytes(secret)));
}

/** Compares in constant time. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [hexToBytes(a), hexToBytes(b)];
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ (right[i] ?? 0);
  return difference === 0;
}

function checkOf(body: string): string {
  return bytesToHex(sha256(utf8ToBytes(body))).slice(0, CHECK_CHARS);
}
