import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** How far a log was sealed at a moment, or where its beginning ends. `at` in Unix milliseconds. */
export interface AnchorFacts {
  /** A guild's id, or `platform`. */
  readonly log: string;
  /** Of the guild's database; the platform has 1. */
  readonly generation: number;
  readonly kind: string;
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
}

/** An anchor with the proof that this installation made it. */
export interface SignedAnchor extends AnchorFacts {
  readonly keyId: string;
  readonly signature: string;
}

/** Signs anchors with a key that is in no database. */
export interface AnchorSigner {
  readonly keyId: string;
  sign(anchor: AnchorFacts): SignedAnchor;
  /** `other-key` means: signed with a secret that this process does not have. */
  check(anchor: SignedAnchor): "good" | "wrong" | "other-key";
}

/** The secret of a command that was given none. Nothing is signed with it. */
export const NOTHING_IS_SIGNED_HERE = "the command line signs nothing at all";

/** The key is derived from the server's secret, which lies in neither database. */
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
