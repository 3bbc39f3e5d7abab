import { dictionary } from "@zxcvbn-ts/language-common";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalEmail } from "../../../src/kernel/email-address.ts";
import { COMMON_PASSWORDS } from "../../../src/platform/accounts/common-passwords.ts";
import { deviceOf } from "../../../src/platform/accounts/device.ts";
import { localPath } from "../../../src/platform/accounts/next-path.ts";
import { canonicalPassword, passwordFault } from "../../../src/platform/accounts/passwords.ts";

const owner = { email: "thrall@example.test", name: "Go'el" };

describe("an e-mail address", () => {
  test("is the same account however it is spelled", () => {
    for (const spelling of [
      "thrall@example.test",
      " Thrall@EXAMPLE.Test ",
      "THRALL@example.test",
    ]) {
      expect(normalEmail(spelling)).toBe("thrall@example.test");
    }
    expect(normalEmail("x@bücher.example")).toBe(normalEmail("x@xn--bcher-kva.example"));
    expect(normalEmail("jose\u0301@example.test")).toBe(normalEmail("jos\u00e9@example.test"));
  });

  test.each([
    "",
    "thrall",
    "@example.test",
    "thrall@",
    "thrall@localhost",
    "a@b@example.test",
    "a b@example.test",
    "a..b@example.test",
    ".a@example.test",
    "a@127.0.0.1",
    "a@0x7f.1",
    "a@[::1]",
    "a@example.test\r\nBcc: all@example.test",
    "a\r\n@example.test",
    "a@exa/mple.test",
    "a@example..test",
    '"a b"@example.test',
    "<a@example.test>",
    `${"a".repeat(65)}@example.test`,
    `a@${"b.".repeat(150)}test`,
  ])("is refused when it could not be one: %j", (text) => {
    expect(normalEmail(text)).toBeUndefined();
  });

  test("stays as it is once it is in its normal form", () => {
    const local = fc.stringMatching(/^[A-Za-z0-9+_-]{1,20}$/);
    const domain = fc.domain();
    fc.assert(
      fc.property(local, domain, (name, host) => {
        const once = normalEmail(`${name}@${host}`);
        if (once !== undefined) expect(normalEmail(once)).toBe(once);
      }),
    );
  });
});

describe("the page after a sign-in", () => {
  test.each([
    "//evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https:evil.test",
    "https://evil.test/",
    "http://localhost@evil.test/",
    "javascript:alert(1)",
    "/\t/evil.test",
    "/\n/evil.test",
    " //evil.test",
    "/..//evil.test",
    "/.//evil.test",
    "/a/../..//evil.test",
    "/%0a/\\evil",
    "guilds",
    "",
    undefined,
    `/${"a".repeat(2_000)}`,
  ])("is never another site: %j", (next) => {
    expect(localPath(next, "/home")).toBe("/home");
  });

  test("is kept with its query when it is ours", () => {
    expect(localPath("/g/ironforge/roster?sort=-name", "/")).toBe("/g/ironforge/roster?sort=-name");
    expect(localPath("/verify?token=abc", "/")).toBe("/verify?token=abc");
  });

  test("S24 resolves to this site in a browser, whatever was sent", () => {
    const nasty = fc.string({
      unit: fc.constantFrom("/", "\\", ".", "@", ":", "\t", "?", "#", "%2f", "e", "https", " "),
    });
    fc.assert(
      fc.property(nasty, (next) => {
        const base = "https://guildhall.test/sign-in";
        expect(new URL(localPath(next, "/"), base).origin).toBe("https://guildhall.test");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a new password", () => {
  test.each([
    ["short7!", "too-short"],
    ["é".repeat(7), "too-short"],
    ["a".repeat(257), "too-long"],
    ["half a pair \ud800", "unreadable"],
    ["password1", "common"],
    ["TrustNo1", "common"],
    ["my THRALL password", "personal"],
    ["i am go'el of durotar", "personal"],
    ["guildhall rocks the world", "personal"],
    ["me: thrall@example.test", "personal"],
  ])("is refused when it is easily guessed or unreadable: %j", (password, fault) => {
    expect(passwordFault(password, owner)).toBe(fault);
  });

  test.each([
    "correct horse battery staple",
    "пароль из нескольких слов",
    "密码由几个词组成的句子",
    "🐲🐉🔥⚔️🛡️🏰🗡️🐎",
    "nul \u0000 inside",
    "  spaces around  ",
    "één échte lange zin, ".repeat(12),
    "🐲🐉🔥⚔️🛡️🏰🗡️🐎".repeat(21),
  ])("may be of any script and any length up to the limit: %j", (password) => {
    expect(passwordFault(password, owner)).toBeUndefined();
  });

  test("S20 is the same password from every keyboard, and is otherwise compared exactly", () => {
    expect(canonicalPassword("jose\u0301 y maria")).toBe(canonicalPassword("jos\u00e9 y maria"));
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (ascii) => {
        expect(canonicalPassword(ascii)).toBe(ascii);
      }),
    );
  });

  test("a short name does not forbid ordinary words", () => {
    expect(passwordFault("correct horse battery", { email: "al@example.test", name: "Co" })).toBe(
      undefined,
    );
  });

  test("the list of common passwords is the first 3,000 of its source that are long enough", () => {
    const source = dictionary["passwords-common"] as readonly string[];
    const expected = source.filter((word) => [...word].length >= 8).slice(0, 3_000);
    expect([...COMMON_PASSWORDS]).toEqual(expected);
  });
});

test("a session is named after its browser and system", () => {
  const agent =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
  expect(deviceOf(agent)).toEqual({ browser: "Edge", system: "Windows" });
  expect(deviceOf("<script>")).toEqual({ browser: undefined, system: undefined });
});
