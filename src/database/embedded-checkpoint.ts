import { statSync } from "node:fs";
import Native from "libsql";
import { limits } from "../limits.ts";
import type { ResultRows } from "./client.ts";

// The driver contains SQLite 3.45.1. Up to 3.51.2, a checkpoint that runs while another connection writes
// can take frames of the new log for frames that it has copied, which damages the database. Three processes
// that do nothing else show it within minutes (DESIGN.md). Servers, commands and threads share files here,
// so SQLite's own checkpoints are off. Ours run only while no connection can write.

const CHECKPOINT = /^\s*PRAGMA\s+wal_checkpoint\b/i;

/** Tells whether this statement runs a checkpoint. */
export function isCheckpoint(sql: string): boolean {
  return CHECKPOINT.test(sql);
}

/**
 * Copies the log of the database at `path` into the database while a separate connection holds the write
 * lock: until it is done, no process can write or restart the log. Returns what the pragma returns: `busy`,
 * frames in the log, frames copied.
 *
 * @throws an error of the driver, busy while another connection writes.
 */
export function checkpointAlone(native: Native.Database, path: string): ResultRows {
  // This connection prepares no statements, so closing it closes its files at once.
  const lock = new Native(path);
  try {
    lock.exec("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE");
    // Other modes try to take the write lock themselves, and run without it if they cannot get it.
    const answer = native.prepare("PRAGMA wal_checkpoint(PASSIVE)").raw(true).all();
    return {
      columns: ["busy", "log", "checkpointed"],
      rows: answer as readonly (readonly unknown[])[],
      rowsAffected: 0,
    };
  } finally {
    if (lock.inTransaction) lock.exec("ROLLBACK");
    lock.close();
  }
}

/**
 * Tells whether the log beside a database is long enough for a checkpoint. If a checkpoint did not shorten
 * the log because of a reader or writer, the next one is due when the log has grown by the same amount
 * again.
 */
export function logLength(): (path: string) => boolean {
  let dueAtBytes: number = limits.database.logBytes;
  return (path) => {
    const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes < limits.database.logBytes) dueAtBytes = limits.database.logBytes;
    if (bytes < dueAtBytes) return false;
    dueAtBytes = bytes + limits.database.logBytes;
    return true;
  };
}
