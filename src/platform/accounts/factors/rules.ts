import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import type { UserId } from "../../../kernel/ids.ts";
import { hashToken } from "../../../kernel/tokens.ts";
import { limits } from "../../../limits.ts";

// Time-based codes (RFC 6238) with what every authenticator app supports: SHA-1, 6 digits, 30 seconds.

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const DIGITS = 6;
/** RFC 4226 recommends 160 bits. */
const SECRET_BYTES = 20;
/** 80 random bits, so that a fast hash is enough. */
const RECOVERY_BYTES = 10;

/** A new secret in base32, 32 characters long. */
export function newTotpSecret(): string {
  return base32(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/** The number of the 30-second step that contains `nowMs`. */
export function stepAt(nowMs: number): number {
  return Math.floor(nowMs / limits.secondFactor.stepMs);
}

/** The code of one step. `secret` is base32. */
export function totpCode(secret: string, step: number): string {
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setBigUint64(0, BigInt(step));
  const mac = hmac(sha1, fromBase32(secret), counter);
  const offset = mac.at(-1)! & 15;
  const number = new DataView(mac.buffer, mac.byteOffset).getUint32(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** The step near `nowMs` that a code belongs to, if it is newer than `lastStep`. */
export function stepOfCode(
  secret: string,
  code: string,
  { nowMs, lastStep }: { readonly nowMs: number; readonly lastStep: number },
): number | undefined {
  const { driftSteps } = limits.secondFactor;
  const steps = Array.from({ length: 2 * driftSteps + 1 }, (_, at) => at - driftSteps);
  // Checks all steps, so that the time does not tell which one was near. Numbers are compared in
  // one operation.
  const matching = steps
    .map((drift) => stepAt(nowMs) + drift)
    .filter((step) => Number(totpCode(secret, step)) === Number(code));
  return matching.find((step) => step > lastStep);
}

/** The address that authenticator apps read. */
export function otpauthUri(secret: string, email: string): string {
  const parameters = new URLSearchParams({ secret, issuer: "Guildhall" });
  return `otpauth://totp/Guildhall:${encodeURIComponent(email)}?${parameters}`;
}

/** New one-time codes, such as `ABCD-EFGH-2345-6723`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: limits.secondFactor.recoveryCodes }, () =>
    base32(crypto.getRandomValues(new Uint8Array(RECOVERY_BYTES)))
      .match(/.{4}/g)!
      .join("-"),
  );
}

/** Which kind of code a person typed, without spaces and hyphens. Undefined if it is neither. */
export function readCode(
  typed: string,
): { readonly kind: "totp" | "recovery"; readonly code: string } | undefined {
  const code = typed.replace(/[\s-]/g, "").toUpperCase();
  if (/^\d{6}$/.test(code)) return { kind: "totp", code };
  return /^[A-Z2-7]{16}$/.test(code) ? { kind: "recovery", code } : undefined;
}

/** The stored form of a recovery code. Hyphens do not count. */
export function hashRecoveryCode(userId: UserId, code: string): string {
  return hashToken(`recovery ${userId} ${code.replaceAll("-", "")}`);
}

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits
    .match(/.{5}/g)!
    .map((five) => BASE32[Number.parseInt(five, 2)])
    .join("");
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((char) => BASE32.indexOf(char).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g)!, (eight) => Number.parseInt(eight, 2));
}
