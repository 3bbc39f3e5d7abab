import * as crypto from "node:crypto";
import { Unavailable } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import {
  type Algorithm,
  hasherOf,
  KEY_BYTES,
  PARAMS,
} from "../platform/accounts/password-hasher.ts";
import type { PasswordHasher } from "../services.ts";

export const argon2id: Algorithm = {
  name: "argon2id",
  params: PARAMS.argon2id,
  derive: (password, salt, { m, t, p }) =>
    new Promise((resolve, reject) => {
      crypto.argon2(
        "argon2id",
        {
          message: Buffer.from(password),
          nonce: salt,
          memory: m!,
          passes: t!,
          parallelism: p!,
          tagLength: KEY_BYTES,
        },
        (error, key) => (error ? reject(error) : resolve(key)),
      );
    }),
};

export const scrypt: Algorithm = {
  name: "scrypt",
  params: PARAMS.scrypt,
  derive: (password, salt, { ln, r, p }) => {
    const options = { N: 2 ** ln!, r: r!, p: p!, maxmem: 64 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      crypto.scrypt(password, salt, KEY_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  },
};

// Older versions of Node lack argon2. OWASP recommends both.
const bestHere = typeof crypto.argon2 === "function" ? argon2id : scrypt;

/**
 * Slow hashes, `limits.auth.hashesAtOnceMax` at a time, so that many sign-ins at once take neither all
 * memory nor all cores.
 * @throws {Unavailable} `auth/busy` when too many wait already.
 */
export function nodePasswordHasher(
  algorithm: Algorithm = bestHere,
  known: readonly Algorithm[] = [argon2id, scrypt],
): PasswordHasher {
  const queued = queueOf(limits.auth.hashesAtOnceMax, limits.auth.hashesWaitingMax);
  const hasher = hasherOf(algorithm, known);
  return {
    hash: (password) => queued(() => hasher.hash(password)),
    verify: (password, phc) => queued(() => hasher.verify(password, phc)),
  };
}

/** Runs jobs in order of arrival, at most `lanes` at a time. */
function queueOf(lanes: number, waitingMax: number) {
  const waiting: (() => void)[] = [];
  let free = lanes;
  return async function queued<T>(job: () => Promise<T>): Promise<T> {
    if (free === 0) {
      if (waiting.length >= waitingMax) {
        throw new Unavailable(
          "auth/busy",
          "Many people are signing in right now. Try again in a moment.",
          {
            retryAfterMs: 2_000,
          },
        );
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      free--;
    }
    try {
      return await job();
    } finally {
      // Hands the place to the next waiting job directly, so that a new one cannot slip in between.
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
