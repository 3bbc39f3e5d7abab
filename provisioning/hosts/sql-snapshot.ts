import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { TRANSIENT_TABLES } from "../../src/database/transient-rows.ts";
import { inTurns } from "../../src/kernel/turns.ts";

// Servers return a database as SQL text. A truncated text is still a text, so ours ends with a checksum.

const CHECK = "\n-- sha256 ";

/** SQL text as a snapshot with a checksum at its end. Streams; keeps nothing in memory. */
export function sealed(text: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const sum = sha256.create();
  const pieces = text[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) {
        controller.enqueue(utf8ToBytes(`${CHECK}${bytesToHex(sum.digest())}\n`));
        controller.close();
        return;
      }
      const bytes = utf8ToBytes(value);
      sum.update(bytes);
      controller.enqueue(bytes);
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}

/**
 * The statements of a snapshot, for one transaction.
 *
 * @throws {DatabaseError} `corrupt` for a snapshot that is truncated, changed or not one of ours.
 */
export async function statementsIn(
  snapshot: ReadableStream<Uint8Array>,
): Promise<readonly Statement[]> {
  const text = await wholeText(snapshot);
  const statements: Statement[] = [];
  await inTurns(wholeStatements(text), (sql) => {
    // The client opens its own transaction.
    if (sql.trim() === "" || /^(PRAGMA|BEGIN|COMMIT)\b/i.test(sql)) return;
    statements.push({ sql, args: [] });
  });
  return statements;
}

async function wholeText(snapshot: ReadableStream<Uint8Array>): Promise<string> {
  try {
    const bytes = await new Response(snapshot).arrayBuffer();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const at = text.lastIndexOf(CHECK);
    const sum = text.slice(at + CHECK.length).trim();
    if (at >= 0 && (await sumOf(text.slice(0, at))) === sum) return text.slice(0, at);
  } catch (error) {
    throw new DatabaseError("corrupt", "The snapshot is no text.", error);
  }
  throw new DatabaseError("corrupt", "The snapshot is damaged: its sum is another.");
}

/** A server's own dump, without the rows of transient tables. */
export async function withoutTransientRows(dump: string): Promise<string> {
  let kept = "";
  await inTurns(wholeStatements(dump), (statement) => {
    if (!TRANSIENT_ROW.test(statement)) kept += `${statement}\n`;
  });
  return kept;
}

const TRANSIENT_ROW = new RegExp(`^\\s*INSERT INTO ["'\`]?(${TRANSIENT_TABLES.join("|")})\\b`, "i");

/** Each statement of a dump with its line breaks. An incomplete last statement is skipped. */
function* wholeStatements(dump: string): Iterable<string> {
  let statement = "";
  for (let at = 0; at <= dump.length; ) {
    const end = dump.indexOf("\n", at);
    const line = dump.slice(at, end < 0 ? dump.length : end);
    at = end < 0 ? dump.length + 1 : end + 1;
    statement += statement === "" ? line : `\n${line}`;
    if (!isWhole(statement)) continue;
    yield statement;
    statement = "";
  }
}

/** Tells whether the text ends with a semicolon that is outside of quotes and of a trigger's body. */
function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith(";")) return false;
  const bare = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`/g, "");
  if (/['"`]/.test(bare)) return false;
  return !/^\s*CREATE (?:TEMP )?TRIGGER/i.test(text) || /\bEND\s*;\s*$/i.test(bare);
}

async function sumOf(text: string): Promise<string> {
  const sum = sha256.create();
  await inTurns(pieces(text), (piece) => {
    sum.update(utf8ToBytes(piece));
  });
  return bytesToHex(sum.digest());
}

const PIECE_CHARS = 65_536;

/** Parts of a text that end with a line, so that no character is cut. */
export function* pieces(text: string): Iterable<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at + PIECE_CHARS);
    const next = end < 0 ? text.length : end + 1;
    yield text.slice(at, next);
    at = next;
  }
}
