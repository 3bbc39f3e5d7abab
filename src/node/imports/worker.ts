import { parentPort, workerData } from "node:worker_threads";
import { processBackground } from "../../kernel/background.ts";
import { limits } from "../../limits.ts";
import type { ImportRow } from "../../tenant/imports/document.ts";
import { textOf } from "../../tenant/imports/formats/bytes.ts";
import { SourceRefused } from "../../tenant/imports/formats/format.ts";
import { readSource } from "../../tenant/imports/formats/index.ts";
import type { ReadRequest, ReadResult } from "../../tenant/imports/reader.ts";

/** The thread's messages. After each `rows` it waits for an acknowledgement. */
export type ReaderMessage =
  | { readonly type: "rows"; readonly rows: readonly ImportRow[] }
  | { readonly type: "end"; readonly result: ReadResult }
  | { readonly type: "refused"; readonly code: string; readonly message: string };

const port = parentPort!;

async function send(rows: readonly ImportRow[]): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    processBackground.once(port, "message", () => resolve());
  });
  port.postMessage({ type: "rows", rows } satisfies ReaderMessage);
  await answered;
}

async function main(): Promise<void> {
  const { bytes, format, ...context } = workerData as ReadRequest;
  const { rows, ...result } = readSource(textOf(bytes), format, context);
  let some: ImportRow[] = [];
  for (const row of rows) {
    some.push(row);
    if (some.length < limits.imports.rowsAtOnce) continue;
    await send(some);
    some = [];
  }
  if (some.length > 0) await send(some);
  port.postMessage({ type: "end", result } satisfies ReaderMessage);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SourceRefused)) throw error;
  const { code, message } = error;
  port.postMessage({ type: "refused", code, message } satisfies ReaderMessage);
}
