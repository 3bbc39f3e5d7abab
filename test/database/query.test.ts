import { join } from "node:path";
import { and, count, eq, sql } from "drizzle-orm";
import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { expect, expectTypeOf, test } from "vitest";
import { Database } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import {
  asBoolean,
  asNumber,
  asText,
  columnOr,
  columnsOf,
  existsIn,
  isTrue,
  listOf,
  optional,
  prepare,
  rowsOf,
  type Values,
} from "../../src/database/query.ts";
import { build, excluded, insertAll, insertInto } from "../../src/database/statements.ts";
import { guard, write } from "../../src/database/write.ts";
import { scratch, urlOf } from "./support.ts";

const shelves = sqliteTable("shelves", {
  id: text().primaryKey(),
  size: text().$type<"small" | "large">().notNull(),
  isOpen: integer("is_open", { mode: "boolean" }).notNull().default(false),
  tags: text({ mode: "json" }).$type<readonly string[]>(),
  /** A column of a newer schema, which the database of these tests does not have. */
  color: text(),
});
const books = sqliteTable(
  "books",
  {
    title: text().notNull(),
    shelfId: text("shelf_id").notNull(),
    isLent: integer("is_lent", { mode: "boolean" }).notNull(),
    pages: integer(),
  },
  (t) => [uniqueIndex("books_by_title").on(t.title)],
);

const SCHEMA = [
  `CREATE TABLE shelves (id TEXT PRIMARY KEY, size TEXT NOT NULL, is_open INTEGER NOT NULL DEFAULT 1,
     tags TEXT)`,
  `CREATE TABLE books (title TEXT NOT NULL UNIQUE, shelf_id TEXT NOT NULL, is_lent INTEGER NOT NULL,
     pages INTEGER)`,
  "CREATE TABLE _guard (holds INTEGER NOT NULL CHECK (holds = 1))",
];

async function library(): Promise<Database> {
  const client = await openEmbedded({ url: urlOf(join(scratch(), "a.db")) }, { create: true });
  await client.batch(
    SCHEMA.map((text) => ({ sql: text, args: [] })),
    "write",
  );
  return new Database(client);
}

const shelfBySize = prepare(({ size }: Values<{ size: "small" | "large" }>) =>
  build
    .select({
      ...columnsOf(shelves, "id", "size", "isOpen", "tags"),
      books: listOf(
        columnsOf(books, "title", "isLent"),
        (row) => sql`(select json_group_array(${row}) from (select * from ${books}
          where ${books.shelfId} = ${shelves.id} order by ${books.title}) as ${books})`,
      ),
    })
    .from(shelves)
    .where(eq(shelves.size, size)),
);

test("rows are what the schema says: booleans, JSON, lists of another table and null", async () => {
  const db = await library();
  await write(db, [
    insertInto(shelves, { id: "a", size: "small", isOpen: false, tags: ["old", "thin"] }),
    insertInto(shelves, { id: "b", size: "large" }),
    insertAll(books, [
      { title: "Zinc", shelfId: "a", isLent: true, pages: 40 },
      { title: "Ash", shelfId: "a", isLent: false, pages: null },
    ]),
  ]);
  const small = await shelfBySize.first(db, { size: "small" });
  expect(small).toEqual({
    id: "a",
    size: "small",
    isOpen: false,
    tags: ["old", "thin"],
    books: [
      { title: "Ash", isLent: false },
      { title: "Zinc", isLent: true },
    ],
  });
  // The default is the database's own, not the one of the newer schema.
  const large = await shelfBySize.first(db, { size: "large" });
  expect(large).toEqual({ id: "b", size: "large", isOpen: true, tags: null, books: [] });
  expectTypeOf(small!.size).toEqualTypeOf<"small" | "large">();
  expectTypeOf(small!.isOpen).toEqualTypeOf<boolean>();
  expectTypeOf(small!.books).toEqualTypeOf<{ title: string; isLent: boolean }[]>();
  await db.close();
});

test("a row that an outer join does not find is null in its type, and computed values are checked", async () => {
  const db = await library();
  await write(db, [insertInto(books, { title: "Ash", shelfId: "gone", isLent: false })]);
  const joined = prepare(() =>
    build
      .select({ title: books.title, size: shelves.size, isOpen: shelves.isOpen })
      .from(books)
      .leftJoin(shelves, eq(shelves.id, books.shelfId)),
  );
  const [row] = await joined.all(db);
  expect(row).toEqual({ title: "Ash", size: null, isOpen: null });
  expectTypeOf(row!.isOpen).toEqualTypeOf<boolean | null>();

  const written = prepare(({ part }: Values<{ part: string }>) =>
    rowsOf(
      {
        title: asText(sql`upper(${books.title})`),
        isThin: asBoolean(sql`${books.pages} < 100`),
        size: optional(shelves.size),
        books: count(),
      },
      (columns) => sql`select ${columns} from ${books}
        left join ${shelves} on ${shelves.id} = ${books.shelfId}
        where instr(${books.title}, ${part}) > 0 group by ${books.title}`,
    ),
  );
  expect(await written.all(db, { part: "sh" })).toEqual([
    { title: "ASH", isThin: false, size: null, books: 1 },
  ]);
  expect(await written.first(db, { part: "none" })).toBeUndefined();

  const sum = prepare(() =>
    build.select({ pages: asNumber(sql`sum(${books.pages})`) }).from(books),
  );
  await expect(sum.all(db)).rejects.toThrow(/wants a number, and the database returned null/);
  await db.close();
});

test("an existing row changes as its conflict clause says, and only if the condition holds", async () => {
  const db = await library();
  const put = (pages: number, isLent: boolean) =>
    insertInto(
      books,
      { title: "Ash", shelfId: "a", isLent, pages },
      {
        on: [books.title],
        set: { pages: excluded(books.pages), isLent },
        where: sql`${books.pages} < excluded.pages`,
      },
    );
  const all = prepare(() => build.select(columnsOf(books, "pages", "isLent")).from(books));
  await write(db, [put(10, false), put(20, true)]);
  expect(await all.all(db)).toEqual([{ pages: 20, isLent: true }]);
  await write(db, [put(5, false)]);
  expect(await all.all(db)).toEqual([{ pages: 20, isLent: true }]);
  await write(db, [
    insertInto(books, { title: "Ash", shelfId: "b", isLent: false }, { on: [books.title] }),
  ]);
  expect(await all.all(db)).toEqual([{ pages: 20, isLent: true }]);
  await db.close();
});

test("updates and deletes of the builder run in one batch with their guards", async () => {
  const db = await library();
  await write(db, [
    insertInto(shelves, { id: "a", size: "small" }),
    insertInto(books, { title: "Ash", shelfId: "a", isLent: false }),
  ]);
  const isOpen = and(eq(shelves.id, "a"), isTrue(shelves.isOpen));
  const lend = () =>
    write(db, [
      guard(existsIn(shelves, isOpen), () => new Error("The shelf is closed.")),
      build.update(books).set({ isLent: true }).where(eq(books.shelfId, "a")),
      build.update(shelves).set({ isOpen: false }).where(eq(shelves.id, "a")),
    ]);
  await lend();
  await expect(lend()).rejects.toThrow("The shelf is closed.");
  await write(db, [build.delete(books).where(isTrue(books.isLent))]);
  expect(await prepare(() => build.select({ n: count() }).from(books)).first(db)).toEqual({ n: 0 });
  await db.close();
});

test("a query refuses a value that is missing, a group of columns, and a builder without a database", async () => {
  const db = await library();
  await expect(shelfBySize.all(db, {} as never)).rejects.toThrow(/wants a value for "size"/);
  const grouped = prepare(() => build.select({ shelf: columnsOf(shelves, "id") }).from(shelves));
  await expect(grouped.all(db)).rejects.toThrow(/not groups/);
  await expect(build.select({ id: shelves.id }).from(shelves)).rejects.toThrow();
  await db.close();
});

test("a column that the schema does not have, and a value of another type, do not compile", () => {
  // The compiler reads this file too: without an error on the next line, `@ts-expect-error` is one.
  const uses = () => [
    // @ts-expect-error A select list.
    columnsOf(shelves, "width"),
    // @ts-expect-error A condition.
    eq(shelves.width, 1),
    // @ts-expect-error A row to insert.
    insertInto(shelves, { id: "a", size: "small", width: 1 }),
    // @ts-expect-error A value that the enum does not have.
    insertInto(shelves, { id: "a", size: "huge" }),
    // @ts-expect-error A column without a default is missing.
    insertInto(books, { title: "Ash" }),
    // @ts-expect-error A change.
    build.update(shelves).set({ width: 1 }),
    // @ts-expect-error A placeholder's value.
    shelfBySize.statement({ size: "huge" }),
    // @ts-expect-error A row that was read.
    shelfBySize.decode([])[0]?.width,
  ];
  expect(uses).toBeTypeOf("function");
});

test("a column that an older schema does not have is read as its fallback there, and as itself later", async () => {
  const db = await library();
  await write(db, [
    insertInto(shelves, { id: "a", size: "small" }),
    insertInto(shelves, { id: "b", size: "large" }),
  ]);
  const colors = prepare(() =>
    build
      .select({ id: shelves.id, color: columnOr(shelves.color, "'none'") })
      .from(shelves)
      .orderBy(shelves.id),
  );
  const before = [
    { id: "a", color: "none" },
    { id: "b", color: "none" },
  ];
  expect(await colors.all(db)).toEqual(before);
  await db.client.execute({ sql: "ALTER TABLE shelves ADD color TEXT", args: [] });
  await write(db, [build.update(shelves).set({ color: "red" }).where(eq(shelves.id, "b"))]);
  const after = [
    { id: "a", color: null },
    { id: "b", color: "red" },
  ];
  expect(await colors.all(db)).toEqual(after);
});
