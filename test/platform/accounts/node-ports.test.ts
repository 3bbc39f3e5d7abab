import { mkdtemp, readdir, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { folderMailer } from "../../../src/node/mail.ts";
import { argon2id, nodePasswordHasher, scrypt } from "../../../src/node/passwords.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

describe.each([
  ["argon2id", argon2id, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/],
  ["scrypt", scrypt, /^\$scrypt\$ln=14,r=8,p=5\$[\w+/]{22}\$[\w+/]{43}$/],
] as const)("a password hashed by %s", (_, algorithm, form) => {
  const hasher = nodePasswordHasher(algorithm);

  test("is recognised, and nothing else is", async () => {
    const phc = await hasher.hash("correct horse");
    expect(phc).toMatch(form);
    expect(await hasher.verify("correct horse", phc)).toBe("right");
    expect(await hasher.verify("correct horsf", phc)).toBe("wrong");
    expect(await hasher.verify("", phc)).toBe("wrong");
  });

  test("has a random salt and is not truncated at any length", async () => {
    const long = "x".repeat(1_000);
    const [one, two] = [await hasher.hash(long), await hasher.hash(long)];
    expect(one).not.toBe(two);
    expect(await hasher.verify(`${long.slice(0, -1)}y`, one)).toBe("wrong");
  });
});

test("a hash of an older kind still verifies, and counts as outdated", async () => {
  const old = await nodePasswordHasher(scrypt).hash("correct horse");
  const today = nodePasswordHasher(argon2id);
  expect(await today.verify("correct horse", old)).toBe("outdated");
  expect(await today.verify("wrong horse", old)).toBe("wrong");
  await expect(today.verify("x", "$md5$abc")).rejects.toThrow("not known");
});

test("a crowd waits in a queue, and callers beyond a full queue are told to come back", async () => {
  const hasher = nodePasswordHasher(argon2id);
  const room = limits.auth.hashesAtOnceMax + limits.auth.hashesWaitingMax;
  const outcomes = await Promise.allSettled(
    Array.from({ length: room + 5 }, () => hasher.hash("correct horse")),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(5);
  expect(refused[0]!.reason).toMatchObject({ code: "auth/busy", kind: "unavailable" });
  expect(await hasher.hash("and goes on after")).toContain("$argon2id$");
});

test("an email is written whole to the outbox, readable by its owner only, in the order sent", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-mail-"));
  try {
    const outbox = join(dir, "outbox");
    const mailer = folderMailer(outbox, "Guildhall <no-reply@example.test>", () => new Date(7));
    for (const [index, subject] of ["one", "two", "three"].entries()) {
      await mailer.send({ id: `m${index}`, to: "a@example.test", subject, text: "Grüße\n" });
    }
    const names = (await readdir(outbox)).sort();
    expect(names).toHaveLength(3);
    const letters = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(outbox, name), "utf8"))),
    );
    expect(letters.map((letter) => letter.subject)).toEqual(["one", "two", "three"]);
    expect(letters[0]).toEqual({
      to: "a@example.test",
      subject: "one",
      text: "Grüße\n",
      from: "Guildhall <no-reply@example.test>",
      at: 7,
    });
    expect((await stat(join(outbox, names[0]!))).mode & 0o077).toBe(0);
  } finally {
    await removeSearched(dir);
  }
});
