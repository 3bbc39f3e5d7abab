import { limits } from "../limits.ts";
import { systemClock } from "./clock.ts";
import { pause } from "./concurrency.ts";
import { createLog, type Log } from "./log.ts";

/** Node's emitters: `EventEmitter`, thread ports, processes. */
interface Emitter {
  on(event: string, handler: (...args: unknown[]) => void): unknown;
  off(event: string, handler: (...args: unknown[]) => void): unknown;
}

/** Web-style event targets: abort signals and WebSockets. */
interface Target {
  addEventListener(event: string, handler: (event: unknown) => void): void;
  removeEventListener(event: string, handler: (event: unknown) => void): void;
}

/** A timer that runs work. */
export interface Timer {
  /** Cancels the timer. A run in progress continues. */
  cancel(): void;
  /**
   * Cancels the timer and waits for the run in progress. Never rejects. A run must not wait for its own
   * end.
   */
  stop(): Promise<void>;
}

/** The last logged failure of a task: its time, and the number of unlogged failures since. */
interface Told {
  readonly atMs: number;
  untold: number;
}

/**
 * Owns all work that no caller awaits: timers, event handlers and detached promises. An uncaught error
 * in such work would end the process. This class logs it as one line with the work's name and the
 * cause.
 */
export class Background {
  #log: Log;
  readonly #keepAlive: (work: Promise<void>) => void;
  readonly #passedMs: () => number;
  readonly #told = new Map<string, Told>();
  readonly #timers = new Set<Timer>();
  readonly #running = new Set<Promise<void>>();

  /** `keepAlive` tells a runtime that stops after the response to wait for detached work. */
  constructor(
    log: Log,
    keepAlive: (work: Promise<void>) => void = () => {},
    passedMs: () => number = () => performance.now(),
  ) {
    this.#log = log;
    this.#keepAlive = keepAlive;
    this.#passedMs = passedMs;
  }

  /** Writes to another log from now on, such as that of the server that this process has started. */
  writeTo(log: Log): void {
    this.#log = log;
  }

  /** Runs `work` every `ms`, never twice at a time. The timer does not keep the process alive. */
  every(name: string, ms: number, work: () => unknown): Timer {
    let running: Promise<void> | undefined;
    const handle = setInterval(() => {
      running ??= this.#run(name, work).finally(() => {
        running = undefined;
      });
    }, ms);
    return this.#timer(handle, () => running);
  }

  /** Runs `work` once after `ms`. The timer does not keep the process alive. */
  after(name: string, ms: number, work: () => unknown): Timer {
    let running: Promise<void> | undefined;
    const handle = setTimeout(() => {
      this.#timers.delete(timer);
      running = this.#run(name, work);
    }, ms);
    const timer = this.#timer(handle, () => running);
    return timer;
  }

  /** Runs `work` without a caller that awaits it. */
  detach(name: string, work: Promise<unknown>): void {
    this.#keepAlive(this.#run(name, () => work));
  }

  /** Runs `handler` at each event. Returns a function that removes the listener. */
  listen<Args extends unknown[]>(
    source: Emitter | Target,
    event: string,
    handler: (...args: Args) => unknown,
  ): () => void {
    // Only the documentation says what an event carries. The handler's parameter types state it.
    const guarded = (...args: unknown[]) => {
      try {
        const result = handler(...(args as Args));
        if (result instanceof Promise) this.detach(event, result);
      } catch (error) {
        this.#failed(event, error);
      }
    };
    if ("on" in source) {
      source.on(event, guarded);
      return () => {
        source.off(event, guarded);
      };
    }
    source.addEventListener(event, guarded);
    return () => source.removeEventListener(event, guarded);
  }

  /** Runs `handler` at the next event only. Returns a function that removes the listener. */
  once<Args extends unknown[]>(
    source: Emitter | Target,
    event: string,
    handler: (...args: Args) => unknown,
  ): () => void {
    const stop = this.listen(source, event, (...args: Args) => {
      stop();
      return handler(...args);
    });
    return stop;
  }

  /** Cancels every timer and waits for running work, up to the time limit of a shutdown. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    const late = pause(limits.stop.backgroundMs);
    await Promise.race([Promise.all(this.#running), late.over]);
    late.end();
  }

  #timer(handle: ReturnType<typeof setTimeout>, running: () => Promise<void> | undefined): Timer {
    // On Workers a timer handle is a number, which has no `unref` and keeps nothing alive.
    if (typeof handle === "object") handle.unref();
    const cancel = () => {
      clearTimeout(handle);
      this.#timers.delete(timer);
    };
    const timer: Timer = {
      cancel,
      stop: async () => {
        cancel();
        await running();
      },
    };
    this.#timers.add(timer);
    return timer;
  }

  #run(name: string, work: () => unknown): Promise<void> {
    const running = (async () => {
      try {
        await work();
      } catch (error) {
        this.#failed(name, error);
      }
    })();
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /**
   * Logs repeated failures of a task once a minute, with their number. On a full disk, the same work
   * keeps failing.
   */
  #failed(task: string, error: unknown): void {
    const atMs = this.#passedMs();
    const told = this.#told.get(task);
    if (told !== undefined && atMs - told.atMs < limits.background.toldEveryMs) {
      told.untold++;
      return;
    }
    this.#told.set(task, { atMs, untold: 0 });
    const untold = told?.untold ?? 0;
    try {
      this.#log.error("background.failed", { task, error, ...(untold > 0 && { untold }) });
    } catch {
      // A failing log must not end the process.
    }
  }
}

/** For code without its own log: threads, files and the driver. Logs to standard error until `writeTo`. */
export const processBackground = new Background(
  createLog("error", (line) => console.error(line), systemClock),
);
