import { asc, gt, sql } from "drizzle-orm";
import { type AuditLog, type AuditRow, chained, genesisOf } from "../kernel/audit-chain.ts";
import { limits } from "../limits.ts";
import { type Checkpoint, type Head, newestCheckpoint, rowsAfter } from "./audit-log.ts";
import { auditSeals } from "./audit-schema.ts";
import type { Database } from "./client.ts";
import { asNumber, columnsOf, prepare, rowsOf, type Values } from "./query.ts";
import { build } from "./statements.ts";

/** The first wrong row of a log, and its fault. */
export interface BadRow {
  readonly seq: number;
  readonly fault:
    | "changed"
    | "missing"
    | "inserted"
    | "cut-off"
    | "not-as-anchored"
    | "checkpoint-impossible"
    | "checkpoint-unknown";
}

export interface Verification {
  /** Rows that were compared with their seals, and rows that have no seal yet. */
  readonly rows: number;
  readonly unsealed: number;
  readonly head: Head;
  readonly bad: BadRow | undefined;
}

/** What is stored about a log outside of its database. */
export interface Known {
  /** How far the log was sealed at several points in time. */
  readonly heads: readonly Head[];
  /** Every checkpoint ever made; undefined when there is no list, as for a foreign file. */
  readonly checkpoints?: readonly Checkpoint[];
  /** Now, in Unix milliseconds. */
  readonly nowMs: number;
}

/**
 * Compares every row with its seal, and seals and checkpoints with what is stored outside of this database.
 * A checkpoint is in the same database as the rows that it replaces, so it proves nothing alone.
 */
export async function verifyAudit(
  db: Database,
  log: AuditLog,
  { heads, checkpoints, nowMs }: Known,
): Promise<Verification> {
  const checkpoint = await newestCheckpoint(db);
  const start: Head = checkpoint ?? { seq: 0, hash: genesisOf(log.name) };
  const known = new Map(heads.map(({ seq, hash }) => [seq, hash]));
  // Read this first: a row written while we read must not look like a removed row.
  const given = await lastGiven(db);
  const found: Found = {
    rows: 0,
    unsealed: 0,
    head: { seq: start.seq, hash: start.hash },
    bad:
      wrongCheckpoint(checkpoint, { given, known, checkpoints, nowMs }) ??
      (await insertedBefore(db, start)),
  };
  for (let after = start.seq; !found.bad; ) {
    const rows = await rowsAfter(db, log, after);
    const seals = await sealsAfter(db, after);
    if (rows.length === 0 && seals.size === 0) break;
    found.bad = check(found, rows, seals, known);
    after = Number(rows.at(-1)?.[0] ?? after);
  }
  found.bad ??= cutOff(found, [given, ...heads.map(({ seq }) => seq)]);
  return found;
}

interface Facts {
  readonly checkpoints: Known["checkpoints"] | undefined;
  readonly nowMs: number;
  readonly given: number;
  readonly known: ReadonlyMap<number, string>;
}

/** Checks that this checkpoint is possible and that we made it. */
function wrongCheckpoint(
  checkpoint: Checkpoint | undefined,
  { given, known, checkpoints, nowMs }: Facts,
): BadRow | undefined {
  if (checkpoint === undefined) return undefined;
  const { seq, hash, at } = checkpoint;
  if (seq > given || at > nowMs + limits.audit.clockSkewMs || !/^[0-9a-f]{64}$/.test(hash)) {
    return { seq, fault: "checkpoint-impossible" };
  }
  if ((known.get(seq) ?? hash) !== hash) return { seq, fault: "not-as-anchored" };
  const isOurs = checkpoints?.some((one) => one.seq === seq && one.hash === hash && one.at === at);
  return isOurs === false ? { seq, fault: "checkpoint-unknown" } : undefined;
}

interface Found {
  rows: number;
  unsealed: number;
  head: Head;
  bad: BadRow | undefined;
}

/** Checks one page of rows and returns the first wrong row. */
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
      // Rows are sealed in order, so a row without a seal before a sealed row was inserted.
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
  // The seals continue after the last row, so rows were removed.
  return rows.length === 0 ? { seq: expected, fault: "missing" } : undefined;
}

/** Rows at the end can be removed together with their seals. The numbers stored elsewhere reveal it. */
function cutOff({ head, unsealed }: Found, known: readonly number[]): BadRow | undefined {
  const end = head.seq + unsealed;
  return Math.max(...known) > end ? { seq: end + 1, fault: "cut-off" } : undefined;
}

const newestNumber = prepare(() =>
  rowsOf(
    { seq: asNumber(sql`seq`) },
    (columns) => sql`select ${columns} from sqlite_sequence where name = 'audit_log'`,
  ),
);

/** The newest number that the log ever gave to a row, also to a removed one; 0 when there is none. */
export async function lastGiven(db: Database): Promise<number> {
  return (await newestNumber.first(db))?.seq ?? 0;
}

const unsealedUpTo = prepare(({ until }: Values<{ readonly until: number }>) =>
  rowsOf(
    { seq: asNumber(sql`seq`) },
    (columns) => sql`select ${columns} from audit_log where seq <= ${until}
      and not exists (select 1 from audit_seals where audit_seals.seq = audit_log.seq)
      order by seq limit 1`,
  ),
);

/**
 * Rows before a checkpoint keep their seals until they are removed. A row without a seal there was
 * inserted.
 */
async function insertedBefore(db: Database, start: Head): Promise<BadRow | undefined> {
  const row = await unsealedUpTo.first(db, { until: start.seq });
  return row && { seq: row.seq, fault: "inserted" };
}

const laterSeals = prepare(({ after }: Values<{ readonly after: number }>) =>
  build
    .select(columnsOf(auditSeals, "seq", "hash"))
    .from(auditSeals)
    .where(gt(auditSeals.seq, after))
    .orderBy(asc(auditSeals.seq))
    .limit(limits.audit.sealRowsMax),
);

async function sealsAfter(db: Database, after: number): Promise<ReadonlyMap<number, string>> {
  const seals = await laterSeals.all(db, { after });
  return new Map(seals.map((one) => [one.seq, one.hash]));
}
