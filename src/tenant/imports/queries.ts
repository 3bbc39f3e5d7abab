import { and, asc, desc, eq, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import { asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { importRows, imports } from "./schema.ts";

const BATCH = columnsOf(
  imports,
  ...(["id", "state", "format", "edition", "source", "fileName", "fileHash", "poolId"] as const),
  ...(["snapshotAt", "questions", "answers", "counts", "report", "rows", "progress"] as const),
  ...(["error", "actorType", "actorId", "actorName", "createdAt", "updatedAt"] as const),
  ...(["committedAt", "revertedAt"] as const),
);

/** An import as it is stored. */
export type Batch = NonNullable<Awaited<ReturnType<typeof batchById.first>>>;

export const batchById = prepare(({ id }: Values<{ id: string }>) =>
  build.select(BATCH).from(imports).where(sql`${imports.id} = ${id}`),
);

/** Imports before a moment and an id, the newest first. */
export const batchesPage = prepare(
  (value: Values<{ at: number | null; id: string | null; limit: number }>) =>
    build
      .select(BATCH)
      .from(imports)
      .where(
        sql`${value.at} is null or (${imports.createdAt}, ${imports.id}) < (${value.at}, ${value.id})`,
      )
      .orderBy(desc(imports.createdAt), desc(imports.id))
      .limit(value.limit),
);

/** A commit of the same source that began before another one, and is not finished. */
export const commitBefore = prepare(
  (value: Values<{ id: string; source: string; committedAt: number }>) =>
    build
      .select({ id: imports.id })
      .from(imports)
      .where(
        and(
          sql`${imports.source} = ${value.source}`,
          eq(imports.state, "committing"),
          sql`(${imports.committedAt}, ${imports.id}) < (${value.committedAt}, ${value.id})`,
        ),
      )
      .orderBy(asc(imports.committedAt), asc(imports.id))
      .limit(1),
);

/** One import whose rows are in the guild. */
export const anyDone = prepare(() =>
  build.select({ id: imports.id }).from(imports).where(eq(imports.state, "done")).limit(1),
);

/** The imports of a source that are in the guild, the oldest first. */
export const batchesOfSource = prepare(({ source }: Values<{ source: string }>) =>
  build
    .select({
      ...columnsOf(imports, "id", "state", "snapshotAt", "createdAt", "committedAt", "poolId"),
      ...columnsOf(imports, "counts", "answers"),
    })
    .from(imports)
    .where(
      and(
        sql`${imports.source} = ${source}`,
        inArray(imports.state, ["committing", "done", "failed", "reverting"]),
        isNotNull(imports.committedAt),
      ),
    )
    .orderBy(asc(imports.committedAt), asc(imports.id)),
);

const ROW = columnsOf(
  importRows,
  ...(["line", "kind", "part", "key", "label", "data", "verdict", "reason"] as const),
  ...(["targetId", "committedKey", "madeAt"] as const),
);

export type StoredRow = Awaited<ReturnType<typeof rowsAfter.all>>[number];

/** Rows after a line, in their order. */
export const rowsAfter = prepare((value: Values<{ id: string; after: number; limit: number }>) =>
  build
    .select(ROW)
    .from(importRows)
    .where(and(sql`${importRows.importId} = ${value.id}`, sql`${importRows.line} > ${value.after}`))
    .orderBy(asc(importRows.line))
    .limit(value.limit),
);

/** Rows before a line that are in the guild through this import, the last first. */
export const writtenBefore = prepare(
  (value: Values<{ id: string; before: number; limit: number }>) =>
    build
      .select(ROW)
      .from(importRows)
      .where(
        and(
          sql`${importRows.importId} = ${value.id}`,
          sql`${importRows.line} < ${value.before}`,
          isNotNull(importRows.committedKey),
        ),
      )
      .orderBy(desc(importRows.line))
      .limit(value.limit),
);

/** A page of a preview: rows after a line with this verdict, or with any, and this kind. */
export const previewPage = prepare(
  (value: Values<{ id: string; after: number; verdict: string; kind: string; limit: number }>) =>
    build
      .select(
        columnsOf(importRows, "line", "kind", "key", "label", "verdict", "reason", "targetId"),
      )
      .from(importRows)
      .where(
        and(
          sql`${importRows.importId} = ${value.id}`,
          sql`${importRows.line} > ${value.after}`,
          sql`(${value.verdict} = '' or ${importRows.verdict} = ${value.verdict})`,
          sql`(${value.kind} = '' or ${importRows.kind} = ${value.kind})`,
        ),
      )
      .orderBy(asc(importRows.line))
      .limit(value.limit),
);

/** Rows of a source that are in the guild, by their committed keys. */
export const rowsByCommittedKey = prepare(({ keys }: Values<{ keys: string }>) =>
  build
    .select(
      columnsOf(importRows, "importId", "line", "kind", "key", "data", "targetId", "committedKey"),
    )
    .from(importRows)
    .where(sql`${importRows.committedKey} in (select value from json_each(${keys}))`),
);

/** The persons of a source's imports that are in the guild. */
export const personsOfSource = prepare(({ source }: Values<{ source: string }>) =>
  build
    .select({ ...columnsOf(importRows, "key", "targetId") })
    .from(importRows)
    .innerJoin(imports, eq(imports.id, importRows.importId))
    .where(
      and(
        sql`${imports.source} = ${source}`,
        eq(importRows.kind, "person"),
        isNotNull(importRows.committedKey),
      ),
    ),
);

/** The balances that a source's imports in the guild name, the oldest first. */
export const balancesOfSource = prepare(({ source }: Values<{ source: string }>) =>
  build
    .select(columnsOf(importRows, "key", "data"))
    .from(importRows)
    .innerJoin(imports, eq(imports.id, importRows.importId))
    .where(
      and(
        sql`${imports.source} = ${source}`,
        eq(importRows.kind, "balance"),
        isNotNull(importRows.committedKey),
      ),
    )
    .orderBy(asc(imports.snapshotAt), asc(imports.committedAt)),
);

/** The persons that a reverted import of this source had made. */
export const revertedPersons = prepare(({ source }: Values<{ source: string }>) =>
  build
    .select({ targetId: importRows.targetId })
    .from(importRows)
    .innerJoin(imports, eq(imports.id, importRows.importId))
    .where(
      and(
        sql`${imports.source} = ${source}`,
        eq(imports.state, "reverted"),
        eq(importRows.kind, "person"),
        isNotNull(importRows.madeAt),
      ),
    ),
);

/** The persons, raids and other rows of one kind that this import has in the guild. */
export const targetsOf = prepare((value: Values<{ id: string; kind: string }>) =>
  build
    .select(columnsOf(importRows, "key", "targetId", "madeAt", "data", "verdict"))
    .from(importRows)
    .where(and(sql`${importRows.importId} = ${value.id}`, sql`${importRows.kind} = ${value.kind}`)),
);

/** The first row of this import that needs the source's second pool. */
export const secondPoolRow = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select(columnsOf(importRows, "line"))
    .from(importRows)
    .where(
      and(
        sql`${importRows.importId} = ${id}`,
        sql`${importRows.data} ->> '$.pool' = 'second'`,
        inArray(importRows.verdict, ["new", "changed"]),
      ),
    )
    .limit(1),
);

/** The newest imports of one file, by its hash. */
export const batchesOfFile = prepare((value: Values<{ source: string; hash: string }>) =>
  build
    .select(BATCH)
    .from(imports)
    .where(and(sql`${imports.source} = ${value.source}`, sql`${imports.fileHash} = ${value.hash}`))
    .orderBy(desc(imports.createdAt), desc(imports.id))
    .limit(50),
);

/** How many rows of each kind have each verdict. */
export const countsOf = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select({
      ...columnsOf(importRows, "kind", "verdict"),
      count: asNumber(sql`count(*)`),
    })
    .from(importRows)
    .where(sql`${importRows.importId} = ${id}`)
    .groupBy(importRows.kind, importRows.verdict),
);

/** Previews and failures from before a moment that wrote nothing. */
export const abandonedBefore = prepare(({ at }: Values<{ at: number }>) =>
  build
    .select({ id: imports.id })
    .from(imports)
    .where(
      and(
        inArray(imports.state, ["parsing", "preview", "failed"]),
        isNull(imports.committedAt),
        or(sql`${imports.updatedAt} < ${at}`, sql`false`),
      ),
    )
    .limit(20),
);

/** Files of this guild that are being read now. */
export const readingNow = prepare(({ since }: Values<{ since: number }>) =>
  build
    .select({ id: imports.id })
    .from(imports)
    .where(and(eq(imports.state, "parsing"), sql`${imports.updatedAt} >= ${since}`)),
);

/** The key of a row that is in the guild. */
export function committedKeyOf(source: string, kind: string, key: string): string {
  return `${source}|${kind}|${key}`;
}
