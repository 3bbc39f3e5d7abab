import { stat } from "node:fs/promises";
import { DatabaseError } from "../../src/database/errors.ts";
import { Invalid } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import { removeDatabase } from "../hosts/file-drafts.ts";
import { askCopyProcess, refusalError } from "./copy-process.ts";
import { type CopyFacts, inspectHere } from "./inspection.ts";
import type { RebuildRequest, Rebuilt } from "./rebuild.ts";

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
    const { rebuilt, refusal } = await askCopyProcess({ rebuild: request }, msMax);
    if (rebuilt) return rebuilt;
    throw refusalError(refusal);
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
  const { facts, refusal } = await askCopyProcess({ inspect: { path, checksLedger } }, msMax).catch(
    (error: unknown) => {
      if (error instanceof Invalid) throw new DatabaseError("corrupt", error.message, error);
      throw error;
    },
  );
  if (facts) return facts;
  throw refusalError(refusal);
}
