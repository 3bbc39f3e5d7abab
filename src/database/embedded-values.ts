import type { SqlValue } from "./client.ts";
import { DatabaseError } from "./errors.ts";

/** Values that the driver stores exactly. A boolean would crash the process; undefined would become NULL. */
export type NativeValue = null | string | number | bigint | Uint8Array;

/**
 * Converts arguments to values that the driver stores exactly: whole numbers as INTEGER, not REAL.
 *
 * @throws {DatabaseError} `sql` for a wrong count or a value that would be changed silently, `text` for a
 * text that would be changed silently.
 */
export function bind(args: readonly SqlValue[], parameters: number): NativeValue[] {
  if (args.length !== parameters) {
    // The driver would reuse the missing values of the statement's previous run.
    throw new DatabaseError("sql", `${parameters} values wanted, ${args.length} given.`);
  }
  const values = new Array<NativeValue>(args.length);
  for (let i = 0; i < args.length; i++) values[i] = bindOne(args[i], i);
  return values;
}

// Half of a surrogate pair, written as a JSON escape without its other half.
const HALF_PAIR =
  /\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}/;

function bindOne(value: unknown, index: number): NativeValue {
  switch (typeof value) {
    case "string":
      if (value.includes("\0")) {
        refuse(index, "a NUL character, after which text is cut off", "text");
      }
      // SQL's JSON functions turn this into text that is not UTF-8, and reading such text crashes the
      // driver's process.
      if (value.includes("\\u") && HALF_PAIR.test(value))
        refuse(index, "half a surrogate pair", "text");
      return value;
    case "number":
      if (Number.isSafeInteger(value)) return BigInt(value);
      if (!Number.isFinite(value)) refuse(index, `${value}, which is no number in SQL`);
      return value;
    case "boolean":
      return value ? 1n : 0n;
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) refuse(index, "more than 64 bits");
      return value;
    default:
      if (value === null || value instanceof Uint8Array) return value;
      return refuse(index, `${value === undefined ? "undefined" : typeof value}, not a SQL value`);
  }
}

function refuse(index: number, what: string, kind: "sql" | "text" = "sql"): never {
  throw new DatabaseError(kind, `Value ${index + 1} of the statement is or holds ${what}.`);
}

/** Tells whether a row holds a whole number that a JS number cannot represent exactly. */
export function hasUnsafeInteger(rows: readonly (readonly unknown[])[]): boolean {
  for (const row of rows) {
    for (const value of row) {
      if (typeof value !== "number") continue;
      if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) return true;
    }
  }
  return false;
}

/** Converts the bigints of these rows to numbers, in place, except those that no number can hold. */
export function narrowIntegers(rows: unknown[][]): void {
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      const value = row[i];
      if (typeof value !== "bigint") continue;
      const narrow = Number(value);
      if (Number.isSafeInteger(narrow)) row[i] = narrow;
    }
  }
}
