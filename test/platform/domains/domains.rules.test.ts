import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { domainFrom, recordName, recordValue } from "../../../src/platform/domains/domain-names.ts";
import {
  afterCheck,
  type ClaimState,
  type Proof,
  proofIn,
  verdictOf,
} from "../../../src/platform/domains/rules.ts";

const OURS = "guilds.example.com";

describe("a domain", () => {
  test.each([
    ["raids.ironvow.org", "raids.ironvow.org"],
    ["  Raids.IronVow.ORG.  ", "raids.ironvow.org"],
    ["ironvow.org", "ironvow.org"],
    ["ironvow.co.uk", "ironvow.co.uk"],
    ["ironvow.github.io", "ironvow.github.io"],
    ["gilde-köln.de", "xn--gilde-kln-67a.de"],
    ["ｒａｉｄｓ．ironvow.org", "raids.ironvow.org"],
    ["XN--GILDE-KLN-67A.de", "xn--gilde-kln-67a.de"],
    // The parent of our own host belongs to its owner, who can prove it.
    ["example.com", "example.com"],
  ])("%j is stored as %j", (text, domain) => {
    expect(domainFrom(text, OURS)).toEqual({ domain });
  });

  test.each([
    ["", "unreadable"],
    [".", "unreadable"],
    ["ironvow..org", "unreadable"],
    ["ironvow.org..", "unreadable"],
    ["-ironvow.org", "unreadable"],
    ["iron_vow.org", "unreadable"],
    ["https://ironvow.org", "unreadable"],
    ["ironvow.org/raids", "unreadable"],
    ["ironvow.org\\@evil.org", "unreadable"],
    ["user@ironvow.org", "unreadable"],
    ["ironvow.org:8443", "unreadable"],
    ["ironvow.org?x", "unreadable"],
    ["ironvow.org#x", "unreadable"],
    ["iron%76ow.org", "unreadable"],
    ["iron vow.org", "unreadable"],
    ["ironvow.org\u202e", "unreadable"],
    [`${"a".repeat(64)}.org`, "unreadable"],
    [`${"a.".repeat(121)}org`, "unreadable"],
    ["127.0.0.1", "address"],
    ["0x7f.1", "address"],
    ["2130706433", "address"],
    ["::1", "address"],
    ["[2001:db8::1]", "address"],
    ["localhost", "single-label"],
    ["ironvow", "single-label"],
    ["*.ironvow.org", "wildcard"],
    ["*", "wildcard"],
    ["guilds.example.com", "ours"],
    ["GUILDS.example.com.", "ours"],
    ["iron-vow.guilds.example.com", "ours"],
    ["a.b.guilds.example.com", "ours"],
    ["co.uk", "public-suffix"],
    ["github.io", "public-suffix"],
    ["pages.dev", "public-suffix"],
    ["raids.internal", "internal"],
    ["raids.localhost", "internal"],
    ["1.2.3.in-addr.arpa", "internal"],
    ["10.0.0.1.nip.io", "internal"],
  ])("%j is refused as %s", (text, fault) => {
    expect(domainFrom(text, OURS)).toEqual({ fault });
  });

  test("is stored the same way however often it is entered, and is never ours", () => {
    const parts = fc.constantFrom("a", "Z9", "raids", "ü", "日本", "-", "xn--", "org", "co", "uk");
    const texts = fc
      .array(
        fc.array(parts, { maxLength: 3 }).map((some) => some.join("")),
        { maxLength: 5 },
      )
      .map((labels) => labels.join("."));
    const any = fc.oneof(texts, fc.string({ unit: "binary" }), fc.domain(), fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(any, (text) => {
        const read = domainFrom(text, OURS);
        if (!("domain" in read)) return;
        expect(read.domain).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
        expect(recordName(read.domain).length).toBeLessThanOrEqual(253);
        expect(domainFrom(read.domain, OURS)).toEqual(read);
        expect(domainFrom(`${read.domain.toUpperCase()}.`, OURS)).toEqual(read);
        expect(domainFrom(`${read.domain}.${OURS}`, OURS)).toEqual({ fault: "ours" });
      }),
      { numRuns: 3_000 },
    );
  });
});

const found = (...challenges: string[]) =>
  ({ type: "found", texts: challenges.map(recordValue) }) as const;
const unreachable = { type: "unreachable", reason: "timeout" } as const;

describe("a proof", () => {
  test("is the exact record of this claim, beside any others", () => {
    expect(proofIn(found("other", "mine"), "mine")).toBe("present");
    expect(proofIn({ type: "found", texts: ["guildhall-domain=mine "] }, "mine")).toBe("present");
    expect(proofIn(found("mine2"), "mine")).toBe("missing");
    expect(proofIn({ type: "found", texts: ["mine", "GUILDHALL-DOMAIN=mine"] }, "mine")).toBe(
      "missing",
    );
    expect(proofIn({ type: "absent" }, "mine")).toBe("missing");
    expect(proofIn(unreachable, "mine")).toBe("unknown");
  });

  test("moves a domain from another guild only when that guild's record is gone", () => {
    expect(verdictOf(found("new"), "new", undefined)).toBe("active");
    expect(verdictOf(found("new"), "new", "old")).toBe("active");
    expect(verdictOf(found("old", "new"), "new", "old")).toBe("taken");
    expect(verdictOf(found("old"), "new", "old")).toBe("missing");
    expect(verdictOf({ type: "absent" }, "new", "old")).toBe("missing");
    expect(verdictOf(unreachable, "new", undefined)).toBe("unknown");
  });
});

describe("an active claim", () => {
  const { lostAfterMs } = limits.domains;
  const active: ClaimState = { status: "active", provedAt: 0, missingSince: null };

  test("is lost only after checks without a record for the whole time", () => {
    const checks = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 1, max: lostAfterMs }),
        proof: fc.constantFrom<Proof>("present", "missing", "unknown"),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(checks, (all) => {
        let claim = active;
        let nowMs = 0;
        let absentSince: number | undefined;
        for (const { afterMs, proof } of all) {
          nowMs += afterMs;
          if (proof === "present") absentSince = undefined;
          if (proof === "missing") absentSince ??= nowMs;
          claim = afterCheck(claim, proof, nowMs);
          const isOver = absentSince !== undefined && nowMs - absentSince >= lostAfterMs;
          // Only a check that found nothing ends a claim.
          if (claim.status === "lost") {
            expect([proof, isOver]).toEqual(["missing", true]);
            return;
          }
          expect(claim.missingSince).toBe(absentSince ?? null);
          expect(isOver && proof === "missing").toBe(false);
        }
      }),
    );
  });

  test("that is pending or lost stays so, whatever a check finds", () => {
    for (const status of ["pending", "lost"] as const) {
      for (const proof of ["present", "missing", "unknown"] as const) {
        const claim = { ...active, status };
        expect(afterCheck(claim, proof, lostAfterMs * 9)).toEqual(claim);
      }
    }
  });

  test("is not lost by a clock that was set back", () => {
    const claim = afterCheck({ ...active, missingSince: 500 }, "missing", 100);
    expect(claim).toMatchObject({ status: "active", missingSince: 100 });
  });
});
