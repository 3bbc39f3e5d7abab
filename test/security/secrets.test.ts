import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { newId } from "../../src/kernel/ids.ts";
import { newToken } from "../../src/kernel/tokens.ts";
import { newKey } from "../../src/platform/keys/secrets.ts";
import { searchFolder } from "../support/secrets/folders.ts";
import { Seen, seen } from "../support/secrets/seen.ts";

// Each test searches what it leaves behind: test/support/secrets. These tests prove that no secret
// escapes that search.

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "guildhall-planted-"));
  mkdirSync(join(dir, "outbox"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function databaseWith(value: string | Uint8Array): Promise<void> {
  const url = pathToFileURL(join(dir, "planted.db")).href;
  const client = await openEmbedded({ url }, { create: true });
  await client.execute({ sql: "CREATE TABLE notes (text)", args: [] });
  await client.execute({ sql: "INSERT INTO notes VALUES (?)", args: [value] });
  await client.close();
}

/** What was found outside the log: closing copies it into the file, and the driver removes it later. */
const inFile = async () => (await searchFolder(dir)).filter((one) => !one.includes(".db-wal ("));

describe("S55 a secret that was left in the open is found", () => {
  const password = `long and ${randomBytes(12).toString("hex")}`;
  const base64 = (before: string) => Buffer.from(`${before}${password} after`).toString("base64");

  test.each([
    ["as it is", `before ${password} after`],
    ["in hex", Buffer.from(password).toString("hex")],
    ["in base64", base64("")],
    ["in base64 after a letter", base64("x")],
    ["in base64 after two", base64("xy")],
    ["in an address", new URLSearchParams({ q: password }).toString().replaceAll("+", "%20")],
    ["in bytes", Buffer.from(password)],
  ])("in a database, %s", async (_, planted) => {
    seen.secret("password", password);
    await databaseWith(planted);
    expect(await inFile()).toEqual([
      expect.stringMatching(/^password: planted\.db \((notes\.text|between rows)\)$/),
    ]);
  });

  test("in a row that is deleted", async () => {
    seen.secret("password", password);
    await databaseWith(password);
    const url = pathToFileURL(join(dir, "planted.db")).href;
    const client = await openEmbedded({ url });
    await client.execute({ sql: "PRAGMA secure_delete = 0", args: [] });
    await client.execute({ sql: "DELETE FROM notes", args: [] });
    await client.close();
    expect(await inFile()).toEqual(["password: planted.db (between rows)"]);
  });

  test("even if it was never sent: every token is known from the moment it is made", async () => {
    const token = newToken();
    await databaseWith(Buffer.from(token, "base64url").toString("hex"));
    expect(await inFile()).toEqual(["token: planted.db (between rows)"]);
  });

  test("by its form, when another process made it, and in a compressed copy", async () => {
    // Bytes that this process did not make as 32 at once: the search has not seen them.
    const secret = randomBytes(48).toString("base64url").slice(0, 43);
    const { text } = newKey(newId());
    const foreign = text.replace(/_[\w-]{43}_/, `_${secret}_`);
    writeFileSync(join(dir, "copy.gz"), gzipSync(`before ${foreign} after`));
    writeFileSync(join(dir, "token"), "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl");
    writeFileSync(join(dir, "pem"), "-----BEGIN PRIVATE KEY-----");
    expect([...(await searchFolder(dir))].sort()).toEqual(
      [
        "server's secret: pem (between rows)",
        "API key: copy.gz (between rows)",
        "access token: token (between rows)",
      ].sort(),
    );
  });

  test("in an email, which may hold the token of its link and nothing else", async () => {
    const [token, key] = [newToken(), newKey(newId()).text];
    seen.secret("password", password);
    writeFileSync(join(dir, "outbox/1.json"), `https://example.test/reset#${token}`);
    expect(await searchFolder(dir)).toEqual([]);
    writeFileSync(join(dir, "outbox/2.json"), `${password} ${key}`);
    expect([...(await searchFolder(dir))].sort()).toEqual([
      "API key: outbox/2.json (between rows)",
      "password: outbox/2.json (between rows)",
    ]);
  });
});

test("S57 a secret in a log line or in an answer is found, and reported by its kind only", () => {
  const own = new Seen();
  own.environment({ SECRETS_KEYS: `first:${randomBytes(32).toString("base64")}` });
  own.sent("/api/session", JSON.stringify({ email: "a@b.c", password: "mellon mellon mellon" }));
  own.sent("/g/x/settings/connections/blizzard", "blizzard-value=8f3c0a6b5d2e4f1a");
  own.answer('{"token":"abcdefghijklmnopqrstuvwxyz"}');
  own.answer("<p>mellon mellon mellon</p>");
  own.lines.push('{"event":"plain.words"}', '{"event":"too.much","q":"8f3c0a6b5d2e4f1a"}');
  own.lines.push('{"event":"also","at":"abcdefghijklmnopqrstuvwxyz"}');
  own.searchLines();
  expect([...own.faults].sort()).toEqual([
    "kept secret: in the log (too.much)",
    "password: in an answer",
    "token: in the log (also)",
  ]);
});
