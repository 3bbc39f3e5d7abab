import type { PasswordHasher } from "../../services.ts";

const SALT_BYTES = 16;
export const KEY_BYTES = 32;

/** A password hash function. The PHC string contains `params`, so they can change later. */
export interface Algorithm {
  readonly name: "argon2id" | "scrypt";
  /** The part of the PHC string between the name and the salt. */
  readonly params: string;
  derive(
    password: string,
    salt: Uint8Array,
    numbers: Readonly<Record<string, number>>,
  ): Promise<Uint8Array>;
}

/**
 * OWASP's recommendations. They are the same on every runtime, so that each can verify the others'
 * hashes.
 */
export const PARAMS = { argon2id: "v=19$m=19456,t=2,p=1", scrypt: "ln=14,r=8,p=5" } as const;

/**
 * Hashes with `best` and verifies hashes of all `known` algorithms. Hashes of `asGood` are not
 * replaced, because another runtime of the same platform prefers that algorithm.
 */
export function hasherOf(
  best: Algorithm,
  known: readonly Algorithm[],
  asGood: readonly Algorithm[] = [],
): PasswordHasher {
  return {
    hash: async (password) => {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const key = await best.derive(password, salt, numbersIn(best.params));
      return `$${best.name}$${best.params}$${base64(salt)}$${base64(key)}`;
    },
    verify: async (password, phc) => {
      const { name, params, salt, key } = parsePhc(phc);
      const algorithm = known.find((one) => one.name === name);
      if (algorithm === undefined) throw unknownForm();
      const candidate = await algorithm.derive(password, salt, numbersIn(params));
      if (!isSame(candidate, key)) return "wrong";
      const isGood = algorithm.name === best.name || asGood.includes(algorithm);
      return isGood && params === algorithm.params ? "right" : "outdated";
    },
  };
}

/** `$name$params…$salt$key`, with salt and key in base64 without padding. */
function parsePhc(phc: string) {
  const match = /^\$(argon2id|scrypt)\$([a-z0-9=,$]+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    phc,
  );
  if (match === null) throw unknownForm();
  const [, name, params, salt, key] = match as unknown as [string, string, string, string, string];
  return { name, params, salt: bytesOf(salt), key: bytesOf(key) };
}

function unknownForm(): Error {
  return new Error("A stored password hash is in a form that is not known.");
}

function numbersIn(params: string): Record<string, number> {
  const pairs = params.split(/[$,]/).map((pair) => pair.split("="));
  return Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)]));
}

/** Compares in constant time. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one[i]! ^ other[i]!;
  return difference === 0;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
