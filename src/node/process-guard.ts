import { DatabaseError } from "../database/errors.ts";
import { processBackground } from "../kernel/background.ts";
import { systemClock } from "../kernel/clock.ts";
import { AppError } from "../kernel/errors.ts";
import { createLog, type Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";
import { StartError } from "./start-error.ts";

/** The parts that end a running server. */
interface Running {
  readonly log: Log;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server and ends the process in order. A signal ends it with code 0, an uncaught error with
 * 1, so that a supervisor such as systemd restarts it (`Restart=on-failure`). A stop takes at most ten
 * seconds. A second signal ends the process at once. A failed start prints its reason.
 */
export async function runProcess<T extends Running>(start: () => Promise<T>): Promise<T> {
  const early = createLog("info", (line) => process.stdout.write(`${line}\n`), systemClock);
  let running: T | undefined;
  let isEnding = false;
  let uncaught = 0;
  const end = async (exitCode: number) => {
    isEnding = true;
    const log = running?.log ?? early;
    processBackground.after("process.stop-late", limits.stop.totalMs, () => {
      log.warn("server.stop-cut", { afterMs: limits.stop.totalMs });
      process.exit(exitCode);
    });
    try {
      await running?.stop();
      process.exit(exitCode);
    } catch (error) {
      log.error("server.stop-failed", { error });
      process.exit(1);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM"]) {
    processBackground.listen(process, signal, () => {
      if (isEnding || !running) process.exit(130);
      return end(0);
    });
  }
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    processBackground.listen(process, event, (error: unknown) => {
      const log = running?.log ?? early;
      log.error(`process.${event === "uncaughtException" ? "uncaught" : "unhandled"}`, {
        code: codeOf(error),
        error,
        count: ++uncaught,
      });
      return isEnding ? undefined : end(1);
    });
  }
  // A closed log reader is no reason to end.
  for (const out of [process.stdout, process.stderr])
    processBackground.listen(out, "error", () => {});
  try {
    running = await start();
    return running;
  } catch (error) {
    const { code, message, todo } = explained(error);
    early.error("server.start-failed", { code, cause: message, todo });
    process.stderr.write(
      `Guildhall cannot start: ${message.trimEnd().replace(/\.$/, "")}. ${todo}\n`,
    );
    process.exit(1);
  }
}

/** Redirects the console output of libraries to the log. */
export function consoleToLog(log: Log): void {
  const fieldsOf = (parts: readonly unknown[]) => ({
    message: parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" "),
    error: parts.find((part) => part instanceof Error),
  });
  console.error = (...parts: unknown[]) => log.error("console", fieldsOf(parts));
  console.warn = (...parts: unknown[]) => log.warn("console", fieldsOf(parts));
  console.info = (...parts: unknown[]) => log.info("console", fieldsOf(parts));
}

const SYSTEM: Readonly<Record<string, readonly [code: string, todo: string]>> = {
  EADDRINUSE: ["port/in-use", "Stop the program that has this port, or set PORT to another one."],
  EADDRNOTAVAIL: ["port/no-such-address", "Set HOST to an address of this machine, or to 0.0.0.0."],
  ENOTFOUND: ["port/no-such-address", "Set HOST to an address of this machine, or to 0.0.0.0."],
  EACCES: [
    "files/denied",
    "Give the server's user the right to read and write DATA_DIR and its files, and to use PORT.",
  ],
  EPERM: [
    "files/denied",
    "Give the server's user the right to read and write DATA_DIR and its files, and to use PORT.",
  ],
  EROFS: ["files/read-only", "Set DATA_DIR to a folder on a disk that can be written to."],
  ENOTDIR: ["files/no-folder", "Set DATA_DIR to a folder: something on its path is a file."],
  EEXIST: ["files/no-folder", "Set DATA_DIR to a folder: a file has its name."],
  ENOENT: ["files/missing", "Set DATA_DIR to a folder that exists or can be made."],
  ENOSPC: ["files/disk-full", "Free some room on the disk of DATA_DIR."],
  EMFILE: ["files/too-many-open", "Raise the limit of open files (ulimit -n)."],
  ECONNREFUSED: [
    "database/unreachable",
    "The database did not answer. Try again with the same Idempotency-Key, so that nothing happens twice.",
  ],
};

function explained(error: unknown): { code: string; message: string; todo: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StartError) return { code: error.code, message, todo: error.todo };
  if (error instanceof AppError) {
    return { code: error.code, message, todo: todoOf(error) };
  }
  if (error instanceof DatabaseError) {
    return { code: `database/${error.kind}`, message, todo: "Run guildhall doctor to see more." };
  }
  if (error instanceof Error && "syscall" in error && error.syscall === "listen") {
    const denied = ["port/denied", "Set PORT to 1024 or above, or allow the server to use it."];
    const [code, todo] = codeOf(error) === "EACCES" ? denied : (SYSTEM[codeOf(error) ?? ""] ?? []);
    if (code && todo) return { code, message, todo };
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const known = SYSTEM[codeOf(cause) ?? ""];
    if (known) return { code: known[0], message, todo: known[1] };
  }
  return {
    code: codeOf(error) ?? "start/failed",
    message,
    todo: "Run guildhall doctor to see more.",
  };
}

/** Names the commands that the error knows. */
function todoOf({ details }: AppError): string {
  const { next } = details;
  if (!Array.isArray(next) || next.length === 0) return "Run guildhall doctor to see more.";
  return `Type: ${next.join(", or: ")}`;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return String(error.code);
}
