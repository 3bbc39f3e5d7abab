import { Worker } from "node:worker_threads";
import { processBackground } from "../../kernel/background.ts";
import { limits } from "../../limits.ts";
import { ExportRefused } from "../../tenant/identity/formats/addon-export.ts";
import type { ExportReader, ExportRequest, Told } from "../../tenant/identity/told.ts";
import type { ExportMessage } from "./worker.ts";

// The worker is beside this file, both in the source and in the bundle.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./export-worker.js";

/** Reads addons' files in threads, so that the server stays responsive and its memory bounded. */
export class ThreadExportReader implements ExportReader {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async read(request: ExportRequest): Promise<Told> {
    while (this.#running >= limits.identity.readersMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      return await inThread(request);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

async function inThread(request: ExportRequest): Promise<Told> {
  const { readerHeapMbMax, readMsMax } = limits.identity;
  const worker = new Worker(new URL(SCRIPT, import.meta.url), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: readerHeapMbMax },
  });
  // A thread that is ended from outside tells so by "exit".
  const timer = processBackground.after("exports.overdue", readMsMax, () => worker.terminate());
  try {
    return await new Promise<Told>((resolve, reject) => {
      processBackground.listen(worker, "message", (message: ExportMessage) => {
        if (message.type === "told") resolve(message.told);
        else reject(new ExportRefused(message.fault, message.message));
      });
      processBackground.listen(worker, "error", () => reject(ended()));
      processBackground.once(worker, "exit", () => reject(ended()));
    });
  } finally {
    timer.cancel();
    await worker.terminate();
  }
}

/** The thread reached its memory or time limit. */
function ended(): ExportRefused {
  return new ExportRefused("wrong", "The file is too large or too deeply nested to be read.");
}
