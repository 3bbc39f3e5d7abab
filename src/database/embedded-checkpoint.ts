import { statSync } from "node:fs";
import Native from "libsql";
import { limits } from "../limits.ts";
import type { ResultRows } from "./client.ts";

// The driver brings SQLite 3.45.1. Up to 3.51.2, a checkpoint that runs while another connection writes
// can take frames of the new log for ones it has copied, and the database is damaged: three processes
// that do nothing else show it within minutes (DESIGN.md). Servers, commands and threads share files
// here, so SQLite's own checkpoints are off, and ours run only while nobody can write.

const CHECKPOINT = /^\s*PRAGMA\s+wal_checkpoint\b/i;

/** Does this statement ask for a checkpoint? */
export function isCheckpoint(sql: string): boolean {
  return CHECKPOINT.test(sql);
}

/**
 * Copies the log of the database at `path` into the database, while a connection of its own holds the
 * write lock: in no process does anybody write or begin the log again until it is done. Answers as the
 * pragma does: `busy`, frames in the log, frames copied.
 * @throws an error of the driver, busy while another connection writes.
 */
export function checkpointAlone(native: Native.Database, path: string): ResultRows {
  // It only executes texts, so closing it closes its files at once.
  const lock = new Native(path);
  try {
    lock.exec("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE");
    // Other modes want the write lock themselves, and go on without it where they cannot have it.
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
 * Says whether the log beside a database has become so long that a checkpoint is due. Where one did not
 * help, because somebody was reading or writing, the log may grow by as much again before the next one.
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
