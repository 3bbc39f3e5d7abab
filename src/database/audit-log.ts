import { sql } from "drizzle-orm";
import { type AuditLog, type AuditRow, chained, genesisOf } from "../kernel/audit-chain.ts";
import { Conflict } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import type { Database } from "./client.ts";
import { guard, write } from "./write.ts";

/** How far a log is sealed. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The beginning of a log up to `seq` was removed at `at`, Unix milliseconds. */
export interface Checkpoint extends Head {
  readonly at: number;
}

const HEAD = `
  SELECT seq, hash FROM audit_seals UNION ALL SELECT seq, hash FROM audit_checkpoints
  ORDER BY seq DESC LIMIT 1`;
const CHECKPOINT = "SELECT seq, hash, at FROM audit_checkpoints ORDER BY seq DESC LIMIT 1";

export async function auditHead(db: Database, log: AuditLog): Promise<Head> {
  return (await db.first<Head>(HEAD)) ?? { seq: 0, hash: genesisOf(log.name) };
}

/** Where the rest of a log begins; undefined where it begins with its first row. */
export async function newestCheckpoint(db: Database): Promise<Checkpoint | undefined> {
  return await db.first<Checkpoint>(CHECKPOINT);
}

/**
 * Seals every row that has no seal yet, in order. Another process that seals the same log at the same time
 * goes on where the other one stopped: a seal follows the last one, or is refused by the database.
 */
export async function sealAudit(db: Database, log: AuditLog): Promise<number> {
  let sealed = 0;
  for (;;) {
    const head = await auditHead(db, log);
    const rows = await rowsAfter(db, log, head.seq);
    if (rows.length === 0) return sealed;
    let { hash } = head;
    const seals = rows.map((row) => {
      hash = chained(hash, row);
      return [row[0], hash];
    });
    try {
      await write(db, [
        guard(
          sql`coalesce((select max(seq) from audit_seals),
            (select max(seq) from audit_checkpoints), 0) = ${head.seq}`,
          () => new Conflict("audit/sealed-already", "Somebody else sealed these rows. Go on."),
        ),
        {
          sql: `INSERT INTO audit_seals (seq, hash) SELECT value->>0, value->>1 FROM json_each(?)`,
          args: [JSON.stringify(seals)],
        },
      ]);
      sealed += rows.length;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
}

/** Rows that would go if the log were pruned at this moment. */
export async function auditPrunable(db: Database, nowMs: number): Promise<number> {
  const row = await db.first<{ rows: number }>(
    "SELECT count(*) AS rows FROM audit_log WHERE seq <= ?",
    await prunableUntil(db, nowMs),
  );
  return row!.rows;
}

/**
 * Removes the beginning of a log that is older than a year: first a checkpoint that keeps its hash, so
 * that the rest can still be verified, then the rows, some at a time. `remember` keeps the checkpoint
 * outside of this database before it is made: a checkpoint that is not remembered is not believed.
 */
export async function pruneAudit(
  db: Database,
  nowMs: number,
  remember: (checkpoint: Checkpoint) => Promise<void>,
): Promise<number> {
  const until = await prunableUntil(db, nowMs);
  const checkpoint = await newestCheckpoint(db);
  if (until > (checkpoint?.seq ?? 0)) {
    const sql = "SELECT seq, hash FROM audit_seals WHERE seq = ?";
    const next: Checkpoint = { ...(await db.first<Head>(sql, until))!, at: nowMs };
    await remember(next);
    await write(db, [
      {
        sql: "INSERT INTO audit_checkpoints (seq, hash, at) VALUES (?, ?, ?)",
        args: [next.seq, next.hash, next.at],
      },
    ]);
  }
  let removed = 0;
  for (;;) {
    const [rows] = await write(db, [
      { sql: prefixOf("audit_log"), args: [until, limits.retention.batchRows] },
      { sql: prefixOf("audit_seals"), args: [until, limits.retention.batchRows] },
    ]);
    removed += rows!.rowsAffected;
    if (rows!.rowsAffected < limits.retention.batchRows) return removed;
  }
}

const prefixOf = (table: string) =>
  `DELETE FROM ${table} WHERE seq IN (SELECT seq FROM ${table} WHERE seq <= ? ORDER BY seq LIMIT ?)`;

/** The last row of the sealed beginning that is over a year old; 0 for none. */
async function prunableUntil(db: Database, nowMs: number): Promise<number> {
  const row = await db.first<{ until: number }>(
    `SELECT max(
       coalesce((SELECT max(seq) FROM audit_seals
         WHERE seq < coalesce((SELECT min(seq) FROM audit_log WHERE at > ?1), 9e15)), 0),
       coalesce((SELECT max(seq) FROM audit_checkpoints), 0)) AS until`,
    nowMs - limits.audit.keptMs,
  );
  return row!.until;
}

/** Up to `sealRowsMax` rows after one, in order, their columns in the log's order. */
export async function rowsAfter(
  db: Database,
  log: AuditLog,
  seq: number,
): Promise<readonly AuditRow[]> {
  const { rows } = await db.client.execute({
    sql: `SELECT ${log.columns.map((column) => `"${column}"`).join(", ")} FROM audit_log
          WHERE seq > ? ORDER BY seq LIMIT ?`,
    args: [seq, limits.audit.sealRowsMax],
  });
  return rows as readonly AuditRow[];
}
