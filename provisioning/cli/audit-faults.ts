import type { Head } from "../../src/database/audit-log.ts";
import type { BadRow } from "../../src/database/audit-verify.ts";

/** What is wrong first in a log: with a row of it, or with what was signed of it. */
export interface AuditFault {
  readonly seq: number;
  readonly fault: BadRow["fault"] | "anchor-forged" | "signed-otherwise";
}

/** One log, held against its seals and against what the platform knows of it. */
export interface AuditFinding {
  readonly log: string;
  readonly rows: number;
  readonly unsealed: number;
  readonly head: Head | null;
  readonly bad: AuditFault | null;
  /** Tables and triggers of the log that are not as this release has them. */
  readonly unguarded: readonly string[];
  /** Whether the signatures of what is known were checked. */
  readonly isSigned: boolean;
  readonly error: string | null;
  /** What to type now. */
  readonly next: readonly string[];
}

/** What each fault means, after the words "row 7". */
export const FAULTS: Readonly<Record<AuditFault["fault"], string>> = {
  changed: "is not what was written down, or not in its place",
  missing: "is missing",
  inserted: "did not come from this product, or its seal was taken away",
  "cut-off": "and what came after it were cut off the end, or this database is an older one",
  "not-as-anchored": "does not fit what the platform signed: rows up to it were rewritten",
  "checkpoint-impossible": "is named by a checkpoint that cannot have been made",
  "checkpoint-unknown":
    "is named by a checkpoint that the platform did not sign: rows up to it were removed",
  "anchor-forged": "is named by an anchor in the platform that this installation did not sign",
  "signed-otherwise":
    "is named by an anchor that was signed with another GUILDHALL_SECRET than today's",
};
