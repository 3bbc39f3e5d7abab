import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { limits } from "../../limits.ts";

/** What Discord signs: the time of its `X-Signature-Timestamp`, and the body as it was sent. */
export interface SignedRequest {
  readonly signature: string;
  /** Unix seconds. */
  readonly timestamp: string;
  readonly body: Uint8Array;
}

/**
 * Whether a request comes from Discord and was sent just now. An old request may be a copy that another
 * person sends again.
 */
export async function isFromDiscord(
  publicKey: string,
  { signature, timestamp, body }: SignedRequest,
  nowMs: number,
): Promise<boolean> {
  if (!/^[\da-f]{128}$/i.test(signature) || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > limits.discord.signatureAgeMs) return false;
  const time = utf8ToBytes(timestamp);
  const signed = new Uint8Array(time.length + body.length);
  signed.set(time);
  signed.set(body, time.length);
  const key = await crypto.subtle.importKey(
    "raw",
    new Uint8Array(hexToBytes(publicKey)),
    { name: "Ed25519" },
    false,
    ["verify"],
  );
  return await crypto.subtle.verify("Ed25519", key, new Uint8Array(hexToBytes(signature)), signed);
}
