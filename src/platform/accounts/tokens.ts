import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type CryptoKey, exportJWK, importPKCS8, type JWK, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../kernel/clock.ts";
import type { GuildId, SessionId, UserId } from "../../kernel/ids.ts";
import type { Permission, Role } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";

/** What an access token says: who, by which session, and for which one guild. */
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
 * What it says besides to others who read it: what its holder is and may do in the guild just now. We
 * ask the platform ourselves each time, so that a changed role counts at once.
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
 * Short-lived tokens that others can verify (EdDSA) by `/.well-known/jwks.json`. They select one guild
 * and open no other. Each period has a key of its own, made from the secret: all processes have the
 * same without telling each other.
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

  /** A token good for `limits.session.accessTokenMs`. */
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

  /** The claims of a token of ours that has not ended, or undefined. */
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
      // Every way in which a token can be bad is one answer to whoever sent it.
      return undefined;
    }
  }

  /** The public keys (RFC 7517): this period's, the last one's, and the next one's for caches. */
  async publicKeys(): Promise<{ readonly keys: readonly JWK[] }> {
    const next = this.#key(this.#period() + 1);
    return { keys: [...(await this.#goodKeys()), await next].map(({ jwk }) => jwk) };
  }

  /** A token may be older than the period by as long as it is good. */
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

/** Never by anything that the token itself says of a key but its name. */
function keyOf(keys: readonly Key[], kid: string | undefined): Key {
  const key = keys.find(({ id }) => id === kid);
  if (key) return key;
  throw new Error("The token was signed by no key that is good now.");
}

// The DER head of a PKCS #8 Ed25519 private key; the 32-byte seed follows it (RFC 8410, 7).
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
