import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/config.ts";
import {
  readCode,
  stepAt,
  stepOfCode,
  totpCode,
} from "../../../src/platform/accounts/factors/rules.ts";

/** The secret of RFC 6238, appendix B: "12345678901234567890" in base32. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

describe("codes of an authenticator app", () => {
  test.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("at %i seconds, the code is that of the RFC", (seconds, code) => {
    expect(totpCode(SECRET, stepAt(seconds * 1_000))).toBe(code);
  });

  test("count one step early and late, and never at or before the step that was used last", () => {
    const nowMs = 1_111_111_109_000;
    const now = stepAt(nowMs);
    const accepted = [-2, -1, 0, 1, 2].map((drift) =>
      stepOfCode(SECRET, totpCode(SECRET, now + drift), { nowMs, lastStep: 0 }),
    );
    expect(accepted).toEqual([undefined, now - 1, now, now + 1, undefined]);
    const used = { nowMs, lastStep: now };
    expect(stepOfCode(SECRET, totpCode(SECRET, now), used)).toBeUndefined();
    expect(stepOfCode(SECRET, totpCode(SECRET, now - 1), used)).toBeUndefined();
  });

  test("are read as people type them", () => {
    expect(readCode(" 123 456 ")).toEqual({ kind: "totp", code: "123456" });
    expect(readCode("abcd-efgh 2345-6723")).toEqual({ kind: "recovery", code: "ABCDEFGH23456723" });
    for (const odd of ["", "12345", "1234567", "abcd", "0000-0000-0000-0000"]) {
      expect(readCode(odd)).toBeUndefined();
    }
  });
});

describe("the second factor of operators", () => {
  const GUILDHALL_SECRET = "x".repeat(32);
  const SECRETS_KEYS = `first:${Buffer.alloc(32).toString("base64")}`;

  test("is required where it can be stored, and a deployment may only offer it", () => {
    const of = (env: Record<string, string>) =>
      readConfig({ GUILDHALL_SECRET, ...env }).operatorSecondFactor;
    expect(of({})).toBe("offered");
    expect(of({ SECRETS_KEYS })).toBe("required");
    expect(of({ SECRETS_KEYS, OPERATOR_SECOND_FACTOR: "offered" })).toBe("offered");
    expect(() => of({ OPERATOR_SECOND_FACTOR: "required" })).toThrow("SECRETS_KEYS");
  });
});
