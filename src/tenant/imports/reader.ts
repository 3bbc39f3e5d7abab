import type { ImportRow } from "./document.ts";
import { FORMAT_NAMES, type FormatName } from "./formats/index.ts";
import type { ImportQuestion } from "./report.ts";

/** What to read, and what a parser knows besides the file. */
export interface ReadRequest {
  readonly bytes: Uint8Array;
  readonly format: FormatName | "auto";
  readonly realm: string;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly database?: string | undefined;
}

/** What a document says besides its rows. */
export interface ReadResult {
  readonly format: string;
  readonly edition: string;
  readonly source: string;
  readonly snapshotAt: number | null;
  readonly questions: readonly ImportQuestion[];
}

/** Reads files outside of the thread that answers requests. A runtime without threads has none. */
export interface ImportReader {
  /**
   * Gives the rows in portions, and the next one when `onRows` is done.
   * @throws {Invalid} with the code of the refusal
   */
  read(
    request: ReadRequest,
    onRows: (rows: readonly ImportRow[]) => Promise<void>,
  ): Promise<ReadResult>;
}

export { FORMAT_NAMES, type FormatName };
