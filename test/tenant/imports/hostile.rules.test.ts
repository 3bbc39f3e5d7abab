import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { textOf } from "../../../src/tenant/imports/formats/bytes.ts";
import { SourceRefused } from "../../../src/tenant/imports/formats/format.ts";
import { readSource } from "../../../src/tenant/imports/formats/index.ts";

const CONTEXT = { realm: "Area 52", timeZone: "UTC", nowMs: Date.UTC(2026, 0, 14) };
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Reads bytes as an upload does. Gives the code of the refusal, or the number of rows. */
function outcome(bytes: Uint8Array): string | number {
  try {
    return [...readSource(textOf(bytes), "auto", CONTEXT).rows].length;
  } catch (error) {
    if (error instanceof SourceRefused) return error.code;
    throw error;
  }
}

const utf16 = (text: string, mark: readonly number[]) =>
  new Uint8Array([...mark, ...Buffer.from(text, "utf16le")]);
const bomb = (bytes: number) => utf8(deflateSync(Buffer.alloc(bytes, 32)).toString("base64"));
const laughs = Array.from(
  { length: 10 },
  (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`,
).join("");

test.each<readonly [string, Uint8Array, string]>([
  ["UTF-16 with its mark", utf16("name,points", [0xff, 0xfe]), "imports/bad-encoding"],
  ["UTF-16 without a mark", utf16("name,points\nAlto,1\n", []), "imports/bad-encoding"],
  [
    "Latin-1",
    new Uint8Array([...utf8("name,points\nZo"), 0xeb, ...utf8(",1\n")]),
    "imports/bad-encoding",
  ],
  [
    "a zero in the middle of a text",
    utf8(`name,points\n${"a".repeat(5_000)}\0,1\n`),
    "imports/bad-encoding",
  ],
  ["a new spreadsheet", new Uint8Array([0x50, 0x4b, 3, 4, 0]), "imports/spreadsheet"],
  ["an old spreadsheet", new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0]), "imports/spreadsheet"],
  ["a gzip", new Uint8Array([0x1f, 0x8b, 8]), "imports/archive"],
  ["a database", utf8("SQLite format 3\0"), "imports/database-file"],
  ["a call in a Lua file", utf8('MonDKP_DKPTable = os.execute("x")'), "imports/unreadable"],
  [
    "a table that refers to itself",
    utf8("GargulDB = {}\nGargulDB.self = GargulDB"),
    "imports/unreadable",
  ],
  ["a variable as a value", utf8("GargulDB = { a = GargulDB }"), "imports/unreadable"],
  ["nested Lua tables", utf8(`GargulDB = ${"{".repeat(100_000)}`), "imports/unreadable"],
  [
    "a Lua text without an end",
    utf8(`GargulDB = { "${"a".repeat(1_000_000)}`),
    "imports/unreadable",
  ],
  ["nested JSON", utf8(`[{"startTime":1,"signUps":${"[".repeat(100_000)}`), "imports/too-large"],
  ["JSON that was cut off", utf8('[{"signUps":[],"startTime":1'), "imports/unreadable"],
  ["nested XML", utf8(`<dkptable>${"<a>".repeat(100_000)}`), "imports/too-large"],
  [
    "an entity that names a file",
    utf8('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><dkptable>&x;</dkptable>'),
    "imports/unsafe-xml",
  ],
  [
    "a billion laughs",
    utf8(
      `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">${laughs}]><dkptable>&l10;</dkptable>`,
    ),
    "imports/unsafe-xml",
  ],
  [
    "a parameter entity",
    utf8('<!doctype d [<!ENTITY % p SYSTEM "http://example.test/x">%p;]><dkptable/>'),
    "imports/unsafe-xml",
  ],
  [
    "an entity that no one defines",
    utf8("<dkptable><dkpentry>&x;</dkpentry></dkptable>"),
    "imports/unreadable",
  ],
  ["XML that was cut off", utf8("<dkptable><dkpentry><player>Alto"), "imports/unreadable"],
  [
    "a paste that unpacks to more than is allowed",
    bomb(limits.imports.unpackedBytesMax + 1),
    "imports/too-large",
  ],
  ["a paste that was cut off", bomb(1_000_000).subarray(0, 400), "imports/unreadable"],
  [
    "more than an upload may have",
    new Uint8Array(limits.imports.uploadBytesMax + 1),
    "imports/too-large",
  ],
  ["nothing", new Uint8Array(0), "imports/unknown-format"],
  ["spaces", utf8("  \n\n  "), "imports/unknown-format"],
  ["a header alone", utf8("player,DKP,date,reason\n"), "imports/no-rows"],
])("%s is refused with its reason", (_, bytes, code) => {
  expect(outcome(bytes)).toBe(code);
});

test("a byte order mark, Windows line ends and formulas are no reason to refuse", () => {
  const table = '\ufeffname,points\r\nAlto,1\r\n"=HYPERLINK(1)",2\r\n';
  const { rows } = readSource(textOf(utf8(table)), "auto", CONTEXT);
  const persons = [...rows].filter(({ kind }) => kind === "person");
  expect(persons.map(({ label }) => label)).toContain("Alto");
});

test("names and texts that are much too long are cut, and reach no row whole", () => {
  const long = "x".repeat(500_000);
  const { rows } = readSource(
    `player,DKP,date,reason\nAlto,5,1580000000,${long}\n`,
    "auto",
    CONTEXT,
  );
  const [entry] = [...rows].filter(({ kind }) => kind === "entry");
  expect(JSON.stringify(entry).length).toBeLessThan(2_000);
});

test("keys named after the prototype are plain data", () => {
  const { rows } = readSource(
    '{"__proto__":{"x":1},"reserves":[{"name":"Alto","items":[{"id":7}],"__proto__":{"name":"Bad"}}]}',
    "auto",
    CONTEXT,
  );
  expect([...rows].map(({ label }) => label)).toContain("Alto");
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});
