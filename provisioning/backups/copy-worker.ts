import { DatabaseError } from "../../src/database/errors.ts";
import { processBackground } from "../../src/kernel/background.ts";
import { AppError, errorMessage } from "../../src/kernel/errors.ts";
import type { CopyAnswer, CopyRequest } from "./copy-process.ts";
import { inspectHere } from "./inspection.ts";
import { rebuild } from "./rebuild.ts";
import { workHere } from "./whole-files.ts";

// A separate process can be killed, whatever a foreign file makes SQLite do, and delays no request.

processBackground.once(process, "message", async (request: CopyRequest) => {
  const answer = await answerTo(request).catch(
    (error: unknown): CopyAnswer => ({ refusal: refusalOf(error) }),
  );
  process.send?.(answer, () => process.disconnect());
});

async function answerTo(request: CopyRequest): Promise<CopyAnswer> {
  if ("rebuild" in request) return { rebuilt: await rebuild(request.rebuild) };
  if ("whole" in request) {
    await workHere(request.whole);
    return { isDone: true };
  }
  const facts = await inspectHere(request.inspect);
  return { facts: { ...facts, rows: { ...facts.rows } } };
}

function refusalOf(error: unknown): NonNullable<CopyAnswer["refusal"]> {
  const message = errorMessage(error);
  if (error instanceof AppError) {
    return { kind: error.kind, code: error.code, message, details: error.details };
  }
  if (!(error instanceof DatabaseError)) return { kind: "error", code: "", message, details: {} };
  const { kind, reason } = error;
  return { kind, ...(reason && { reason }), code: "", message, details: {} };
}
