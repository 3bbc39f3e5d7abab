import type { Migration } from "../migrations.ts";

/** What a statement may do to data that is there. */
export type Risk =
  /** Data goes, or an old release can no longer read it. Wants a snapshot and a word. */
  | "destructive"
  /** It fails where the data does not allow it: two equal values, an empty one. */
  | "may-fail"
  /** It touches every row of a table, which takes as long as the table is large. */
  | "rewrites"
  | "adds";

export interface PlannedStatement {
  readonly migration: string;
  readonly sql: string;
  readonly risk: Risk;
  readonly why: string;
}

const RULES: readonly (readonly [pattern: RegExp, risk: Risk, why: string])[] = [
  [/^DROP TABLE\b/, "destructive", "a table and its rows go"],
  [/^ALTER TABLE .+? DROP (COLUMN )?/, "destructive", "a column and its values go"],
  [/^DELETE FROM\b/, "destructive", "rows go"],
  [/^ALTER TABLE .+? RENAME\b/, "destructive", "an old release looks for the old name"],
  [/^DROP (TRIGGER|VIEW)\b/, "destructive", "what it guarded is no longer guarded"],
  [/^UPDATE\b/, "rewrites", "rows are changed"],
  [/^INSERT INTO .+\bSELECT\b/, "rewrites", "rows are copied"],
  [/^CREATE UNIQUE INDEX\b/, "may-fail", "fails where two rows are equal"],
  [/^CREATE INDEX\b/, "rewrites", "every row is read"],
];

/** Every statement of the pending migrations with what it may do. Reads text, touches nothing. */
export function planStatements(pending: readonly Migration[]): readonly PlannedStatement[] {
  return pending.flatMap(({ name, statements }) => {
    const made = new Set<string>();
    const triggers = new Set(
      statements.map((sql) => /^CREATE TRIGGER (\S+)/.exec(plain(sql))?.[1]),
    );
    return statements.map((sql) => {
      const text = plain(sql);
      const table = /^CREATE TABLE (?:IF NOT EXISTS )?(\S+)/.exec(text)?.[1];
      if (table) made.add(table);
      const dropped = /^DROP TRIGGER (\S+?);?$/.exec(text)?.[1];
      if (dropped && triggers.has(dropped)) {
        return { migration: name, sql, risk: "adds", why: "it is made again at once" };
      }
      return { migration: name, sql, ...riskOf(text, made) };
    });
  });
}

function riskOf(text: string, made: ReadonlySet<string>): { risk: Risk; why: string } {
  const column = /^ALTER TABLE \S+ ADD (?:COLUMN )?(.+)/.exec(text)?.[1];
  if (column && /\bNOT NULL\b/.test(column) && !/\bDEFAULT\b/.test(column)) {
    return { risk: "destructive", why: "a column that must not be empty has no default" };
  }
  const rule = RULES.find(([pattern]) => pattern.test(text));
  if (!rule) return { risk: "adds", why: "" };
  // What a migration makes itself is empty: an index on it reads nothing, and nothing is lost.
  const touched = /\b(?:ON|FROM|TABLE|INTO|UPDATE) (?:IF EXISTS )?([^\s(]+)/.exec(text)?.[1];
  const isNew = touched !== undefined && made.has(touched) && !touched.startsWith("__NEW_");
  if (isNew) return { risk: "adds", why: "" };
  return { risk: rule[1], why: rule[2] };
}

/** Upper case, one space, no comments, no quotes: enough to see what kind of statement it is. */
function plain(sql: string): string {
  return sql
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ")
    .replace(/["`[\]]/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .toUpperCase();
}
