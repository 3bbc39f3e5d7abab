import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import Native from "libsql";
import { describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { handlesReleased } from "../../src/database/embedded-handles.ts";
import {
  countAfresh,
  descriptors,
  lockElsewhere,
  newDatabase,
  run,
  scratch,
  urlOf,
} from "./support.ts";

describe("an acknowledged write is in the file", () => {
  test("also after another process held the lock", async () => {
    const path = join(scratch(), "a.db");
    const client = await newDatabase(path);
    const other = await lockElsewhere(path, 150);
    await run(client, "INSERT INTO t (v) VALUES (?)", "while locked");
    await run(client, "INSERT INTO t (v) VALUES (?)", "right after");
    await other.exit;
    // Not closed: data that only this connection sees would disappear with it.
    expect(await countAfresh(path)).toBe(2);
    await client.close();
  });

  test("which the driver alone does not guarantee: the fault is real", async () => {
    const path = join(scratch(), "naive.db");
    await (await newDatabase(path)).close();
    const naive = createClient({ url: urlOf(path), concurrency: 1 });
    const other = await lockElsewhere(path, 100);
    await expect(naive.execute("INSERT INTO t (v) VALUES ('refused')")).rejects.toThrow(
      /BUSY|locked/,
    );
    await other.exit;
    const { rowsAffected } = await naive.execute("INSERT INTO t (v) VALUES ('acknowledged')");
    expect(rowsAffected).toBe(1);
    expect(await countAfresh(path)).toBe(0);
  });

  test("also after a wait for the lock timed out", async () => {
    const path = join(scratch(), "given-up.db");
    await (await newDatabase(path)).close();
    const client = await openEmbedded({ url: urlOf(path) }, { busyWaitMsMax: 50 });
    const other = await lockElsewhere(path, 400);
    const refused = run(client, "INSERT INTO t (v) VALUES ('refused')");
    await expect(refused).rejects.toMatchObject({ kind: "busy" });
    await other.exit;
    await run(client, "INSERT INTO t (v) VALUES ('acknowledged')");
    expect(await countAfresh(path)).toBe(1);
    await client.close();
  });

  test("and 1,000 transactions at once lose none", async () => {
    const path = join(scratch(), "many.db");
    const client = await newDatabase(path);
    await run(client, "INSERT INTO t (id, v) VALUES (1, 0)");
    await Promise.all(
      Array.from({ length: 1_000 }, () =>
        client.batch(
          [
            { sql: "UPDATE t SET v = v + 1 WHERE id = 1", args: [] },
            { sql: "INSERT INTO t (v) VALUES ('x')", args: [] },
          ],
          "write",
        ),
      ),
    );
    expect(await run(client, "SELECT v FROM t WHERE id = 1")).toEqual([[1_000]]);
    await client.close();
    expect(await countAfresh(path)).toBe(1_001);
  });
});

test("a lock held by another process never stops the event loop", async () => {
  const path = join(scratch(), "loop.db");
  const client = await newDatabase(path);
  const other = await lockElsewhere(path, 300);
  let ticks = 0;
  const ticker = setInterval(() => ticks++, 5);
  await run(client, "INSERT INTO t (v) VALUES (1)");
  clearInterval(ticker);
  await other.exit;
  expect(ticks).toBeGreaterThan(10);
  await client.close();
});

test("closing releases the files", async () => {
  const dir = scratch();
  await handlesReleased();
  const before = descriptors();
  for (let i = 0; i < 200; i++) {
    const client = await newDatabase(join(dir, `${i % 20}.db`));
    await run(client, "SELECT * FROM t WHERE id = ?", i);
    await client.close();
    expect(descriptors()).toBeLessThanOrEqual(before + 3 + 64);
  }
  expect(await handlesReleased()).toBe(true);
  expect(descriptors()).toBe(before);
});

test("a file that was renamed since does not count as released", async () => {
  const dir = scratch();
  await handlesReleased();
  const before = descriptors();
  const client = await newDatabase(join(dir, "old.db"));
  const kept = await run(client, "SELECT * FROM t");
  await client.close();
  renameSync(join(dir, "old.db"), join(dir, "new.db"));
  expect(descriptors()).toBeGreaterThan(before);
  expect(await handlesReleased()).toBe(true);
  expect(descriptors()).toBe(before);
  expect(kept).toEqual([]);
});

test("the driver alone keeps them open: the fault is real", () => {
  const dir = scratch();
  const before = descriptors();
  const kept: unknown[] = [];
  for (let i = 0; i < 20; i++) {
    const db = new Native(join(dir, `${i}.db`));
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (id)");
    const statement = db.prepare("SELECT * FROM t");
    statement.all();
    kept.push(statement);
    db.close();
  }
  expect(descriptors()).toBeGreaterThanOrEqual(before + 20);
});

test("closing waits for work in progress and refuses later work", async () => {
  const path = join(scratch(), "closing.db");
  const client = await newDatabase(path);
  const other = await lockElsewhere(path, 100);
  const writes = [1, 2, 3].map((v) => run(client, "INSERT INTO t (v) VALUES (?)", v));
  const closed = client.close();
  await expect(run(client, "SELECT 1")).rejects.toMatchObject({ kind: "closed" });
  let written = 0;
  for (const one of writes) void one.then(() => written++);
  await closed;
  expect(written).toBe(3);
  await other.exit;
  expect(await countAfresh(path)).toBe(3);
});

describe("an incomplete database is refused, never opened as an empty one", () => {
  test("missing, empty and foreign files", async () => {
    const dir = scratch();
    const location = (name: string) => ({ url: urlOf(join(dir, name)) });
    writeFileSync(join(dir, "empty.db"), "");
    writeFileSync(join(dir, "text.db"), "these are not pages of a database\n".repeat(500));
    await expect(openEmbedded(location("missing.db"))).rejects.toMatchObject({ kind: "missing" });
    await expect(openEmbedded(location("empty.db"))).rejects.toMatchObject({ kind: "corrupt" });
    await expect(openEmbedded(location("text.db"))).rejects.toMatchObject({ kind: "corrupt" });
  });

  test("which the driver alone opens: the fault is real", () => {
    const path = join(scratch(), "empty.db");
    writeFileSync(path, "");
    expect(new Native(path).prepare("SELECT count(*) AS n FROM sqlite_schema").get()).toMatchObject(
      {
        n: 0,
      },
    );
  });
});

describe("a statement does what its text says", () => {
  test("two statements in one text are refused, where the driver drops the second in silence", async () => {
    const path = join(scratch(), "two.db");
    const client = await newDatabase(path);
    const two = "INSERT INTO t (v) VALUES (1); INSERT INTO t (v) VALUES (2)";
    await expect(run(client, two)).rejects.toMatchObject({ kind: "sql" });
    expect(await countAfresh(path)).toBe(0);
    await client.close();
    const naive = createClient({ url: urlOf(path) });
    await naive.execute(two);
    expect(await countAfresh(path)).toBe(1);
  });

  test("whole numbers are stored as integers and come back exact", async () => {
    const client = await newDatabase(join(scratch(), "ints.db"));
    await run(client, "INSERT INTO t (v) VALUES (?), (?), (?)", 1, 1.5, 2n ** 60n);
    expect(await run(client, "SELECT typeof(v), v FROM t ORDER BY id")).toEqual([
      ["integer", 1],
      ["real", 1.5],
      ["integer", 2n ** 60n],
    ]);
    await client.close();
  });

  test("a value without an SQL equivalent is refused", async () => {
    const client = await newDatabase(join(scratch(), "values.db"));
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, "cut\0off", 2n ** 70n]) {
      const written = run(client, "INSERT INTO t (v) VALUES (?)", value as never);
      const kind = typeof value === "string" ? "text" : "sql";
      await expect(written).rejects.toMatchObject({ kind });
    }
    await expect(run(client, "INSERT INTO t (v) VALUES (?)")).rejects.toMatchObject({
      kind: "sql",
    });
    expect(await run(client, "SELECT count(*) FROM t")).toEqual([[0]]);
    await client.close();
  });

  test("a batch for reading cannot write, and one that fails leaves nothing", async () => {
    const path = join(scratch(), "batch.db");
    const client = await newDatabase(path);
    const insert = { sql: "INSERT INTO t (id, v) VALUES (1, 1)", args: [] };
    await expect(client.batch([insert], "read")).rejects.toMatchObject({ kind: "sql" });
    await expect(client.batch([insert, insert], "write")).rejects.toMatchObject({
      kind: "unique",
      statementIndex: 1,
    });
    expect(await countAfresh(path)).toBe(0);
    await client.close();
  });

  test("rows that a write returns are all returned, and all written", async () => {
    const path = join(scratch(), "returning.db");
    const client = await newDatabase(path);
    const rows = await run(client, "INSERT INTO t (v) VALUES (1), (2), (3) RETURNING v");
    expect(rows).toEqual([[1], [2], [3]]);
    await client.close();
    expect(await countAfresh(path)).toBe(3);
  });

  test("foreign keys hold on every connection, also on one that was replaced", async () => {
    const path = join(scratch(), "keys.db");
    const client = await newDatabase(path);
    await run(client, "CREATE TABLE child (t_id INTEGER NOT NULL REFERENCES t (id))");
    const orphan = () => run(client, "INSERT INTO child (t_id) VALUES (99)");
    await expect(orphan()).rejects.toMatchObject({ kind: "foreign-key" });
    const other = await lockElsewhere(path, 50);
    await run(client, "INSERT INTO t (v) VALUES (1)");
    await other.exit;
    await expect(orphan()).rejects.toMatchObject({ kind: "foreign-key" });
    await client.close();
  });

  test("a migration that leaves an orphan is undone", async () => {
    const client = await newDatabase(join(scratch(), "migrate.db"));
    const statements = [
      "CREATE TABLE child (t_id INTEGER NOT NULL REFERENCES t (id))",
      "INSERT INTO child (t_id) VALUES (99)",
    ].map((sql) => ({ sql, args: [] }));
    await expect(client.migrate(statements)).rejects.toMatchObject({ kind: "foreign-key" });
    expect(await run(client, "SELECT name FROM sqlite_schema WHERE name = 'child'")).toEqual([]);
    await client.close();
  });
});
