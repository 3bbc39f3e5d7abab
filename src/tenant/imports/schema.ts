import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { ImportId, PoolId } from "../../kernel/ids.ts";
import type { ImportRowKind } from "./document.ts";
import type { ImportCounts, ImportQuestion, ImportReport } from "./report.ts";

/**
 * `parsing`: the file is being read. `preview`: rows are stored and compared, and nothing has changed.
 * `committing` and `reverting`: slices are being written, and a job continues after a crash. `failed`:
 * `error` has the code. A cancelled import is `failed` with `imports/canceled`.
 */
export type ImportState =
  | "parsing"
  | "preview"
  | "committing"
  | "done"
  | "reverting"
  | "reverted"
  | "failed";

/** What a commit does with a row. Rows other than `new` and `changed` change nothing. */
export type Verdict = "new" | "changed" | "unchanged" | "conflicting" | "unassignable";

/** Imports of a guild's history, each as one batch that can be reverted. Times are Unix milliseconds. */
export const imports = sqliteTable(
  "imports",
  {
    id: text().$type<ImportId>().primaryKey(),
    state: text().$type<ImportState>().notNull(),
    format: text().notNull(),
    /** The version of the format, as the parser names it; "" if there is only one. */
    edition: text().notNull().default(""),
    /**
     * Whose history it is. Rows with the same source and key are the same row, whichever file they come
     * from. Balances are reconciled per source.
     */
    source: text().notNull().default(""),
    /** The name of the file. The file itself is never stored, because it may contain secrets. */
    fileName: text("file_name").notNull().default(""),
    /** SHA-256 of the file, in hex. */
    fileHash: text("file_hash").notNull().default(""),
    /** The pool that receives the points. */
    poolId: text("pool_id").$type<PoolId>(),
    /** The time of the balances in the source; null if it has none. */
    snapshotAt: integer("snapshot_at"),
    questions: text({ mode: "json" }).$type<readonly ImportQuestion[]>().notNull(),
    answers: text({ mode: "json" }).$type<Readonly<Record<string, string>>>().notNull(),
    counts: text({ mode: "json" }).$type<ImportCounts>().notNull(),
    report: text({ mode: "json" }).$type<ImportReport>(),
    /** Rows that were read, in order to show progress. */
    rows: integer().notNull().default(0),
    /** Rows that the commit has written, or that the reversal has taken back. */
    progress: integer().notNull().default(0),
    error: text(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
    actorName: text("actor_name").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    committedAt: integer("committed_at"),
    revertedAt: integer("reverted_at"),
  },
  (t) => [index("imports_by_time").on(t.createdAt, t.id)],
);

/** The rows of an import, in the order in which they are written. */
export const importRows = sqliteTable(
  "import_rows",
  {
    importId: text("import_id")
      .$type<ImportId>()
      .notNull()
      .references(() => imports.id),
    line: integer().notNull(),
    kind: text().$type<ImportRowKind>().notNull(),
    /** The database in the file that the row belongs to; "" if the file has only one. */
    part: text().notNull().default(""),
    /** Names the row in its source, the same in every file that contains it. */
    key: text().notNull(),
    /** What the preview shows of the row. */
    label: text().notNull().default(""),
    /** The neutral row, without its kind and key. */
    data: text({ mode: "json" }).$type<Readonly<Record<string, unknown>>>().notNull(),
    verdict: text().$type<Verdict>().notNull(),
    /** Why the row is conflicting or unassignable, as a code; "" for the others. */
    reason: text().notNull().default(""),
    /** The row of the guild that the commit makes, or the one that was found. */
    targetId: text("target_id"),
    /** Source, kind and key of a row that is in the guild. A reversal clears it. */
    committedKey: text("committed_key"),
    /** When the commit made the row; null for rows that were found. */
    madeAt: integer("made_at"),
  },
  (t) => [
    primaryKey({ columns: [t.importId, t.line] }),
    uniqueIndex("import_rows_once").on(t.committedKey),
    index("import_rows_by_verdict").on(t.importId, t.verdict, t.line),
    index("import_rows_by_target").on(t.targetId),
  ],
);
