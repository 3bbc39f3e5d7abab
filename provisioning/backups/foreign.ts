import { fork } from "node:child_process";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "@hono/zod-openapi";
import { DatabaseError } from "../../src/database/errors.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { Conflict, type ErrorCode, Invalid, TooLarge } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import { removeDatabase } from "../hosts/file-drafts.ts";
import { type CopyFacts, type InspectRequest, inspectHere } from "./inspection.ts";
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
  facts: z
    .object({
      guildId: z.string(),
      generation: z.number().int(),
      schemaVersion: z.number().int(),
      rows: z.record(z.string(), z.number().int()),
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

/** The message to the process that opens copies: it rebuilds a file, or inspects one. */
export type CopyRequest =
  | { readonly rebuild: RebuildRequest }
  | { readonly inspect: InspectRequest };

/** The answer of that process: a result or an error. */
export type CopyAnswer = z.infer<typeof answerShape>;

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
    const { rebuilt, refusal } = await asked({ rebuild: request }, msMax);
    if (rebuilt) return rebuilt;
    throw refused(refusal);
  } catch (error) {
    await removeDatabase(request.to);
    throw error;
  }
}

/**
 * Opens a copy and checks that it is a complete database of a guild, in a separate process, which is killed
 * when it takes too long. A small copy that this process has just made (`isOurs`) is inspected in place.
 *
 * @throws {DatabaseError} `corrupt` otherwise, also for a copy that cannot be read in time.
 */
export async function inspectCopy(
  path: string,
  options: { isOurs: boolean; checksLedger?: boolean; msMax?: number },
): Promise<CopyFacts> {
  const { isOurs, checksLedger = true, msMax = limits.archives.examineMsMax } = options;
  const isSmall = (await stat(path)).size <= limits.archives.inspectedHereBytesMax;
  if (isOurs && isSmall) return await inspectHere({ path, checksLedger });
  const { facts, refusal } = await asked({ inspect: { path, checksLedger } }, msMax).catch(
    (error: unknown) => {
      if (error instanceof Invalid) throw new DatabaseError("corrupt", error.message, error);
      throw error;
    },
  );
  if (facts) return facts;
  throw refused(refusal);
}

function asked(request: CopyRequest, msMax: number): Promise<CopyAnswer> {
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

function refused(refusal: CopyAnswer["refusal"]): Error {
  if (refusal === undefined) return new Error("The process that reads foreign files said nothing.");
  const { kind, message, details } = refusal;
  const code = refusal.code as ErrorCode;
  if (kind === "invalid") return new Invalid(code, message, details);
  if (kind === "conflict") return new Conflict(code, message, details);
  if (kind === "too-large") return new TooLarge(code, message, details);
  return kind === "corrupt" ? new DatabaseError("corrupt", message) : new Error(message);
}
