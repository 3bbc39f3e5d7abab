import { argon2id } from "@noble/hashes/argon2.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import {
  type Algorithm,
  hasherOf,
  KEY_BYTES,
  PARAMS,
} from "../platform/accounts/password-hasher.ts";
import type { PasswordHasher } from "../services.ts";

const scrypt: Algorithm = {
  name: "scrypt",
  params: PARAMS.scrypt,
  derive: (password, salt, { ln, r, p }) =>
    scryptAsync(password, salt, { N: 2 ** ln!, r: r!, p: p!, dkLen: KEY_BYTES }),
};

// Slow without the platform's own, but accounts that were made on Node have to open here as well.
const argon: Algorithm = {
  name: "argon2id",
  params: PARAMS.argon2id,
  derive: async (password, salt, { m, t, p }) =>
    argon2id(password, salt, { m: m!, t: t!, p: p!, dkLen: KEY_BYTES }),
};

/** Slow hashes without Node. Each request has its own limit, so no request waits for another. */
export function workerPasswordHasher(): PasswordHasher {
  return hasherOf(scrypt, [scrypt, argon], [argon]);
}
