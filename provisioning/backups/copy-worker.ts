import { DatabaseError } from "../../src/database/errors.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { AppError } from "../../src/kernel/errors.ts";
import type { RebuildAnswer } from "./foreign.ts";
import { type RebuildRequest, rebuild } from "./rebuild.ts";

// A separate process can be killed, whatever a foreign file makes SQLite do.

processBackground.once(process, "message", async (request: RebuildRequest) => {
  const answer = await rebuild(request).then(
    (rebuilt): RebuildAnswer => ({ rebuilt }),
    (error: unknown): RebuildAnswer => ({ refusal: refusalOf(error) }),
  );
  process.send?.(answer, () => process.disconnect());
});

function refusalOf(error: unknown): NonNullable<RebuildAnswer["refusal"]> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AppError) {
    return { kind: error.kind, code: error.code, message, details: error.details };
  }
  const isDamage = error instanceof DatabaseError && error.kind === "corrupt";
  return { kind: isDamage ? "corrupt" : "error", code: "", message, details: {} };
}
