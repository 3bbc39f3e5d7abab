import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { Envelopes, type Place, type SealingKey } from "../../src/kernel/envelope.ts";

const key = (id: string): SealingKey => ({ id, bytes: new Uint8Array(randomBytes(32)) });
const [first, second] = [key("2026-01"), key("2025-07")];
const envelopes = new Envelopes([first, second]);
const place: Place = { table: "secrets", column: "sealed", guildId: "g1", userId: "u1", row: "r1" };
const secret = "a secret with ñ, 🗝 and a line\nbreak";
const unreadable = { code: "secrets/unreadable" };

describe("S54 an envelope", () => {
  test("opens where it was sealed, and says which key sealed it", async () => {
    const { sealed, keyId } = await envelopes.seal(place, secret);
    expect(keyId).toBe("2026-01");
    expect(sealed).toMatch(/^v1\.2026-01\.[\w-]{22}\.[\w-]{16}\.[\w-]+$/);
    expect(await envelopes.open(place, sealed)).toBe(secret);
  });

  test.each<[string, Partial<Place>]>([
    ["another table", { table: "user_secrets" }],
    ["another column", { column: "hint" }],
    ["another guild", { guildId: "g2" }],
    ["another person", { userId: "u2" }],
    ["another row", { row: "r2" }],
    ["a place whose parts only join to the same text", { guildId: "g1u", userId: "1" }],
    ["a person of the guild's id", { guildId: "u1", userId: "g1" }],
  ])("does not open in %s", async (_what, other) => {
    const { sealed } = await envelopes.seal(place, secret);
    await expect(envelopes.open({ ...place, ...other }, sealed)).rejects.toMatchObject(unreadable);
  });

  test("does not open with one character changed, wherever it is", async () => {
    const { sealed } = await envelopes.seal(place, "short");
    for (let at = 0; at < sealed.length; at++) {
      for (const letter of ["A", "B", "."].filter((one) => one !== sealed[at])) {
        const other = sealed.slice(0, at) + letter + sealed.slice(at + 1);
        await expect(envelopes.open(place, other), other).rejects.toMatchObject(unreadable);
      }
    }
  });

  test("does not open with a part left out, cut off, doubled or of another envelope", async () => {
    const { sealed } = await envelopes.seal(place, secret);
    const other = (await envelopes.seal(place, "another")).sealed.split(".");
    const parts = sealed.split(".");
    for (let at = 0; at < parts.length; at++) {
      const having = (part: string) => parts.with(at, part).join(".");
      const changed = [having(""), having(parts[at]!.slice(0, -1)), having(parts[at]!.repeat(2))];
      if (at > 1) changed.push(having(other[at]!));
      for (const one of changed) {
        await expect(envelopes.open(place, one), one).rejects.toMatchObject(unreadable);
      }
    }
    for (const odd of ["", "v1", secret, "v1....", "v2.a.b.c.d"]) {
      await expect(envelopes.open(place, odd)).rejects.toMatchObject(unreadable);
    }
  });

  test("of a removed key stays closed; of a former key it opens", async () => {
    const { sealed } = await new Envelopes([second]).seal(place, secret);
    expect(await envelopes.open(place, sealed)).toBe(secret);
    await expect(new Envelopes([first]).open(place, sealed)).rejects.toMatchObject(unreadable);
    // Another key of the same name does not open it either.
    const namesake = new Envelopes([key("2025-07")]);
    await expect(namesake.open(place, sealed)).rejects.toMatchObject(unreadable);
    await expect(new Envelopes([]).open(place, sealed)).rejects.toMatchObject(unreadable);
    await expect(new Envelopes([]).seal(place, secret)).rejects.toMatchObject({
      code: "secrets/not-configured",
    });
  });

  test("is never the same twice, in salt, nonce or text", async () => {
    const many = await Promise.all(
      Array.from({ length: 500 }, async () => (await envelopes.seal(place, secret)).sealed),
    );
    for (const at of [2, 3, 4]) {
      expect(new Set(many.map((one) => one.split(".")[at])).size).toBe(500);
    }
  });

  test("does not reveal why it stays closed", async () => {
    const { sealed } = await envelopes.seal(place, secret);
    const tries = [
      new Envelopes([second]).open(place, sealed),
      envelopes.open({ ...place, row: "x" }, sealed),
      envelopes.open(place, "x"),
    ];
    const messages = await Promise.all(tries.map((one) => one.catch((e: Error) => e.message)));
    expect(new Set(messages).size).toBe(1);
  });
});

describe("SECRETS_KEYS", () => {
  const keysOf = (text: string) =>
    readConfig({ GUILDHALL_SECRET: "x".repeat(40), SECRETS_KEYS: text }).secretsKeys;
  const base64 = randomBytes(32).toString("base64");

  test("takes several keys in their order", () => {
    const other = randomBytes(32).toString("base64");
    expect(keysOf(`b:${base64}, a:${other}`).map(({ id }) => id)).toEqual(["b", "a"]);
    expect(keysOf("")).toEqual([]);
  });

  test.each([
    ["no id", base64],
    ["an empty id", `:${base64}`],
    ["an id with a point", `a.b:${base64}`],
    ["too few bytes", `a:${randomBytes(16).toString("base64")}`],
    ["too many bytes", `a:${randomBytes(33).toString("base64")}`],
    ["no base64", `a:${"%".repeat(44)}`],
    ["one id twice", `a:${base64},a:${base64}`],
  ])("with %s is refused at the start, without being shown", (_what, text) => {
    let message = "";
    try {
      keysOf(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain("SECRETS_KEYS");
    expect(message).not.toContain(text.split(":").at(-1)!.slice(0, 12));
  });
});
