import { argon2id, nodePasswordHasher, scrypt } from "../../src/node/passwords.ts";
import type { PasswordHasher } from "../../src/services.ts";

/**
 * The product's hashes with numbers that cost nothing. A hash of the product takes a tenth of a second,
 * and each person of a test needs two. A hash names its numbers, so every process of the product verifies
 * these too.
 */
export function quickPasswords(): PasswordHasher {
  const quick = { ...scrypt, params: "ln=1,r=1,p=1" };
  return nodePasswordHasher(quick, [quick, argon2id]);
}
