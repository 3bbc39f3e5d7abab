import { DatabaseError } from "../../src/database/errors.ts";
import { AppError } from "../../src/kernel/errors.ts";
import type { RebuildAnswer } from "./foreign.ts";
import { type RebuildRequest, rebuild } from "./rebuild.ts";

// A process of its own: whatever a foreign file makes SQLite do, it can be ended from outside.

process.once("message", (request: RebuildRequest) => {
  void rebuild(request)
    .then((rebuilt): RebuildAnswer => ({ rebuilt }))
    .catch((error: unknown): RebuildAnswer => ({ refusal: refusalOf(error) }))
    .then((answer) => process.send?.(answer, () => process.disconnect()));
});

function refusalOf(error: unknown): NonNullable<RebuildAnswer["refusal"]> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AppError) {
    return { kind: error.kind, code: error.code, message, details: error.details };
  }
  const isDamage = error instanceof DatabaseError && error.kind === "corrupt";
  return { kind: isDamage ? "corrupt" : "error", code: "", message, details: {} };
}
