import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { eq } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { AppError, Conflict, NotSupported } from "../../kernel/errors.ts";
import { type ImportId, newId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { describe } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { poolOf } from "../dkp/service.ts";
import { allowImports, batchOf } from "./access.ts";
import type { ImportDocument, ImportRow } from "./document.ts";
import { lineFrom } from "./formats/text.ts";
import { planImport } from "./planner.ts";
import { abandonedBefore, type Batch, batchesOfFile, readingNow } from "./queries.ts";
import type { FormatName } from "./reader.ts";
import { importRows, imports } from "./schema.ts";
import { batchStatement, isIn, rowStatement, store } from "./store.ts";

type Deps = Pick<Services, "importReader">;

export interface Upload {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  readonly format: FormatName | "auto";
  /** Which of several databases in the file. */
  readonly database?: string | undefined;
  /** The pool that receives the points; the default pool if absent. */
  readonly pool?: string | undefined;
}

/**
 * Reads a file and compares it with the guild. Nothing changes until the commit. The file is not stored.
 * @throws {Invalid} `imports/unreadable` and the other refusals @throws {Conflict} `imports/too-many`
 * @throws {NotSupported} `imports/not-here`
 */
export async function uploadImport(ctx: GuildContext, deps: Deps, upload: Upload): Promise<Batch> {
  allowImports(ctx);
  const reader = deps.importReader;
  if (reader === undefined) {
    throw new NotSupported(
      "imports/not-here",
      "This server cannot read files of other tools. Run Guildhall on Node to import them.",
    );
  }
  const { fileName, bytes } = upload;
  const fileHash = bytesToHex(sha256(bytes));
  const id = await begin(ctx, { fileName, fileHash, source: "" }, upload.pool);
  let line = 0;
  try {
    const { database, format } = upload;
    const { realm, timeZone } = ctx.guild;
    const nowMs = ctx.now().getTime();
    const request = { bytes: upload.bytes, format, realm, timeZone, nowMs, database };
    const result = await reader.read(request, async (rows) => {
      await store(ctx, [isIn(id, "parsing"), rowStatement(id, rows, line)]);
      line += rows.length;
    });
    return await preview(ctx, id, { ...result, rows: line });
  } catch (error) {
    await fail(ctx, id, error);
    throw error;
  }
}

/** The file of a document, and whose history it is. */
interface DocumentFile {
  readonly fileName: string;
  /** SHA-256 in hex. */
  readonly fileHash: string;
  readonly source: string;
}

/**
 * Stores a document that was read elsewhere, and compares it with the guild. Rows arrive one by one, so
 * that a large source does not fill the memory. Removes previews of the same file that were abandoned.
 */
export async function storeDocument(
  ctx: GuildContext,
  file: DocumentFile,
  document: Omit<ImportDocument, "rows"> & { readonly rows: AsyncIterable<ImportRow> },
): Promise<Batch> {
  allowImports(ctx);
  await forgetPreviews(ctx, file);
  const id = await begin(ctx, file);
  let line = 0;
  let some: ImportRow[] = [];
  const storeSome = async () => {
    if (some.length === 0) return;
    const rows = line + some.length;
    await store(ctx, [
      isIn(id, "parsing"),
      rowStatement(id, some, line),
      batchStatement(id, { rows, updatedAt: ctx.now().getTime() }),
    ]);
    line = rows;
    some = [];
  };
  try {
    const { rows, format, edition, source, snapshotAt, questions } = document;
    for await (const row of rows) {
      some.push(row);
      if (some.length >= limits.imports.rowsAtOnce) await storeSome();
    }
    await storeSome();
    return await preview(ctx, id, { format, edition, source, snapshotAt, questions, rows: line });
  } catch (error) {
    await fail(ctx, id, error);
    throw error;
  }
}

/** Removes previews of a file, and what is left of reading it when a crash interrupted that. */
export async function forgetPreviews(
  ctx: GuildContext,
  { source, fileHash: hash }: Pick<DocumentFile, "source" | "fileHash">,
): Promise<void> {
  for (const { id, state } of await batchesOfFile.all(ctx.db, { source, hash })) {
    if (state !== "parsing" && state !== "preview") continue;
    await store(ctx, [
      isIn(id, "parsing", "preview"),
      build.delete(importRows).where(eq(importRows.importId, id)),
      build.delete(imports).where(eq(imports.id, id)),
    ]);
  }
}

async function begin(ctx: GuildContext, file: DocumentFile, poolId?: string): Promise<ImportId> {
  const pool = await poolOf(ctx, poolId);
  const nowMs = ctx.now().getTime();
  await forgetAbandoned(ctx, nowMs);
  const reading = await readingNow.all(ctx.db, { since: nowMs - limits.imports.parseMsMax });
  if (reading.length >= limits.imports.parsersMax) {
    throw new Conflict(
      "imports/too-many",
      "Other files of this guild are being read. Wait until their previews are ready.",
    );
  }
  const id = newId<ImportId>();
  const { type, id: actorId, name } = describe(ctx.actor);
  await store(ctx, [
    insertInto(imports, {
      id,
      state: "parsing",
      format: "",
      source: file.source,
      fileName: lineFrom(file.fileName, limits.imports.labelCharsMax),
      fileHash: file.fileHash,
      poolId: pool.id,
      questions: [],
      answers: {},
      counts: {},
      actorType: type,
      actorId,
      actorName: name,
      createdAt: nowMs,
      updatedAt: nowMs,
    }),
  ]);
  return id;
}

async function preview(
  ctx: GuildContext,
  id: ImportId,
  facts: Pick<Batch, "format" | "edition" | "source" | "snapshotAt" | "questions" | "rows">,
): Promise<Batch> {
  await store(ctx, [isIn(id, "parsing"), batchStatement(id, facts)]);
  await planImport(ctx, await batchOf(ctx, id));
  await store(ctx, [isIn(id, "parsing"), batchStatement(id, { state: "preview" })]);
  return await batchOf(ctx, id);
}

/** A refused file leaves its reason and no rows. */
async function fail(ctx: GuildContext, id: ImportId, error: unknown): Promise<void> {
  const code = error instanceof AppError ? error.code : "internal";
  await store(ctx, [
    build.delete(importRows).where(eq(importRows.importId, id)),
    batchStatement(id, { state: "failed", error: code, updatedAt: ctx.now().getTime() }),
  ]);
}

/** Removes abandoned previews, and files whose reading a crash interrupted. */
async function forgetAbandoned(ctx: GuildContext, nowMs: number): Promise<void> {
  for (const { id } of await abandonedBefore.all(ctx.db, {
    at: nowMs - limits.imports.previewKeptMs,
  })) {
    await store(ctx, [
      build.delete(importRows).where(eq(importRows.importId, id)),
      build.delete(imports).where(eq(imports.id, id)),
    ]);
  }
}
