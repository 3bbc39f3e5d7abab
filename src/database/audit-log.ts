import { desc, eq, sql } from "drizzle-orm";
import { type AuditLog, type AuditRow, chained, genesisOf } from "../kernel/audit-chain.ts";
import { Conflict } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import { auditCheckpoints, auditSeals } from "./audit-schema.ts";
import type { Database } from "./client.ts";
import { asNumber, columnsOf, prepare, rowsOf, type Values } from "./query.ts";
import { insertInto } from "./statements.ts";
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

const newestSeal = prepare(() =>
  rowsOf(
    columnsOf(auditSeals, "seq", "hash"),
    (columns) => sql`select ${columns} from ${auditSeals}
      union all select seq, hash from ${auditCheckpoints} order by seq desc limit 1`,
  ),
);

export async function auditHead(db: Database, log: AuditLog): Promise<Head> {
  return (await newestSeal.first(db)) ?? { seq: 0, hash: genesisOf(log.name) };
}

/** The checkpoint after which the log continues; undefined when the log still has its first row. */
export async function newestCheckpoint(db: Database): Promise<Checkpoint | undefined> {
  return await db.orm
    .select(columnsOf(auditCheckpoints, "seq", "hash", "at"))
    .from(auditCheckpoints)
    .orderBy(desc(auditCheckpoints.seq))
    .limit(1)
    .get();
}

/**
 * Seals every row that has no seal yet, in order. Another process may seal the same log at the same time:
 * the database refuses a seal that does not follow the last one, and the slower process continues after it.
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
          () =>
            new Conflict(
              "audit/sealed-already",
              "Another process already sealed these rows. Continue with the next rows.",
            ),
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

const rowsUpTo = prepare(({ until }: Values<{ readonly until: number }>) =>
  rowsOf(
    { rows: asNumber(sql`count(*)`) },
    (columns) => sql`select ${columns} from audit_log where seq <= ${until}`,
  ),
);

/** The number of rows that pruning would remove now. */
export async function auditPrunable(db: Database, nowMs: number): Promise<number> {
  const row = await rowsUpTo.first(db, { until: await prunableUntil(db, nowMs) });
  return row!.rows;
}

/**
 * Removes the part of a log that is older than a year. First writes a checkpoint with the last removed
 * hash, so that the rest can still be verified, then removes the rows in small batches. `remember` stores
 * the checkpoint outside of this database before it is written: verification rejects a checkpoint that is
 * not stored there.
 */
export async function pruneAudit(
  db: Database,
  nowMs: number,
  remember: (checkpoint: Checkpoint) => Promise<void>,
): Promise<number> {
  const until = await prunableUntil(db, nowMs);
  const checkpoint = await newestCheckpoint(db);
  if (until > (checkpoint?.seq ?? 0)) {
    const seal = await db.orm.select().from(auditSeals).where(eq(auditSeals.seq, until)).get();
    const next: Checkpoint = { ...seal!, at: nowMs };
    await remember(next);
    await write(db, [insertInto(auditCheckpoints, next)]);
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

const lastSealedBefore = prepare(({ moment }: Values<{ readonly moment: number }>) =>
  rowsOf(
    {
      until: asNumber(sql`max(
        coalesce((select max(seq) from audit_seals
          where seq < coalesce((select min(seq) from audit_log where at > ${moment}), 9e15)), 0),
        coalesce((select max(seq) from audit_checkpoints), 0))`),
    },
    (columns) => sql`select ${columns}`,
  ),
);

/** The last sealed row that is over a year old; 0 when there is none. */
async function prunableUntil(db: Database, nowMs: number): Promise<number> {
  const row = await lastSealedBefore.first(db, { moment: nowMs - limits.audit.keptMs });
  return row!.until;
}

/** Up to `sealRowsMax` rows after `seq`, in order, with the columns in the order of the log. */
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
