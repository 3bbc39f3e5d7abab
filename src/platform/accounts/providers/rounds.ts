import { z } from "@hono/zod-openapi";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { EncryptJWT, jwtDecrypt } from "jose";
import type { SessionId } from "../../../kernel/ids.ts";
import { limits } from "../../../limits.ts";
import type { Services } from "../../../services.ts";

// What a browser carries through a round by a provider, sealed: nothing is stored for people who
// only look, and no other browser can end what this one began.

const id = z.enum(["discord", "battlenet"]);

const round = z.object({
  provider: id,
  state: z.string(),
  codeVerifier: z.string(),
  next: z.string(),
  purpose: z.enum(["sign-in", "link", "prove"]),
  /** Whose round it is, for those that somebody signed in began. */
  sessionId: z
    .string()
    .transform((text) => text as SessionId)
    .optional(),
});

const newcomer = z.object({
  provider: id,
  subject: z.string(),
  name: z.string(),
  email: z.string().optional(),
  next: z.string(),
});

/** A way to a provider and back. */
export type Round = z.output<typeof round>;

/** Somebody who came back from a provider and has no account here yet. */
export type Newcomer = z.output<typeof newcomer>;

const KINDS = { round, newcomer } as const;
type Kinds = { round: Round; newcomer: Newcomer };

/** A text that only this platform can read, good for `limits.auth.providerRoundMs`. */
export async function seal<K extends keyof Kinds>(
  { config, now }: Services,
  kind: K,
  value: Kinds[K],
): Promise<string> {
  const nowMs = now().getTime();
  return await new EncryptJWT({ value })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setAudience(kind)
    .setIssuedAt(new Date(nowMs))
    .setExpirationTime(new Date(nowMs + limits.auth.providerRoundMs))
    .encrypt(keyFrom(config.secret));
}

/** What was sealed as this kind; undefined for anything else, and when it is over. */
export async function unseal<K extends keyof Kinds>(
  { config, now }: Services,
  kind: K,
  text: string | undefined,
): Promise<Kinds[K] | undefined> {
  if (text === undefined) return undefined;
  try {
    const { payload } = await jwtDecrypt(text, keyFrom(config.secret), {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      audience: kind,
      requiredClaims: ["exp"],
      currentDate: now(),
    });
    return KINDS[kind].parse(payload["value"]) as Kinds[K];
  } catch {
    // Every way in which it can be bad is one answer to whoever sent it.
    return undefined;
  }
}

function keyFrom(secret: string): Uint8Array {
  return hkdf(sha256, utf8ToBytes(secret), undefined, utf8ToBytes("sign-in-round"), 32);
}
