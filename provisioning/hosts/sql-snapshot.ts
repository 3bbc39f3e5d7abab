import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { TRANSIENT_TABLES } from "../../src/database/transient-rows.ts";

// Servers give a database as SQL text. Half of a text is a text as well, so ours ends with its sum.

const CHECK = "\n-- sha256 ";

/** SQL text as a snapshot, with its sum at the end; nothing of it is kept in memory. */
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
 * The statements of a snapshot, to run in one transaction.
 * @throws {DatabaseError} `corrupt` for one that is cut, changed or none.
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

/** A dump that a server made by itself, without the rows of tables that no copy carries. */
export function withoutTransientRows(dump: string): string {
  let kept = "";
  for (const statement of wholeStatements(dump)) {
    if (!TRANSIENT_ROW.test(statement)) kept += `${statement}\n`;
  }
  return kept;
}

const TRANSIENT_ROW = new RegExp(`^\\s*INSERT INTO ["'\`]?(${TRANSIENT_TABLES.join("|")})\\b`, "i");

/** The dump without what speaks to the connection: the client makes its own transaction. */
function statementsOf(dump: string): readonly string[] {
  const isOurs = (sql: string) => sql.trim() !== "" && !/^(PRAGMA|BEGIN|COMMIT)\b/i.test(sql);
  return [...wholeStatements(dump)].filter(isOurs);
}

/** Each statement of a dump with its line breaks. A rest that is not whole is left out. */
function* wholeStatements(dump: string): Iterable<string> {
  let statement = "";
  for (const line of dump.split("\n")) {
    statement += statement === "" ? line : `\n${line}`;
    if (!isWhole(statement)) continue;
    yield statement;
    statement = "";
  }
}

/** Does the text end outside of every quote, with a semicolon, and outside of a trigger's body? */
function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith(";")) return false;
  const bare = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`/g, "");
  if (/['"`]/.test(bare)) return false;
  return !/^\s*CREATE (?:TEMP )?TRIGGER/i.test(text) || /\bEND\s*;\s*$/i.test(bare);
}

function sumOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
