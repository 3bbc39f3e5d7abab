import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "@hono/zod-openapi";
import { DatabaseError, isDatabaseErrorKind } from "../../src/database/errors.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { Conflict, type ErrorCode, Invalid, TooLarge } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import type { InspectRequest } from "./inspection.ts";
import type { RebuildRequest } from "./rebuild.ts";
import type { WholeFileRequest } from "./whole-files.ts";

// Both files are in the same folder, as sources and in the bundle.
const SCRIPT = import.meta.url.endsWith(".ts") ? "./copy-worker.ts" : "./copy-worker.js";

const anchor = z.object({ seq: z.number().int(), hash: z.string(), at: z.number().int() });
const answerShape = z.object({
  rebuilt: z
    .object({
      guildId: z.string(),
      generation: z.number().int(),
      schemaVersion: z.number().int(),
      manifest: z.string().nullable(),
      left: z.array(z.string()),
      checkpoint: anchor.nullable(),
      head: anchor.omit({ at: true }),
    })
    .optional(),
  facts: z
    .object({
      guildId: z.string(),
      generation: z.number().int(),
      schemaVersion: z.number().int(),
      rows: z.record(z.string(), z.number().int()),
    })
    .optional(),
  /** True for work whose result is a file, or nothing. */
  isDone: z.boolean().optional(),
  refusal: z
    .object({
      kind: z.string(),
      reason: z.string().optional(),
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
    })
    .optional(),
});

/** The message to the process that opens whole files. */
export type CopyRequest =
  | { readonly rebuild: RebuildRequest }
  | { readonly inspect: InspectRequest }
  | { readonly whole: WholeFileRequest };

/** The answer of that process: a result or an error. */
export type CopyAnswer = z.infer<typeof answerShape>;

/**
 * Sends a request to a separate process and returns its answer. The process is killed when it takes too
 * long. Its work neither blocks this process nor reads this process's secrets.
 *
 * @throws {Invalid} `copy/too-slow` @throws {DatabaseError} `corrupt` when the process died.
 */
export function askCopyProcess(
  request: CopyRequest,
  msMax: number = limits.archives.examineMsMax,
): Promise<CopyAnswer> {
  // The process needs no secret, so its environment contains none.
  const env = { PATH: process.env["PATH"] };
  const child = fork(fileURLToPath(new URL(SCRIPT, import.meta.url)), {
    env,
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return new Promise<CopyAnswer>((resolve, reject) => {
    const timer = processBackground.after("copies.too-slow", msMax, () => {
      child.kill("SIGKILL");
      const seconds = Math.ceil(msMax / 1_000);
      const sentence = `This file could not be read within ${seconds} seconds. Nothing was taken.`;
      reject(new Invalid("copy/too-slow", sentence));
    });
    processBackground.once(child, "message", (answer: unknown) => {
      resolve(answerShape.parse(answer));
    });
    processBackground.once(child, "error", reject);
    processBackground.once(child, "exit", (code: number | null, signal: string | null) => {
      timer.cancel();
      reject(new DatabaseError("corrupt", `Reading the file ended with ${signal ?? code}.`));
    });
    child.send(request, (error) => error && reject(error));
  });
}

/** The error that the process answered with. */
export function refusalError(refusal: CopyAnswer["refusal"]): Error {
  if (refusal === undefined) return new Error("The process that reads foreign files said nothing.");
  const { kind, message, details } = refusal;
  const code = refusal.code as ErrorCode;
  if (kind === "invalid") return new Invalid(code, message, details);
  if (kind === "conflict") return new Conflict(code, message, details);
  if (kind === "too-large") return new TooLarge(code, message, details);
  if (!isDatabaseErrorKind(kind)) return new Error(message);
  return new DatabaseError(kind, message, undefined, undefined, refusal.reason);
}
