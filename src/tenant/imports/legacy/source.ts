import type { LegacyRow } from "../../../kernel/legacy-values.ts";
import { limits } from "../../../limits.ts";
import type { ImportData, ImportRow, ImportRowKind } from "../document.ts";
import { lineFrom } from "../formats/text.ts";

/** The tables of a legacy points database. Rows arrive in the order of their ids, page by page. */
export interface LegacyTables {
  readonly tables: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: number }>
  >;
  rows(table: string, columns: readonly string[]): AsyncIterable<LegacyRow>;
}

/** What the import knows besides the file. */
export interface LegacyContext {
  /** The guild's realm and time zone. Dates of nights in the file are local. */
  readonly realm: string;
  readonly timeZone: string;
  readonly nowMs: number;
}

/** Rows that stay behind: what they are, how many, and why. */
export interface LeftBehind {
  readonly what: string;
  readonly count: number;
  readonly why: string;
}

/** Collects what stays behind. */
export class Left {
  readonly #counts = new Map<string, { what: string; why: string; count: number }>();
  /** Something that belongs to the guild's history could not be assigned. */
  isIncomplete = false;

  /** Counts rows that have no place in the product. */
  skip(what: string, why: string, count = 1): void {
    if (count === 0) return;
    const key = `${what}\n${why}`;
    const found = this.#counts.get(key) ?? { what, why, count: 0 };
    found.count += count;
    this.#counts.set(key, found);
  }

  /** Counts rows that should have a place, but whose person or value is missing. */
  lose(what: string, why: string, count = 1): void {
    if (count > 0) this.isIncomplete = true;
    this.skip(what, why, count);
  }

  get list(): readonly LeftBehind[] {
    return [...this.#counts.values()];
  }
}

export const NO_USER = "their member does not exist";

/** A row of a document. */
export function rowOf<Kind extends ImportRowKind>(
  kind: Kind,
  key: string,
  label: string,
  data: ImportData[Kind],
): ImportRow {
  const short = lineFrom(label, limits.imports.labelCharsMax) || key;
  return { kind, key, label: short, data } as ImportRow;
}

export const userKey = (id: number) => `user:${id}`;
