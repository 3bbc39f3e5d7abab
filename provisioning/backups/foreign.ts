import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "@hono/zod-openapi";
import { DatabaseError } from "../../src/database/errors.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { Conflict, type ErrorCode, Invalid, TooLarge } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import { removeDatabase } from "../hosts/file-drafts.ts";
import type { RebuildRequest, Rebuilt } from "./rebuild.ts";

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
  refusal: z
    .object({
      kind: z.string(),
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
    })
    .optional(),
});

/** The message of the process that rebuilds a foreign file: a result or an error. */
export type RebuildAnswer = z.infer<typeof answerShape>;

/**
 * Rebuilds a foreign file (`rebuild.ts`) in a separate process, which is killed when it takes too long.
 *
 * @throws {Invalid} `copy/not-a-guild`, `copy/schema-differs`, `copy/rows-refused`, `copy/audit-broken`,
 * `copy/too-slow`
 *
 * @throws {Conflict} `copy/newer-release`
 *
 * @throws {TooLarge} `copy/too-large`
 *
 * @throws {DatabaseError} `corrupt`
 */
export async function rebuildForeign(
  request: RebuildRequest,
  msMax: number = limits.archives.examineMsMax,
): Promise<Rebuilt> {
  try {
    const { rebuilt, refusal } = await asked(request, msMax);
    if (rebuilt) return rebuilt;
    throw refused(refusal);
  } catch (error) {
    await removeDatabase(request.to);
    throw error;
  }
}

function asked(request: RebuildRequest, msMax: number): Promise<RebuildAnswer> {
  // The process needs no secret, so its environment contains none.
  const env = { PATH: process.env["PATH"] };
  const child = fork(fileURLToPath(new URL(SCRIPT, import.meta.url)), {
    env,
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return new Promise<RebuildAnswer>((resolve, reject) => {
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

function refused(refusal: RebuildAnswer["refusal"]): Error {
  if (refusal === undefined) return new Error("The process that reads foreign files said nothing.");
  const { kind, message, details } = refusal;
  const code = refusal.code as ErrorCode;
  if (kind === "invalid") return new Invalid(code, message, details);
  if (kind === "conflict") return new Conflict(code, message, details);
  if (kind === "too-large") return new TooLarge(code, message, details);
  return kind === "corrupt" ? new DatabaseError("corrupt", message) : new Error(message);
}
