import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type CryptoKey, exportJWK, importPKCS8, type JWK, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../kernel/clock.ts";
import type { GuildId, SessionId, UserId } from "../../kernel/ids.ts";
import type { Permission, Role } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";

/** The claims of an access token: the user, the session, and the one guild. */
export interface AccessClaims {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly guildId: GuildId;
}

export interface VerifiedClaims extends AccessClaims {
  /** In Unix milliseconds. */
  readonly endsAt: number;
}

/**
 * Claims for other services: the holder's current role and permissions in the guild. We do not use them
 * ourselves but ask the platform each time, so that a changed role takes effect at once.
 */
export interface Standing {
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
}

interface Key {
  readonly id: string;
  readonly sign: CryptoKey;
  readonly verify: CryptoKey;
  readonly jwk: JWK;
}

/**
 * Short-lived tokens (EdDSA) that other services can verify by `/.well-known/jwks.json`. Each token is
 * valid for one guild. Each period has its own key, derived from the secret, so that all processes have
 * the same keys without communication.
 */
export class AccessTokens {
  readonly #secret: string;
  readonly #issuer: string;
  readonly #now: Clock;
  readonly #keys = new Map<number, Promise<Key>>();

  constructor(secret: string, publicUrl: URL, now: Clock) {
    this.#secret = secret;
    this.#issuer = publicUrl.origin;
    this.#now = now;
  }

  /** Issues a token that is valid for `limits.session.accessTokenMs`. */
  async issue(
    claims: AccessClaims,
    { role, permissions }: Standing,
  ): Promise<{ token: string; expiresAt: number }> {
    const nowMs = this.#now().getTime();
    const expiresAt = nowMs + limits.session.accessTokenMs;
    const { id, sign } = await this.#key(this.#period());
    const scope = [...permissions].sort().join(" ");
    const token = await new SignJWT({
      sid: claims.sessionId,
      guild_id: claims.guildId,
      role,
      scope,
    })
      .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: id })
      .setSubject(claims.userId)
      .setIssuer(this.#issuer)
      .setAudience("guildhall-api")
      .setIssuedAt(Math.floor(nowMs / 1_000))
      .setExpirationTime(Math.floor(expiresAt / 1_000))
      .sign(sign);
    return { token, expiresAt };
  }

  /** The claims of a valid token, or undefined. */
  async verify(token: string): Promise<VerifiedClaims | undefined> {
    const keys = await this.#goodKeys();
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => keyOf(keys, kid).verify, {
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
        endsAt: payload.exp! * 1_000,
      };
    } catch {
      // Every fault gives the same answer.
      return undefined;
    }
  }

  /** The public keys (RFC 7517): of this period, the last one, and the next one for caches. */
  async publicKeys(): Promise<{ readonly keys: readonly JWK[] }> {
    const next = this.#key(this.#period() + 1);
    return { keys: [...(await this.#goodKeys()), await next].map(({ jwk }) => jwk) };
  }

  /** The previous period's key is valid too, because its tokens outlive the period. */
  #goodKeys(): Promise<readonly Key[]> {
    return Promise.all([this.#key(this.#period()), this.#key(this.#period() - 1)]);
  }

  #period(): number {
    return Math.floor(this.#now().getTime() / limits.session.accessTokenKeyMs);
  }

  #key(period: number): Promise<Key> {
    let key = this.#keys.get(period);
    if (key === undefined) {
      key = keyFrom(this.#secret, period);
      this.#keys.set(period, key);
      for (const old of this.#keys.keys()) if (old < period - 2) this.#keys.delete(old);
    }
    return key;
  }
}

/** Selects the key by its name. Nothing else in the token can choose a key. */
function keyOf(keys: readonly Key[], kid: string | undefined): Key {
  const key = keys.find(({ id }) => id === kid);
  if (key) return key;
  throw new Error("The token was signed by no key that is good now.");
}

// The DER head of a PKCS #8 Ed25519 private key. The 32-byte seed follows it (RFC 8410, 7).
const PKCS8_HEAD = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

async function keyFrom(secret: string, period: number): Promise<Key> {
  const id = `access-${period}`;
  const seed = hkdf(sha256, utf8ToBytes(secret), undefined, utf8ToBytes(`access-token:${id}`), 32);
  const der = btoa(String.fromCharCode(...PKCS8_HEAD, ...seed));
  const pem = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----`;
  const sign = await importPKCS8(pem, "EdDSA", { extractable: true });
  const { d: _private, ...publicJwk } = await exportJWK(sign);
  const verify = await crypto.subtle.importKey("jwk", publicJwk, { name: "Ed25519" }, false, [
    "verify",
  ]);
  return { id, sign, verify, jwk: { ...publicJwk, kid: id, alg: "EdDSA", use: "sig" } };
}
