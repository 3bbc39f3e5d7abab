import { Worker } from "node:worker_threads";
import type { LogNews, LogWork } from "./log-worker.ts";

/** What the caller does with what the thread finds. Throwing ends the thread. */
export interface LogListener {
  onHash(sha256: string): Promise<void>;
  onFights(news: Extract<LogNews, { type: "fights" }>): Promise<void>;
}

export type ParsingEnd = Extract<LogNews, { type: "end" | "failed" }>;

// The same folder holds both, as they are written and as they are bundled.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./log-worker.ts" : "./log-worker.js";
/** A log of a gigabyte needs far less; a fault in the reader must not take the server with it. */
const HEAP_MB_MAX = 192;

/** Reads a log in a thread of its own, so that the server goes on answering. */
export async function parseInThread(
  work: LogWork,
  listener: LogListener,
  signal: AbortSignal,
): Promise<ParsingEnd> {
  const worker = new Worker(new URL(SCRIPT, import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  });
  const stop = () => void worker.terminate();
  signal.addEventListener("abort", stop);
  try {
    return await new Promise<ParsingEnd>((resolve, reject) => {
      worker.on("message", (news: LogNews) => {
        if (news.type === "end" || news.type === "failed") {
          resolve(news);
          return;
        }
        const done = news.type === "hash" ? listener.onHash(news.sha256) : listener.onFights(news);
        done.then(() => worker.postMessage("go on"), reject);
      });
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("The reading thread ended too early.")));
    });
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
