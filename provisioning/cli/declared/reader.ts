import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Document, isAlias, isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { realmKey } from "../../../src/kernel/game/realms.ts";
import { limits } from "../../../src/limits.ts";
import { type DeclaredFile, guildFile } from "../../../src/platform/declared/guild-file.ts";
import { nameKey, slugLooks } from "../../../src/platform/guilds/slugs.ts";

/** What is wrong with a file. Stable, because other programs read it. */
type FileErrorCode =
  | "unreadable"
  | "no-files"
  | "too-large"
  | "duplicate-key"
  | "unknown-key"
  | "missing-key"
  | "id-not-a-string"
  | "unknown-tier"
  | "invalid-value"
  | "duplicate-id"
  | "duplicate-slug"
  | "duplicate-name"
  | "duplicate-discord-id";

/** One fault, at its place. Lines and columns begin with 1. */
export interface FileError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: FileErrorCode;
  readonly message: string;
}

/** A folder of guild files. `files` has those without a fault of their own. */
export interface Folder {
  readonly count: number;
  readonly files: readonly DeclaredFile[];
  readonly errors: readonly FileError[];
}

type Path = readonly PropertyKey[];

/** A file with the places of its values. */
interface ReadFile extends DeclaredFile {
  readonly placeOf: (path: Path) => { readonly line: number; readonly column: number };
}

const READ_AT_ONCE = 64;

/**
 * Reads every `.yaml` and `.yml` file of a folder, without its subfolders.
 * @throws an error of the file system
 */
export async function readFolder(dir: string): Promise<Folder> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/i.test(entry.name))
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) {
    const message = "The folder has no guild files, so nothing is compared or changed.";
    const error = { file: dir, line: 1, column: 1, code: "no-files", message } as const;
    return { count: 0, files: [], errors: [error] };
  }
  const read: ReadFile[] = [];
  const errors: FileError[] = [];
  for (let start = 0; start < names.length; start += READ_AT_ONCE) {
    const some = names.slice(start, start + READ_AT_ONCE);
    const texts = await Promise.all(some.map((name) => textOf(dir, name)));
    for (const [index, text] of texts.entries()) {
      const file = some[index]!;
      const result = typeof text === "string" ? parseFile(file, text) : text;
      if ("errors" in result) errors.push(...result.errors);
      else read.push(result);
    }
  }
  errors.push(...duplicates(read));
  errors.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return {
    count: names.length,
    files: read.map(({ file, document }) => ({ file, document })),
    errors,
  };
}

/** Reads the text of one guild file strictly. */
export function parseFile(file: string, text: string): ReadFile | Failed {
  const lines = new LineCounter();
  // `merge: false` and `core` leave out what YAML 1.1 guesses: `no` is a text, `<<` an ordinary key.
  const doc = parseDocument(text, {
    lineCounter: lines,
    schema: "core",
    merge: false,
    stringKeys: true,
  });
  const syntax = [...doc.errors, ...doc.warnings].map(({ code, message, pos }) => ({
    ...placeIn(lines, pos[0]),
    code: code === "DUPLICATE_KEY" ? ("duplicate-key" as const) : ("unreadable" as const),
    message:
      code === "DUPLICATE_KEY"
        ? "This key is in the file twice. Remove one."
        : firstLine(message).replace(/ at line .*$/, ""),
  }));
  if (syntax.length === 0) syntax.push(...aliases(doc, lines));
  if (syntax.length === 0 && !isMap(doc.contents)) {
    const message = "This file does not declare a guild. Write keys and values.";
    syntax.push({ line: 1, column: 1, code: "unreadable", message });
  }
  if (syntax.length > 0) return { errors: syntax.map((error) => ({ file, ...error })) };
  const placeOf = (path: Path) => placeIn(lines, offsetOf(doc, path));
  const parsed = guildFile.safeParse(doc.toJS());
  if (parsed.success) return { file, document: parsed.data, placeOf };
  return {
    errors: parsed.error.issues
      .flatMap((issue) => faultsOf(issue, doc))
      .map(({ path, code, message }) => {
        const offset = offsetOf(doc, path, code === "unknown-key" ? "key" : "value");
        return { file, ...placeIn(lines, offset), code, message };
      }),
  };
}

interface Failed {
  readonly errors: readonly FileError[];
}

/** The text of a file, or why it cannot be read. */
async function textOf(dir: string, file: string): Promise<string | Failed> {
  const failed = (code: FileErrorCode, message: string): Failed => ({
    errors: [{ file, line: 1, column: 1, code, message }],
  });
  try {
    const bytes = await readFile(join(dir, file));
    if (bytes.length > limits.declared.fileBytesMax) {
      return failed("too-large", `A guild file has at most ${limits.declared.fileBytesMax} bytes.`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return failed("unreadable", "This file is not UTF-8 text.");
    return failed("unreadable", error instanceof Error ? error.message : String(error));
  }
}

/** Anchors and aliases would make one value stand in two places, and can make a small file huge. */
function aliases(doc: Document, lines: LineCounter) {
  const found: { line: number; column: number; code: "unreadable"; message: string }[] = [];
  const message = "Anchors and aliases are not allowed. Write the value itself.";
  visit(doc, {
    Node: (_key, node) => {
      if (!isAlias(node) && node.anchor === undefined) return;
      found.push({ ...placeIn(lines, node.range?.[0] ?? 0), code: "unreadable", message });
    },
  });
  return found;
}

interface Fault {
  readonly path: Path;
  readonly code: FileErrorCode;
  readonly message: string;
}

/** The faults of one issue of the schema. */
function faultsOf(issue: z.core.$ZodIssue, doc: Document): readonly Fault[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      code: "unknown-key",
      message: `There is no key ${JSON.stringify(key)} here. Check its spelling.`,
    }));
  }
  const name = path.map(String).join(".");
  const value = doc.getIn(path as string[]);
  if (value === undefined) {
    return [{ path: path.slice(0, -1), code: "missing-key", message: `${name} is missing.` }];
  }
  if (/^(id|discordGuildId)$/.test(name) && typeof value !== "string") {
    const message = `${name} has to be a text in quotes. A number loses its last digits.`;
    return [{ path, code: "id-not-a-string", message }];
  }
  if (name === "tier" && issue.code === "invalid_value") {
    const message = `There is no tier ${JSON.stringify(value)}. Choose from: ${issue.values.join(", ")}.`;
    return [{ path, code: "unknown-tier", message }];
  }
  return [{ path, code: "invalid-value", message: `${name}: ${issue.message}` }];
}

/** The place of a value or of its key. For a missing key, the place of what should contain it. */
function offsetOf(doc: Document, path: Path, at: "key" | "value" = "value"): number {
  let node: unknown = doc.contents;
  let offset = rangeStart(node) ?? 0;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) break;
    offset = rangeStart(at === "key" ? pair.key : pair.value) ?? rangeStart(pair.key) ?? offset;
    node = pair.value;
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;
}

function placeIn(lines: LineCounter, offset: number) {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function firstLine(text: string): string {
  return text.split("\n")[0]!.replace(/:$/, ".");
}

interface Unique {
  readonly code: FileErrorCode;
  readonly path: Path;
  readonly keyOf: (file: DeclaredFile) => string | undefined;
  readonly what: string;
}

const UNIQUE: readonly Unique[] = [
  { code: "duplicate-id", path: ["id"], keyOf: ({ document }) => document.id, what: "id" },
  {
    code: "duplicate-slug",
    path: ["slug"],
    // The platform refuses slugs that look alike, so two files may not have them either.
    keyOf: ({ document }) => slugLooks(document.slug),
    what: "slug, or one that looks like it",
  },
  {
    code: "duplicate-name",
    path: ["name"],
    keyOf: ({ document: { name, realm, region, edition } }) =>
      [nameKey(name), realmKey(realm), region, edition].join("\n"),
    what: "name on the same realm",
  },
  {
    code: "duplicate-discord-id",
    path: ["discordGuildId"],
    keyOf: ({ document }) => document.discordGuildId,
    what: "Discord server",
  },
];

/** Values that two files have in common and must not. Each is reported at the later file. */
function duplicates(files: readonly ReadFile[]): FileError[] {
  return UNIQUE.flatMap(({ code, path, keyOf, what }) => {
    const first = new Map<string, string>();
    return files.flatMap((one) => {
      const key = keyOf(one);
      if (key === undefined) return [];
      const earlier = first.get(key);
      if (earlier === undefined) {
        first.set(key, one.file);
        return [];
      }
      const message = `${earlier} has the same ${what}.`;
      return [{ file: one.file, ...one.placeOf(path), code, message }];
    });
  });
}
