import { base64url } from "jose";
import { Unavailable } from "./errors.ts";

/** A key that seals keys. Every envelope contains its name. 256 random bits. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Where a sealed text is stored. It can be opened only for the same place. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly guildId?: string;
  readonly userId?: string;
  readonly row: string;
}

export const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const ENVELOPE = /^v1\.([A-Za-z0-9_-]{1,32})\.([\w-]+)\.([\w-]+)\.([\w-]+)$/;

/**
 * Seals secrets of other services into texts `v1.<key id>.<salt>.<nonce>.<ciphertext>` (AES-256-GCM).
 * Each envelope has its own key, derived with a fresh salt. One owner's secrets therefore reveal
 * nothing about another's, and no nonce is used twice with one key. The first sealing key seals, all of
 * them open.
 */
export class Envelopes {
  readonly #keys: ReadonlyMap<string, Promise<CryptoKey>>;
  /** The key that seals new envelopes. Undefined when no keys are configured. */
  readonly currentKeyId: string | undefined;

  constructor(keys: readonly SealingKey[]) {
    this.currentKeyId = keys[0]?.id;
    this.#keys = new Map(
      keys.map(({ id, bytes }) => [
        id,
        crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]),
      ]),
    );
  }

  get keyIds(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** @throws {Unavailable} `secrets/not-configured` */
  async seal(place: Place, text: string): Promise<{ sealed: string; keyId: string }> {
    const keyId = this.currentKeyId;
    if (keyId === undefined) {
      throw new Unavailable(
        "secrets/not-configured",
        "Keys cannot be stored here yet. The operator of this server has to set SECRETS_KEYS.",
      );
    }
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const head = `v1.${keyId}.${base64url.encode(salt)}.${base64url.encode(nonce)}`;
    const ciphertext = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: nonce, additionalData: binding(head, place) },
      await this.#derived(keyId, salt),
      new TextEncoder().encode(text),
    );
    return { sealed: `${head}.${base64url.encode(new Uint8Array(ciphertext))}`, keyId };
  }

  /** @throws {Unavailable} `secrets/unreadable` for every fault: key, place or a single bit. */
  async open(place: Place, sealed: string): Promise<string> {
    try {
      const [, keyId, salt, nonce, ciphertext] = ENVELOPE.exec(sealed)!;
      const head = `v1.${keyId}.${salt}.${nonce}`;
      const bytes = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: decode(nonce!), additionalData: binding(head, place) },
        await this.#derived(keyId!, decode(salt!)),
        decode(ciphertext!),
      );
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new Unavailable(
        "secrets/unreadable",
        "A stored key cannot be read. Save it again. If that does not help, contact us.",
        {},
        { cause },
      );
    }
  }

  async #derived(keyId: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
    const key = this.#keys.get(keyId);
    if (key === undefined) throw new Error("There is no key of this name.");
    return await crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode("guildhall secret") },
      await key,
      { name: "AES-GCM", length: 8 * KEY_BYTES },
      false,
      ["encrypt", "decrypt"],
    );
  }
}

/** Two base64url texts can decode to the same bytes. Only the one that we write is accepted. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(base64url.decode(text));
  if (base64url.encode(bytes) !== text) throw new Error("This is not how we write it.");
  return bytes;
}

/** Serializes as JSON, so that no two places have the same text. */
function binding(head: string, place: Place): Uint8Array<ArrayBuffer> {
  const { table, column, guildId = "", userId = "", row } = place;
  return new TextEncoder().encode(JSON.stringify([head, table, column, guildId, userId, row]));
}
