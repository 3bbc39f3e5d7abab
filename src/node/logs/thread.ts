import { Worker } from "node:worker_threads";
import { processBackground } from "../../kernel/background.ts";
import { limits } from "../../limits.ts";
import type { LogSummary } from "../../tenant/combat-logs/parser/types.ts";
import type { LogNews, LogWork } from "./worker.ts";

/** What the caller does with what the thread finds. Throwing ends the thread. */
export interface LogListener {
  onHash(sha256: string): Promise<void>;
  onFights(news: Extract<LogNews, { type: "fights" }>): Promise<void>;
  onLog(log: LogSummary): Promise<void>;
}

function tell(listener: LogListener, news: Exclude<LogNews, ParsingEnd>): Promise<void> {
  if (news.type === "hash") return listener.onHash(news.sha256);
  return news.type === "log" ? listener.onLog(news.log) : listener.onFights(news);
}

export type ParsingEnd = Extract<LogNews, { type: "end" | "failed" }>;

// The same folder holds both, as they are written and as they are bundled.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./log-worker.js";

/** The thread ended by itself, for memory or a fault of ours. It would end the same way again. */
export class ThreadEnded extends Error {}

/** Reads a log in a thread of its own, so that the server goes on answering. */
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
      processBackground.listen(worker, "message", async (news: LogNews) => {
        if (news.type === "end" || news.type === "failed") {
          resolve(news);
          return;
        }
        try {
          await tell(listener, news);
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
