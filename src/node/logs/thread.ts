import { Worker } from "node:worker_threads";
import { processBackground } from "../../kernel/background.ts";
import { limits } from "../../limits.ts";
import type { LogSummary } from "../../tenant/combat-logs/parser/types.ts";
import type { LogMessage, LogWork } from "./worker.ts";

/** Callbacks for the thread's results. Throwing in one ends the thread. */
export interface LogListener {
  onHash(sha256: string): Promise<void>;
  onFights(message: Extract<LogMessage, { type: "fights" }>): Promise<void>;
  onLog(log: LogSummary): Promise<void>;
}

function dispatch(listener: LogListener, message: Exclude<LogMessage, ParsingEnd>): Promise<void> {
  if (message.type === "hash") return listener.onHash(message.sha256);
  return message.type === "log" ? listener.onLog(message.log) : listener.onFights(message);
}

export type ParsingEnd = Extract<LogMessage, { type: "end" | "failed" }>;

// The folder is the same in source and in the bundle.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./log-worker.js";

/** The thread ended by itself, through its memory limit or a bug. A retry would end the same way. */
export class ThreadEnded extends Error {}

/** Reads a log in its own thread, so that the server stays responsive. */
export async function parseInThread(
  work: LogWork,
  listener: LogListener,
  signal: AbortSignal,
): Promise<ParsingEnd> {
  const worker = new Worker(new URL(SCRIPT, import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: limits.logs.readerHeapMbMax },
  });
  const leave = processBackground.listen(signal, "abort", () => worker.terminate());
  try {
    return await new Promise<ParsingEnd>((resolve, reject) => {
      processBackground.listen(worker, "message", async (message: LogMessage) => {
        if (message.type === "end" || message.type === "failed") {
          resolve(message);
          return;
        }
        try {
          await dispatch(listener, message);
          worker.postMessage("go on");
        } catch (error) {
          reject(error);
        }
      });
      processBackground.listen(worker, "error", (cause: unknown) => {
        reject(new ThreadEnded("The reading thread ended too early.", { cause }));
      });
      processBackground.once(worker, "exit", () =>
        reject(new ThreadEnded("The reading thread ended too early.")),
      );
    });
  } finally {
    leave();
    await worker.terminate();
  }
}
