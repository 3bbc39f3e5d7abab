import * as crypto from "node:crypto";
import { Unavailable } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import type { PasswordHasher } from "../services.ts";

const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** One way to stretch a password; `params` stand in the PHC string, so that they can change. */
export interface Algorithm {
  readonly name: string;
  /** Everything of the PHC string between the name and the salt. */
  readonly params: string;
  derive(password: string, salt: Buffer, params: string): Promise<Buffer>;
}

export const argon2id: Algorithm = {
  name: "argon2id",
  params: "v=19$m=19456,t=2,p=1",
  derive: (password, salt, params) => {
    const { m, t, p } = numbers(params);
    return new Promise((resolve, reject) => {
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
    });
  },
};

export const scrypt: Algorithm = {
  name: "scrypt",
  params: "ln=14,r=8,p=5",
  derive: (password, salt, params) => {
    const { ln, r, p } = numbers(params);
    const options = { N: 2 ** ln!, r: r!, p: p!, maxmem: 64 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      crypto.scrypt(password, salt, KEY_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  },
};

// Older runtimes of Node lack argon2; both rows are recommended by OWASP.
const bestHere = typeof crypto.argon2 === "function" ? argon2id : scrypt;

/**
 * Slow hashes, `limits.auth.hashesAtOnceMax` at a time, so that a crowd signing in takes neither
 * all memory nor all cores.
 * @throws {Unavailable} `auth/busy` when too many wait already.
 */
export function nodePasswordHasher(algorithm: Algorithm = bestHere): PasswordHasher {
  const inTurn = turns(limits.auth.hashesAtOnceMax, limits.auth.hashesWaitingMax);
  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = crypto.randomBytes(SALT_BYTES);
        const key = await algorithm.derive(password, salt, algorithm.params);
        return `$${algorithm.name}$${algorithm.params}$${base64(salt)}$${base64(key)}`;
      }),
    verify: (password, phc) =>
      inTurn(async () => {
        const { name, params, salt, key } = parsePhc(phc);
        const candidate = await (name === "argon2id" ? argon2id : scrypt).derive(
          password,
          salt,
          params,
        );
        if (candidate.length !== key.length || !crypto.timingSafeEqual(candidate, key)) {
          return "wrong";
        }
        return name === algorithm.name && params === algorithm.params ? "right" : "outdated";
      }),
  };
}

/** `$name$params…$salt$key`, salt and key in base64 without padding. */
function parsePhc(phc: string) {
  const match = /^\$(argon2id|scrypt)\$([a-z0-9=,$]+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    phc,
  );
  if (match === null) throw new Error("A stored password hash is in a form that is not known.");
  const [, name, params, salt, key] = match as unknown as [string, string, string, string, string];
  return { name, params, salt: Buffer.from(salt, "base64"), key: Buffer.from(key, "base64") };
}

function numbers(params: string): Record<string, number> {
  const pairs = params.split(/[$,]/).map((pair) => pair.split("="));
  return Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)]));
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

/** Runs jobs in order of arrival, `lanes` at a time. */
function turns(lanes: number, waitingMax: number) {
  const waiting: (() => void)[] = [];
  let free = lanes;
  return async function inTurn<T>(job: () => Promise<T>): Promise<T> {
    if (free === 0) {
      if (waiting.length >= waitingMax) {
        throw new Unavailable("auth/busy", "Many people are signing in. Try again in a moment.", {
          retryAfterMs: 2_000,
        });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      free--;
    }
    try {
      return await job();
    } finally {
      // The place goes to the next in line directly, so that no newcomer slips in between.
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
