import type { Head } from "../../../src/database/audit-log.ts";
import type { BadRow } from "../../../src/database/audit-verify.ts";

/** The first fault of a log: in a row, or in its anchors. */
export interface AuditFault {
  readonly seq: number;
  readonly fault: BadRow["fault"] | "anchor-forged" | "signed-otherwise";
}

/** The result of comparing one log with its seals and with the platform's anchors. */
export interface AuditFinding {
  readonly log: string;
  readonly rows: number;
  readonly unsealed: number;
  readonly head: Head | null;
  readonly bad: AuditFault | null;
  /** Tables and triggers of the log that differ from this release's. */
  readonly unguarded: readonly string[];
  /** Whether the signatures of the anchors were checked. */
  readonly isSigned: boolean;
  readonly error: string | null;
  /** The commands to run next. */
  readonly next: readonly string[];
}

/** The meaning of each fault, as the rest of a sentence that begins with "row 7". */
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
