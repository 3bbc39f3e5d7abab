import { sql } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Invalid } from "../../kernel/errors.ts";
import type { ImportId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { allowImports, batchOf, shown } from "./access.ts";
import type { ImportRowKind } from "./document.ts";
import { sourceOfPart } from "./formats/builder.ts";
import { obstaclesTo } from "./obstacles.ts";
import { planImport } from "./planner.ts";
import { withSecondPool } from "./pools.ts";
import { anyDone, type Batch, batchesOfFile, batchesPage, previewPage } from "./queries.ts";
import type { Obstacle } from "./report.ts";
import { importRows, type Verdict } from "./schema.ts";
import { batchStatement, ImportChanged, isIn, store } from "./store.ts";
import { IMPORT_JOB, workOn } from "./work.ts";

export type { Batch } from "./queries.ts";
export { forgetPreviews, storeDocument, uploadImport } from "./uploads.ts";

type Deps = Pick<Services, "jobs" | "wakeJobs">;

/** Lists imports, the newest first. */
export async function listImports(
  ctx: GuildContext,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Batch>> {
  allowImports(ctx);
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const rows = await batchesPage.all(ctx.db, {
    at: at === undefined ? null : Number(at),
    id: id === undefined ? null : String(id),
    limit: query.limit + 1,
  });
  return toPage(
    rows.map((row) => shown(ctx, row)),
    query.limit,
    (last) => [last.createdAt, last.id],
  );
}

/** Whether the guild has the history of another tool. The first steps ask for it. */
export async function hasImported(ctx: GuildContext): Promise<boolean> {
  allow(ctx, "settings.manage");
  return (await anyDone.first(ctx.db)) !== undefined;
}

/** @throws {NotFound} `imports/not-found` */
export async function readImport(ctx: GuildContext, id: string): Promise<Batch> {
  allowImports(ctx);
  return await batchOf(ctx, id);
}

/** The imports of one file, the newest first. */
export async function importsOfFile(
  ctx: GuildContext,
  source: string,
  hash: string,
): Promise<readonly Batch[]> {
  allowImports(ctx);
  return await batchesOfFile.all(ctx.db, { source, hash });
}

/** Rows of an import in their order, with this verdict and kind if they are given. */
export async function importRowsOf(
  ctx: GuildContext,
  id: string,
  query: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly verdict?: Verdict | undefined;
    readonly kind?: ImportRowKind | undefined;
  },
) {
  allowImports(ctx);
  await batchOf(ctx, id);
  const [after] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 1);
  const rows = await previewPage.all(ctx.db, {
    id,
    after: Number(after ?? -1),
    verdict: query.verdict ?? "",
    kind: query.kind ?? "",
    limit: query.limit + 1,
  });
  return toPage(rows, query.limit, (last) => [last.line]);
}

/**
 * Answers questions of a preview and compares it again. The answer which database it is removes the rows
 * of the others.
 * @throws {Invalid} `imports/bad-answer` @throws {Conflict} `imports/not-a-preview`
 */
export async function answerImport(
  ctx: GuildContext,
  id: string,
  answers: Readonly<Record<string, string>>,
): Promise<Batch> {
  allowImports(ctx);
  const batch = await batchOf(ctx, id);
  if (batch.state !== "preview") throw notAPreview();
  for (const [question, answer] of Object.entries(answers)) {
    const asked = batch.questions.find((one) => one.id === question);
    if (asked?.options.some(({ value }) => value === answer)) continue;
    throw new Invalid("imports/bad-answer", "Choose one of the options of each question.", {
      errors: [{ pointer: `/answers/${question}`, detail: "Choose one of the options." }],
    });
  }
  const database = answers["database"];
  const isChosen = database !== undefined && batch.answers["database"] === undefined;
  await store(ctx, [
    isIn(batch.id, "preview"),
    ...(isChosen
      ? [
          build
            .delete(importRows)
            .where(sql`${importRows.importId} = ${batch.id} and ${importRows.part} <> ${database}`),
        ]
      : []),
    batchStatement(batch.id, {
      answers: { ...batch.answers, ...answers },
      ...(isChosen && { source: sourceOfPart(batch.source, database) }),
      updatedAt: ctx.now().getTime(),
    }),
  ]);
  await planImport(ctx, await batchOf(ctx, id));
  return await batchOf(ctx, id);
}

/** The questions of an import without an answer. */
export function openQuestions({ questions, answers }: Pick<Batch, "questions" | "answers">) {
  return questions.filter(({ id }) => answers[id] === undefined);
}

/**
 * Begins the commit of a preview. A small one is done when this returns; a job finishes a larger one,
 * also after a crash. A commit that was begun before goes on.
 * @throws {Conflict} `imports/open-questions`, `imports/not-a-preview`
 */
export async function commitImport(ctx: GuildContext, deps: Deps, id: string): Promise<Batch> {
  allowImports(ctx);
  const { id: importId, state } = await batchOf(ctx, id);
  if (state === "preview") await enqueueWork(ctx, deps, importId);
  const batch = await beginCommit(ctx, id);
  return batch.state === "done" ? batch : await workNow(ctx, deps, importId);
}

/**
 * Begins the commit of a preview without any work. `finishImport` does the work. Gives the import as it
 * was before.
 * @throws {Conflict} `imports/open-questions`, `imports/not-a-preview`
 */
export async function beginCommit(ctx: GuildContext, id: string): Promise<Batch> {
  allowImports(ctx);
  const batch = await batchOf(ctx, id);
  if (batch.state === "done" || batch.state === "committing") return batch;
  if (batch.state !== "preview") throw notAPreview();
  if (openQuestions(batch).length > 0) {
    throw new Conflict(
      "imports/open-questions",
      "This import has questions that only a person can answer. Answer them first.",
      { questions: openQuestions(batch).map((one) => one.id) },
    );
  }
  // The guild may have changed since the preview.
  await planImport(ctx, batch);
  const nowMs = ctx.now().getTime();
  const { answers, statements } = await withSecondPool(ctx, batch);
  const begun = { state: "committing", committedAt: nowMs, updatedAt: nowMs } as const;
  await write(ctx.db, [
    isIn(batch.id, "preview"),
    ...statements,
    batchStatement(batch.id, { ...begun, answers }),
    record(ctx, "import.begin", batch.id, {
      after: { format: batch.format, file: batch.fileName, rows: batch.rows },
    }),
  ]);
  return batch;
}

/** What prevents a reversal. Empty for an import that nothing was built on. */
export async function obstacles(ctx: GuildContext, id: string): Promise<readonly Obstacle[]> {
  allowImports(ctx);
  const batch = await batchOf(ctx, id);
  return batch.committedAt === null || batch.state === "reverted"
    ? []
    : await obstaclesTo(ctx, batch);
}

/**
 * Reverts an import that nothing was built on since. Entries are reversed, all else is removed.
 * @throws {Conflict} `imports/in-use` with `obstacles`, `imports/not-committed`
 */
export async function revertImport(ctx: GuildContext, deps: Deps, id: string): Promise<Batch> {
  allowImports(ctx);
  const batch = await batchOf(ctx, id);
  if (batch.state === "reverted") return batch;
  if (batch.state === "reverting") return await workNow(ctx, deps, batch.id);
  const isWritten =
    batch.state === "done" || (batch.state === "failed" && batch.committedAt !== null);
  if (!isWritten) {
    throw new Conflict(
      "imports/not-committed",
      "Only an import that was committed can be reverted. Cancel a preview instead.",
    );
  }
  const found = await obstaclesTo(ctx, batch);
  if (found.length > 0) {
    throw new Conflict(
      "imports/in-use",
      "Later changes were built on this import. Revert each one listed under obstacles first.",
      { obstacles: found },
    );
  }
  await enqueueWork(ctx, deps, batch.id);
  await write(ctx.db, [
    isIn(batch.id, batch.state),
    batchStatement(batch.id, { state: "reverting", error: null, updatedAt: ctx.now().getTime() }),
    record(ctx, "import.revert-begin", batch.id, { after: { file: batch.fileName } }),
  ]);
  return await workNow(ctx, deps, batch.id);
}

/** Cancels a preview, or a commit under way. What a commit has written stays and can be reverted. */
export async function cancelImport(ctx: GuildContext, id: string): Promise<Batch> {
  allowImports(ctx);
  const batch = await batchOf(ctx, id);
  if (batch.state !== "preview" && batch.state !== "committing" && batch.state !== "parsing") {
    throw notAPreview();
  }
  await write(ctx.db, [
    isIn(batch.id, batch.state),
    batchStatement(batch.id, {
      state: "failed",
      error: "imports/canceled",
      updatedAt: ctx.now().getTime(),
    }),
    record(ctx, "import.cancel", batch.id, { after: { file: batch.fileName } }),
  ]);
  return await batchOf(ctx, id);
}

/**
 * Makes the job that finishes the work of a process that dies. It comes before the state that needs it,
 * and does nothing to an import in another state.
 */
async function enqueueWork(ctx: GuildContext, { jobs }: Deps, id: ImportId): Promise<void> {
  const dueAt = ctx.now().getTime() + limits.imports.resumeAfterMs;
  await jobs.enqueue(ctx.guild.id, IMPORT_JOB, id, dueAt);
}

/** Works for a moment in the request. A job goes on with the rest. */
async function workNow(ctx: GuildContext, deps: Deps, id: ImportId): Promise<Batch> {
  const { jobs } = deps;
  await enqueueWork(ctx, deps, id);
  try {
    const isDone = await workOn(ctx, id, performance.now() + limits.imports.inlineMs);
    if (isDone) await jobs.cancel(ctx.guild.id, IMPORT_JOB, id);
    else {
      await jobs.postpone(ctx.guild.id, IMPORT_JOB, id, ctx.now().getTime());
      deps.wakeJobs();
    }
  } catch (error) {
    // The job goes on with what another process or a person did not end.
    if (!(error instanceof ImportChanged)) throw error;
  }
  return await batchOf(ctx, id);
}

function notAPreview(): Conflict {
  return new Conflict(
    "imports/not-a-preview",
    "This import is no longer a preview. Upload the file again to import it.",
  );
}
