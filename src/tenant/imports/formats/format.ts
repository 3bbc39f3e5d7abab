import type { ImportDocument } from "../document.ts";

/** What a parser knows besides the text. */
export interface ReadContext {
  /** The guild's realm: addons leave it out of the names of its characters. "" if there is none. */
  readonly realm: string;
  /** The guild's time zone, for dates without one. */
  readonly timeZone: string;
  readonly nowMs: number;
  /** The database to read, for files with several. Undefined: all, and the importer asks. */
  readonly database?: string | undefined;
}

/** One format of files. Parsers read text, never execute it, and know nothing of the guild's data. */
export interface ImportFormat {
  /** Whether a text is of this format. Looks at its beginning and at telling names only. */
  readonly detect: (text: string) => boolean;
  /** @throws {SourceRefused} */
  readonly read: (text: string, context: ReadContext) => ImportDocument;
}

/** Why a file is refused. The texts in `problem-meanings` say what to do about each. */
export type RefusedCode =
  | "imports/unknown-format"
  | "imports/bad-encoding"
  | "imports/spreadsheet"
  | "imports/archive"
  | "imports/database-file"
  | "imports/unreadable"
  | "imports/too-large"
  | "imports/unsafe-xml"
  | "imports/no-rows"
  | "imports/unknown-database";

/** A file that cannot be imported. `detail` names the place and what to do. */
export class SourceRefused extends Error {
  readonly code: RefusedCode;

  constructor(code: RefusedCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "SourceRefused";
    this.code = code;
  }
}

/** A file whose structure is damaged. */
export function unreadable(detail: string, cause?: unknown): SourceRefused {
  return new SourceRefused("imports/unreadable", detail, cause === undefined ? {} : { cause });
}
