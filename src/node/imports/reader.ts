import { Worker } from "node:worker_threads";
import { processBackground } from "../../kernel/background.ts";
import { Invalid } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import type { ImportRow } from "../../tenant/imports/document.ts";
import type { ImportReader, ReadRequest, ReadResult } from "../../tenant/imports/reader.ts";
import type { ReaderMessage } from "./worker.ts";

// The folder is the same in source and in the bundle.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./import-worker.js";

/** Reads files of other tools in threads, so that the server stays responsive and its memory bounded. */
export class ThreadImportReader implements ImportReader {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async read(
    request: ReadRequest,
    onRows: (rows: readonly ImportRow[]) => Promise<void>,
  ): Promise<ReadResult> {
    await this.#place();
    try {
      return await inThread(request, onRows);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  /** Waits for one of the few places, because each thread may use its whole heap. */
  async #place(): Promise<void> {
    while (this.#running >= limits.imports.parsersMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
  }
}

async function inThread(
  request: ReadRequest,
  onRows: (rows: readonly ImportRow[]) => Promise<void>,
): Promise<ReadResult> {
  const worker = new Worker(new URL(SCRIPT, import.meta.url), {
    workerData: request,
    resourceLimits: {
      maxOldGenerationSizeMb: limits.imports.parserHeapMbMax,
      maxYoungGenerationSizeMb: limits.imports.parserYoungMbMax,
    },
  });
  // A thread that is ended from outside tells so by "exit".
  const overdue = () => worker.terminate();
  const timer = processBackground.after("imports.overdue", limits.imports.parseMsMax, overdue);
  try {
    return await new Promise<ReadResult>((resolve, reject) => {
      processBackground.listen(worker, "message", async (message: ReaderMessage) => {
        if (message.type === "end") return resolve(message.result);
        if (message.type === "refused") return reject(refused(message.code, message.message));
        try {
          await onRows(message.rows);
          return worker.postMessage("go on");
        } catch (error) {
          return reject(error);
        }
      });
      processBackground.listen(worker, "error", (cause: unknown) => reject(ended(cause)));
      processBackground.once(worker, "exit", () => reject(ended()));
    });
  } finally {
    timer.cancel();
    await worker.terminate();
  }
}

function refused(code: string, message: string): Invalid {
  return new Invalid(code as `imports/${string}`, message);
}

/** The thread reached its memory or time limit. */
function ended(cause?: unknown): Invalid {
  return new Invalid(
    "imports/too-large",
    "The file is too large or too deeply nested to be read. Export a part of it.",
    {},
    { cause },
  );
}
