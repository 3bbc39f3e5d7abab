import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { TRANSIENT_TABLES } from "../../src/database/transient-rows.ts";

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
  return statementsOf(await wholeText(snapshot)).map((sql) => ({ sql, args: [] }));
}

async function wholeText(snapshot: ReadableStream<Uint8Array>): Promise<string> {
  try {
    const bytes = await new Response(snapshot).arrayBuffer();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const at = text.lastIndexOf(CHECK);
    const sum = text.slice(at + CHECK.length).trim();
    if (at >= 0 && sumOf(text.slice(0, at)) === sum) return text.slice(0, at);
  } catch (error) {
    throw new DatabaseError("corrupt", "The snapshot is no text.", error);
  }
  throw new DatabaseError("corrupt", "The snapshot is damaged: its sum is another.");
}

/** A server's own dump, without the rows of transient tables. */
export function withoutTransientRows(dump: string): string {
  let kept = "";
  for (const statement of wholeStatements(dump)) {
    if (!TRANSIENT_ROW.test(statement)) kept += `${statement}\n`;
  }
  return kept;
}

const TRANSIENT_ROW = new RegExp(`^\\s*INSERT INTO ["'\`]?(${TRANSIENT_TABLES.join("|")})\\b`, "i");

/** The dump without statements for the connection: the client opens its own transaction. */
function statementsOf(dump: string): readonly string[] {
  const isOurs = (sql: string) => sql.trim() !== "" && !/^(PRAGMA|BEGIN|COMMIT)\b/i.test(sql);
  return [...wholeStatements(dump)].filter(isOurs);
}

/** Each statement of a dump with its line breaks. An incomplete last statement is skipped. */
function* wholeStatements(dump: string): Iterable<string> {
  let statement = "";
  for (const line of dump.split("\n")) {
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

function sumOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
