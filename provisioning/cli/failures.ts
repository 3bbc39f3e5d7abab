import { DatabaseError } from "../../src/database/errors.ts";
import { isOutOfRoom, systemKindOf } from "../../src/database/faults.ts";
import { AppError, errorMessage } from "../../src/kernel/errors.ts";

/** What a command says of an error: a stable code, a sentence, and what to type now. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly next: readonly string[];
}

/** Says what an operator can do about an error, also where the system's own words do not. */
export function describeFailure(error: unknown): Failure {
  const message = errorMessage(error);
  if (error instanceof AppError) {
    const { next } = error.details;
    return { code: error.code, message, next: Array.isArray(next) ? next.map(String) : [] };
  }
  const known = adviceFor(error);
  if (known === undefined) return { code: "cli/failed", message, next: [] };
  const [code, advice] = known;
  return { code, message: `${message.replace(/\.$/, "")}. ${advice}`, next: ["guildhall doctor"] };
}

function adviceFor(error: unknown): readonly [code: string, advice: string] | undefined {
  if (isOutOfRoom(error)) {
    return ["database/storage-full", "Make room on the disk of DATA_DIR, then try again."];
  }
  const kind = error instanceof DatabaseError ? error.kind : systemKindOf(error);
  switch (kind) {
    case "unavailable":
      return [
        "database/unavailable",
        "Run this as the account of the server, which may read and write DATA_DIR, with enough open " +
          "files (ulimit -n).",
      ];
    case "busy":
      return ["database/busy", "Another process works on this database. Try again in a moment."];
    case "corrupt":
    case "missing":
      return ["database/damaged", "Restore it from a backup: guildhall backups list shows them."];
    case "unreachable":
    case "timeout":
    case "denied":
      return ["database/unreachable", "Check the server's address and keys, and that it runs."];
    default:
      return undefined;
  }
}
