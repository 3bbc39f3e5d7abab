import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * The sealed end of a log at some moment, or the start of a truncated log. `at` is in Unix
 * milliseconds.
 */
export interface AnchorFacts {
  /** A guild's id, or `platform`. */
  readonly log: string;
  /** The generation of the guild's database. The platform has 1. */
  readonly generation: number;
  readonly kind: string;
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
}

/** An anchor with this installation's signature. */
export interface SignedAnchor extends AnchorFacts {
  readonly keyId: string;
  readonly signature: string;
}

/** Signs anchors with a key that no database holds. */
export interface AnchorSigner {
  readonly keyId: string;
  sign(anchor: AnchorFacts): SignedAnchor;
  /** `other-key`: signed with a secret that this process does not have. */
  check(anchor: SignedAnchor): "good" | "wrong" | "other-key";
}

/** The secret of commands that run without one. They sign nothing with it. */
export const NOTHING_IS_SIGNED_HERE = "the command line signs nothing at all";

/** Derives the signing key from the server's secret, which neither database holds. */
export function anchorSigner(serverSecret: string): AnchorSigner {
  const derive = (info: string) =>
    hkdf(sha256, utf8ToBytes(serverSecret), undefined, utf8ToBytes(info), 32);
  const key = derive("audit-anchor");
  const keyId = bytesToHex(derive("audit-anchor-id")).slice(0, 16);
  const signatureOf = ({ log, generation, kind, seq, hash, at }: AnchorFacts) =>
    bytesToHex(
      hmac(sha256, key, utf8ToBytes(JSON.stringify([1, log, generation, kind, seq, hash, at]))),
    );
  return {
    keyId,
    sign: (anchor) => ({ ...anchor, keyId, signature: signatureOf(anchor) }),
    check: (anchor) => {
      if (anchor.keyId !== keyId) return anchor.keyId === "" ? "wrong" : "other-key";
      return signatureOf(anchor) === anchor.signature ? "good" : "wrong";
    },
  };
}
