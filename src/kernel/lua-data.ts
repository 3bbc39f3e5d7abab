import { limits } from "../limits.ts";

export type LuaKey = string | number | boolean;
export type LuaValue = string | number | boolean | null | LuaTable;

/** A table. Entries without a key have the numbers from 1 on, as in Lua. */
export type LuaTable = ReadonlyMap<LuaKey, LuaValue>;

/** How large a file of data may be. */
export interface LuaBounds {
  readonly charsMax: number;
  readonly depthMax: number;
  readonly entriesMax: number;
}

/** What is wrong with a file of data, and where. Lines and columns are counted from 1. */
export class LuaDataError extends Error {
  readonly line: number;
  readonly column: number;
  /** True when the text ends too early: the file was cut off, or is still being written. */
  readonly isCut: boolean;

  constructor(what: string, line: number, column: number, isCut: boolean) {
    super(`Line ${line}, column ${column}: ${what}.`);
    this.name = "LuaDataError";
    this.line = line;
    this.column = column;
    this.isCut = isCut;
  }
}

const SPACE = /[ \t\r\n\v\f]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const LONG_OPEN = /\[(=*)\[/y;
const PLAIN_STRING = /[^"'\\\r\n]*/y;
/** Longer texts, such as lists of players, rarely repeat. */
const REPEATED_CHARS_MAX = 80;
/** The texts that are compared. A file of unique texts fills this and costs no more. */
const REPEATED_TEXTS_MAX = 2_000;
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, nil: null };

/**
 * Reads a SavedVariables file: assignments of data to names. Nothing is executed; an expression, a
 * call or a variable is an error. Of two assignments to one name the last one counts, as in Lua.
 * @throws {LuaDataError} for anything that is no data, for a file that is cut off, and for one with
 *   more characters, entries or levels than `bounds` allows.
 */
export function readLuaData(
  text: string,
  bounds: LuaBounds = limits.identity.lua,
): ReadonlyMap<string, LuaValue> {
  return new Reader(text, bounds).file();
}

class Reader {
  readonly #text: string;
  #at = 0;
  readonly #bounds: LuaBounds;
  #entries = 0;
  /** Histories repeat few keys, names and reasons very often. Each is stored once. */
  readonly #texts = new Map<string, string>();

  constructor(text: string, bounds: LuaBounds) {
    this.#text = text;
    this.#bounds = bounds;
    if (text.length > bounds.charsMax) {
      this.#fail(`the file has more than ${bounds.charsMax} characters`);
    }
    if (text.startsWith("\ufeff")) this.#at = 1;
  }

  file(): ReadonlyMap<string, LuaValue> {
    const found = new Map<string, LuaValue>();
    for (;;) {
      this.#space();
      if (this.#at >= this.#text.length) return found;
      const name = this.#match(NAME);
      if (name === undefined || name in WORDS) this.#fail("a name was expected");
      this.#space();
      this.#expect("=");
      this.#space();
      found.set(name, this.#value(1));
      this.#space();
      if (this.#peek() === ";") this.#at++;
    }
  }

  #value(depth: number): LuaValue {
    const char = this.#peek();
    if (char === "{") return this.#table(depth);
    if (char === '"' || char === "'") return this.#string(char);
    if (char === "[") return this.#longString() ?? this.#fail("a value was expected");
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#number(number);
    const start = this.#at;
    const word = this.#match(NAME);
    if (word !== undefined && word in WORDS) return WORDS[word]!;
    const isCut = this.#at >= this.#text.length;
    this.#at = start;
    return this.#fail(word === undefined ? "a value was expected" : `"${word}" is no data`, isCut);
  }

  #table(depth: number): LuaTable {
    if (depth > this.#bounds.depthMax) {
      this.#fail(`there are more than ${this.#bounds.depthMax} tables inside each other`);
    }
    this.#at++;
    const table = new Map<LuaKey, LuaValue>();
    let position = 1;
    for (;;) {
      this.#space();
      if (this.#peek() === "}") {
        this.#at++;
        return table;
      }
      if (++this.#entries > this.#bounds.entriesMax) {
        this.#fail(`the file has more than ${this.#bounds.entriesMax} entries`);
      }
      const key = this.#key(depth);
      const value = this.#value(depth + 1);
      if (key === undefined) table.set(position++, value);
      else table.set(key, value);
      this.#space();
      const next = this.#peek();
      if (next === "," || next === ";") this.#at++;
      else if (next !== "}") this.#fail('"," or "}" was expected');
    }
  }

  /** The key of an entry and its equals sign, or undefined for an entry without a key. */
  #key(depth: number): LuaKey | undefined {
    const start = this.#at;
    if (this.#peek() === "[" && !/[[=]/.test(this.#text[start + 1] ?? "")) {
      this.#at++;
      this.#space();
      const key = this.#value(depth + 1);
      if (key === null || typeof key === "object") this.#fail("a table or nil is no key");
      this.#space();
      this.#expect("]");
      this.#space();
      this.#expect("=");
      this.#space();
      return key;
    }
    const name = this.#match(NAME);
    if (name === undefined) return undefined;
    this.#space();
    if (this.#peek() !== "=" || name in WORDS) {
      this.#at = start;
      return undefined;
    }
    this.#at++;
    this.#space();
    return name;
  }

  #number(text: string): number {
    const after = this.#peek();
    const value = text.startsWith("-") ? -Number(text.slice(1)) : Number(text);
    if (/[\w.]/.test(after ?? "") || !Number.isFinite(value)) this.#fail("this is no number");
    return value;
  }

  #string(quote: string): string {
    this.#at++;
    const parts: string[] = [];
    for (;;) {
      parts.push(this.#match(PLAIN_STRING) ?? "");
      const char = this.#peek();
      if (char === quote) {
        this.#at++;
        return this.#once(parts.join(""));
      }
      if (char === "\\") parts.push(this.#escape());
      else if (char === '"' || char === "'") {
        parts.push(char);
        this.#at++;
      } else this.#fail("a text has no end");
    }
  }

  #once(text: string): string {
    if (text.length > REPEATED_CHARS_MAX) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size < REPEATED_TEXTS_MAX) this.#texts.set(text, text);
    return text;
  }

  /** One escape, or a run of `\ddd`, which are bytes of UTF-8 and make sense together only. */
  #escape(): string {
    const bytes: number[] = [];
    while (this.#peek() === "\\" && /\d/.test(this.#text[this.#at + 1] ?? "")) {
      const digits = /^\d{1,3}/.exec(this.#text.slice(this.#at + 1, this.#at + 4))![0];
      if (Number(digits) > 255) this.#fail("an escape is above 255");
      bytes.push(Number(digits));
      this.#at += 1 + digits.length;
    }
    if (bytes.length > 0) return new TextDecoder().decode(new Uint8Array(bytes));
    const char = this.#text[this.#at + 1];
    if (char === undefined) this.#fail("a text has no end");
    this.#at += 2;
    if (char === "\r" && this.#peek() === "\n") this.#at++;
    if (char === "\r") return "\n";
    return ESCAPES[char] ?? char;
  }

  /** `[[text]]` or `[==[text]==]`. Undefined when there is none here. */
  #longString(): string | undefined {
    const open = this.#match(LONG_OPEN);
    if (open === undefined) return undefined;
    const close = `]${"=".repeat(open.length - 2)}]`;
    const end = this.#text.indexOf(close, this.#at);
    if (end < 0) {
      this.#at = this.#text.length;
      this.#fail("a long text has no end");
    }
    const body = this.#text.slice(this.#at, end);
    this.#at = end + close.length;
    return body.replace(/\r\n?/g, "\n").replace(/^\n/, "");
  }

  /** Skips space and comments. */
  #space(): void {
    for (;;) {
      this.#match(SPACE);
      if (!this.#text.startsWith("--", this.#at)) return;
      this.#at += 2;
      if (this.#longString() !== undefined) continue;
      const end = this.#text.indexOf("\n", this.#at);
      this.#at = end < 0 ? this.#text.length : end;
    }
  }

  #expect(char: string): void {
    if (this.#peek() !== char) this.#fail(`"${char}" was expected`);
    this.#at++;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }

  #fail(what: string, isCut = this.#at >= this.#text.length): never {
    const before = this.#text.slice(0, this.#at);
    const lines = before.split("\n");
    const end = isCut ? `${what}, and the file ends here: it was cut off` : what;
    throw new LuaDataError(end, lines.length, lines.at(-1)!.length + 1, isCut);
  }
}

/** The table under a key, or undefined. */
export function tableAt(table: LuaTable, key: LuaKey): LuaTable | undefined {
  const value = table.get(key);
  return value instanceof Map ? value : undefined;
}

/** The entries with the keys 1, 2, 3 … up to the first gap. */
export function listOf(table: LuaTable): readonly LuaValue[] {
  const list: LuaValue[] = [];
  for (let position = 1; table.has(position); position++) list.push(table.get(position)!);
  return list;
}

/** A table as an object for a schema: its text keys only. */
export function recordOf(table: LuaTable): Readonly<Record<string, LuaValue>> {
  return Object.fromEntries([...table].filter(([key]) => typeof key === "string"));
}
