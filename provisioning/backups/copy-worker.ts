import { DatabaseError } from "../../src/database/errors.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { AppError } from "../../src/kernel/errors.ts";
import type { CopyAnswer, CopyRequest } from "./foreign.ts";
import { inspectHere } from "./inspection.ts";
import { rebuild } from "./rebuild.ts";

// A separate process can be killed, whatever a foreign file makes SQLite do.

processBackground.once(process, "message", async (request: CopyRequest) => {
  const answer = await answerTo(request).catch(
    (error: unknown): CopyAnswer => ({ refusal: refusalOf(error) }),
  );
  process.send?.(answer, () => process.disconnect());
});

async function answerTo(request: CopyRequest): Promise<CopyAnswer> {
  if ("rebuild" in request) return { rebuilt: await rebuild(request.rebuild) };
  const facts = await inspectHere(request.inspect);
  return { facts: { ...facts, rows: { ...facts.rows } } };
}

function refusalOf(error: unknown): NonNullable<CopyAnswer["refusal"]> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AppError) {
    return { kind: error.kind, code: error.code, message, details: error.details };
  }
  const isDamage = error instanceof DatabaseError && error.kind === "corrupt";
  return { kind: isDamage ? "corrupt" : "error", code: "", message, details: {} };
}
