import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "@hono/zod-openapi";
import { processBackground } from "../../../src/kernel/background.ts";
import { Invalid } from "../../../src/kernel/errors.ts";
import type { LegacyRow } from "../../../src/kernel/legacy-values.ts";
import { limits } from "../../../src/limits.ts";
import { refuseUnsoundFile } from "./header.ts";

// Both files are in the same folder, as sources and in the bundle.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./source-worker.ts" : "./legacy-worker.js";

export interface SourceTable {
  readonly columns: readonly string[];
  readonly rows: number;
}

/** The message to the process that reads the file. */
export type SourceRequest =
  | { readonly open: string }
  | {
      readonly page: {
        readonly table: string;
        readonly columns: readonly string[];
        readonly after: number;
        readonly limit: number;
        readonly charsMax: number;
      };
    };

const answerShape = z.union([
  z.strictObject({ refusal: z.string() }),
  z.strictObject({
    tables: z.record(
      z.string(),
      z.strictObject({ columns: z.array(z.string()), rows: z.number().int() }),
    ),
    orphans: z.record(z.string(), z.number().int()),
  }),
  z.strictObject({
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()])).readonly()).readonly(),
  }),
]);

/** The answer of that process. */
export type SourceAnswer =
  | { readonly refusal: string }
  | {
      readonly tables: Readonly<Record<string, SourceTable>>;
      readonly orphans: Readonly<Record<string, number>>;
    }
  | { readonly rows: readonly (readonly unknown[])[] };

/**
 * A foreign database, open for reading in a separate process. The file is never written to, and nothing
 * appears beside it. Rows arrive page by page, so a large file does not fill the memory.
 */
export class LegacySource implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** The plain tables of the file with their columns and numbers of rows. */
  readonly tables: Readonly<Record<string, SourceTable>>;
  /** How many rows of each table refer to a row that does not exist, by its foreign keys. */
  readonly orphans: Readonly<Record<string, number>>;

  private constructor(
    child: ChildProcess,
    tables: LegacySource["tables"],
    orphans: LegacySource["orphans"],
  ) {
    this.#child = child;
    this.tables = tables;
    this.orphans = orphans;
  }

  /**
   * Opens a file and checks it.
   *
   * @throws {Invalid} `import/file-missing`, `import/file-empty`, `import/not-a-database`,
   * `import/file-cut`, `import/file-in-use`, `import/file-damaged`, `import/too-slow`
   *
   * @throws {TooLarge} `copy/too-large`
   */
  static async open(path: string): Promise<LegacySource> {
    await refuseUnsoundFile(path);
    // The process needs no secret, so its environment contains none.
    const child = fork(fileURLToPath(new URL(SCRIPT, import.meta.url)), {
      env: { PATH: process.env["PATH"] },
      execArgv: ["--max-old-space-size=128"],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    try {
      const answer = await asked(child, { open: path });
      if (!("tables" in answer)) throw unexpected();
      return new LegacySource(child, answer.tables, answer.orphans);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  has(table: string): boolean {
    return Object.hasOwn(this.tables, table);
  }

  /** Whether a table of this name has this column. */
  hasColumn(table: string, column: string): boolean {
    return this.tables[table]?.columns.includes(column) ?? false;
  }

  /**
   * The rows of a table in the order of their ids, with those of the named columns that it has. No rows
   * if the file has no such table.
   *
   * @throws {Invalid} `import/file-damaged`, `import/too-slow`
   */
  async *rows(table: string, columns: readonly string[]): AsyncGenerator<LegacyRow> {
    const found = this.tables[table];
    if (found === undefined) return;
    const known = columns.filter((column) => found.columns.includes(column));
    const { pageRows: limit, charsMax } = limits.legacy;
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const page = { table, columns: known, after, limit, charsMax };
      const answer = await asked(this.#child, { page });
      if (!("rows" in answer)) throw unexpected();
      for (const [rowid, ...values] of answer.rows) {
        yield Object.fromEntries(known.map((column, index) => [column, values[index] ?? null]));
        after = Number(rowid);
      }
      if (answer.rows.length < limit) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      processBackground.once(this.#child, "exit", () => resolve());
    });
    this.#child.kill("SIGKILL");
    await ended;
  }
}

type ParsedAnswer = Exclude<z.infer<typeof answerShape>, { refusal: string }>;

/** One request and its answer. There is never more than one request under way. */
function asked(child: ChildProcess, request: SourceRequest): Promise<ParsedAnswer> {
  return new Promise((resolve, reject) => {
    const end = () => {
      timer.cancel();
      stopMessages();
      stopExit();
    };
    const timer = processBackground.after("legacy.too-slow", limits.archives.examineMsMax, () => {
      end();
      child.kill("SIGKILL");
      reject(
        new Invalid("import/too-slow", "Reading this file takes too long. It was not imported."),
      );
    });
    const stopMessages = processBackground.listen(child, "message", (message: unknown) => {
      end();
      const answer = answerShape.parse(message);
      if ("refusal" in answer) reject(damaged(answer.refusal));
      else resolve(answer);
    });
    const stopExit = processBackground.listen(
      child,
      "exit",
      (code: number | null, signal: string | null) => {
        end();
        reject(damaged(`reading it ended with ${signal ?? code}`));
      },
    );
    child.send(request, (error) => error && reject(error));
  });
}

function damaged(why: string): Invalid {
  return new Invalid("import/file-damaged", `This file cannot be read: ${why}.`);
}

function unexpected(): Error {
  return new Error("The process that reads the legacy file answered something else.");
}
