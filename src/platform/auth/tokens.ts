import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type CryptoKey, exportJWK, importPKCS8, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../kernel/clock.ts";
import type { GuildId, SessionId, UserId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";

/** What an access token says: who, by which session, and for which one guild. */
export interface AccessClaims {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly guildId: GuildId;
}

/** Short-lived tokens that others can verify (EdDSA). They select one guild and open no other. */
export class AccessTokens {
  readonly #secret: string;
  readonly #issuer: string;
  readonly #now: Clock;
  #keys: Promise<{ sign: CryptoKey; verify: CryptoKey }> | undefined;

  constructor(secret: string, publicUrl: URL, now: Clock) {
    this.#secret = secret;
    this.#issuer = publicUrl.origin;
    this.#now = now;
  }

  /** A token good for `limits.session.accessTokenMs`. */
  async issue(claims: AccessClaims): Promise<{ token: string; expiresAt: number }> {
    const nowMs = this.#now().getTime();
    const expiresAt = nowMs + limits.session.accessTokenMs;
    const { sign } = await this.#keyPair();
    const token = await new SignJWT({ sid: claims.sessionId, guild_id: claims.guildId })
      .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt" })
      .setSubject(claims.userId)
      .setIssuer(this.#issuer)
      .setAudience("guildhall-api")
      .setIssuedAt(Math.floor(nowMs / 1_000))
      .setExpirationTime(Math.floor(expiresAt / 1_000))
      .sign(sign);
    return { token, expiresAt };
  }

  /** The claims of a token of ours that has not ended, or undefined. */
  async verify(token: string): Promise<AccessClaims | undefined> {
    const { verify } = await this.#keyPair();
    try {
      const { payload } = await jwtVerify(token, verify, {
        algorithms: ["EdDSA"],
        typ: "at+jwt",
        issuer: this.#issuer,
        audience: "guildhall-api",
        requiredClaims: ["sub", "sid", "guild_id", "exp"],
        currentDate: this.#now(),
      });
      return {
        userId: payload.sub as UserId,
        sessionId: payload["sid"] as SessionId,
        guildId: payload["guild_id"] as GuildId,
      };
    } catch {
      // Every way in which a token can be bad is one answer to whoever sent it.
      return undefined;
    }
  }

  #keyPair() {
    this.#keys ??= ed25519From(this.#secret);
    return this.#keys;
  }
}

// The DER head of a PKCS #8 Ed25519 private key; the 32-byte seed follows it (RFC 8410, 7).
const PKCS8_HEAD = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

async function ed25519From(secret: string): Promise<{ sign: CryptoKey; verify: CryptoKey }> {
  const seed = hkdf(sha256, utf8ToBytes(secret), undefined, utf8ToBytes("access-token"), 32);
  const der = btoa(String.fromCharCode(...PKCS8_HEAD, ...seed));
  const pem = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----`;
  const sign = await importPKCS8(pem, "EdDSA", { extractable: true });
  const { d: _private, ...publicJwk } = await exportJWK(sign);
  const verify = await crypto.subtle.importKey("jwk", publicJwk, { name: "Ed25519" }, false, [
    "verify",
  ]);
  return { sign, verify };
}
