import { sql } from "drizzle-orm";
import { type AuditRow, chained, genesisOf } from "../kernel/audit-chain.ts";
import { Conflict } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import type { Database } from "./client.ts";
import { guard, write } from "./write.ts";

/** Which log of which database, and what its rows say. Columns are only ever added to. */
export interface AuditLog {
  readonly name: string;
  readonly columns: readonly string[];
}

/** How far a log is sealed. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The first row that is not what was written down, and in what way. */
export interface BadRow {
  readonly seq: number;
  readonly fault: "changed" | "missing" | "inserted" | "cut-off" | "not-as-anchored";
}

export interface Verification {
  /** Rows that were held against their seals, and rows too new to have one. */
  readonly rows: number;
  readonly unsealed: number;
  readonly head: Head;
  readonly bad: BadRow | undefined;
}

const HEAD = `
  SELECT seq, hash FROM audit_seals UNION ALL SELECT seq, hash FROM audit_checkpoints
  ORDER BY seq DESC LIMIT 1`;
const CHECKPOINT = "SELECT seq, hash FROM audit_checkpoints ORDER BY seq DESC LIMIT 1";

export async function auditHead(db: Database, log: AuditLog): Promise<Head> {
  return (await db.first<Head>(HEAD)) ?? { seq: 0, hash: genesisOf(log.name) };
}

/**
 * Seals every row that has no seal yet, in order. Whoever else seals the same log at the same time
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

/** Holds every row against its seal, and the seals against the heads that were kept elsewhere. */
export async function verifyAudit(
  db: Database,
  log: AuditLog,
  anchors: readonly Head[],
): Promise<Verification> {
  const checkpoint = await db.first<Head>(CHECKPOINT);
  const start = checkpoint ?? { seq: 0, hash: genesisOf(log.name) };
  const known = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  // Asked first: a row that comes while we read must not look like one that went.
  const given = await lastGiven(db);
  const found: Found = {
    rows: 0,
    unsealed: 0,
    head: start,
    bad: await insertedBefore(db, start),
  };
  for (let after = start.seq; !found.bad; ) {
    const rows = await rowsAfter(db, log, after);
    const seals = await sealsAfter(db, after);
    if (rows.length === 0 && seals.size === 0) break;
    found.bad = check(found, rows, seals, known);
    after = Number(rows.at(-1)?.[0] ?? after);
  }
  found.bad ??= cutOff(found, [given, ...anchors.map(({ seq }) => seq)]);
  return found;
}

interface Found {
  rows: number;
  unsealed: number;
  head: Head;
  bad: BadRow | undefined;
}

/** Walks one page of rows; gives back the first that is wrong. */
function check(
  found: Found,
  rows: readonly AuditRow[],
  seals: ReadonlyMap<number, string>,
  anchors: ReadonlyMap<number, string>,
): BadRow | undefined {
  let expected = found.head.seq + found.unsealed + 1;
  for (const row of rows) {
    if (row[0] !== expected) return { seq: expected, fault: "missing" };
    const seal = seals.get(expected);
    if (seal === undefined) found.unsealed++;
    else {
      // Rows are sealed in order: one without a seal among sealed ones did not come from us.
      if (found.unsealed > 0) return { seq: found.head.seq + 1, fault: "inserted" };
      const hash = chained(found.head.hash, row);
      if (hash !== seal) return { seq: expected, fault: "changed" };
      if ((anchors.get(expected) ?? hash) !== hash) {
        return { seq: expected, fault: "not-as-anchored" };
      }
      found.head = { seq: expected, hash };
      found.rows++;
    }
    expected++;
  }
  // Seals that go on where the rows have ended: the rows were taken away.
  return rows.length === 0 ? { seq: expected, fault: "missing" } : undefined;
}

/** Rows at the end may be gone together with their seals: what is known elsewhere still names them. */
function cutOff({ head, unsealed }: Found, known: readonly number[]): BadRow | undefined {
  const end = head.seq + unsealed;
  return Math.max(...known) > end ? { seq: end + 1, fault: "cut-off" } : undefined;
}

async function lastGiven(db: Database): Promise<number> {
  const given = await db.first<{ seq: number }>(
    "SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'",
  );
  return given?.seq ?? 0;
}

/** What a checkpoint let go has seals until it is gone itself; anything else there is not from us. */
async function insertedBefore(db: Database, start: Head): Promise<BadRow | undefined> {
  const row = await db.first<{ seq: number }>(
    `SELECT seq FROM audit_log WHERE seq <= ?
       AND NOT EXISTS (SELECT 1 FROM audit_seals WHERE audit_seals.seq = audit_log.seq)
     ORDER BY seq LIMIT 1`,
    start.seq,
  );
  return row && { seq: row.seq, fault: "inserted" };
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
 * Lets go of the beginning of a log that is older than a year: first a checkpoint that keeps its
 * hash, so that the rest can still be verified, then the rows, some at a time.
 */
export async function pruneAudit(db: Database, nowMs: number): Promise<number> {
  const until = await prunableUntil(db, nowMs);
  const checkpoint = await db.first<Head>(CHECKPOINT);
  if (until > (checkpoint?.seq ?? 0)) {
    await write(db, [
      {
        sql: `INSERT INTO audit_checkpoints (seq, hash, at)
              SELECT seq, hash, ?2 FROM audit_seals WHERE seq = ?1`,
        args: [until, nowMs],
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

async function rowsAfter(db: Database, log: AuditLog, seq: number): Promise<readonly AuditRow[]> {
  const { rows } = await db.client.execute({
    sql: `SELECT ${log.columns.map((column) => `"${column}"`).join(", ")} FROM audit_log
          WHERE seq > ? ORDER BY seq LIMIT ?`,
    args: [seq, limits.audit.sealRowsMax],
  });
  return rows as readonly AuditRow[];
}

async function sealsAfter(db: Database, seq: number): Promise<ReadonlyMap<number, string>> {
  const seals = await db.all<Head>(
    "SELECT seq, hash FROM audit_seals WHERE seq > ? ORDER BY seq LIMIT ?",
    seq,
    limits.audit.sealRowsMax,
  );
  return new Map(seals.map((one) => [one.seq, one.hash]));
}
