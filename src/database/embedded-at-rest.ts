import { fileURLToPath } from "node:url";
import Native from "libsql";
import { fileAt } from "./embedded-handles.ts";
import { inspectPath } from "./embedded-reasons.ts";

// No -shm file, and no lock to take more than once. Closing copies the log into the database and removes
// it, which is safe because no other connection can be there.
const PRAGMAS = `
  PRAGMA busy_timeout = 0;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = OFF;
  PRAGMA trusted_schema = OFF;`;

/**
 * Runs `script` in one transaction on a database file of this machine that nothing else has open. Prepares
 * no statement, so the file is closed at once. Returns false if the file is open elsewhere, is not there, or
 * a statement failed: nothing was changed then, and `openEmbedded` says what is wrong.
 */
export function runOnFileAtRest({ url }: { readonly url: string }, script: string): boolean {
  const path = fileURLToPath(url);
  if (!isOrdinary(path)) return false;
  let native: Native.Database | undefined;
  const file = fileAt(path);
  try {
    native = new Native(path);
    native.exec(PRAGMAS);
    native.exec(`BEGIN IMMEDIATE;\n${script};\nCOMMIT`);
    // The path may lead to another folder by now. Then no process would find what was written.
    return fileAt(path) === file;
  } catch {
    if (native?.inTransaction) native.exec("ROLLBACK");
    return false;
  } finally {
    native?.close();
  }
}

/** Opening a missing path would create a database, and an empty file would open as one. */
function isOrdinary(path: string): boolean {
  try {
    const { isLink, size } = inspectPath(path);
    return !isLink && size > 0;
  } catch {
    return false;
  }
}
