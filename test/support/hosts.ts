import { describe, expect, test, vi } from "vitest";
import {
  type Allowance,
  type DatabaseHost,
  type DatabaseName,
  newDatabaseName,
} from "../../provisioning/hosts/host.ts";
import type { OpenClient } from "../../src/database/client.ts";

export interface TestHost {
  readonly host: DatabaseHost;
  readonly open: OpenClient;
  /** Everything on the host, and around it where names must not reach. */
  everything(): Promise<readonly string[]>;
}

const BAD_NAMES = [
  ...["", "..", "../x", "..\\x", "%2e%2e", "a/b", "a\\b", "a\0b", "a?b", "a#b", ".x", "a.db"],
  ...["x".repeat(300), "UPPER", "CON", "-a", "a-", "a b", "ä", "a\n", "a%00", "/etc/passwd"],
] as DatabaseName[];

/** The promises of every host. `make` gives an empty host. */
export function describeHost(
  kind: string,
  make: () => Promise<TestHost>,
  can: { readonly allow: boolean; readonly revision: boolean },
): void {
  describe(`a ${kind} host`, () => {
    const listed = async (host: DatabaseHost) => {
      const names: string[] = [];
      for await (const name of host.list()) names.push(name);
      return names.sort();
    };
    const write = async (test: TestHost, name: DatabaseName, value: string) => {
      const client = await test.open((await test.host.locate(name))!);
      const sql = "INSERT INTO settings (name, value, updated_at) VALUES (?, 'null', 0)";
      await client.execute({ sql, args: [value] });
      return client;
    };
    const read = async (test: TestHost, name: DatabaseName) => {
      const client = await test.open((await test.host.locate(name))!);
      const { rows } = await client.execute({ sql: "SELECT name FROM settings", args: [] });
      await client.close();
      return rows.flat();
    };

    test("makes a database with the newest schema and nothing in it", async () => {
      const made = await make();
      const name = newDatabaseName();
      const location = await made.host.create(name);
      expect(await made.host.locate(name)).toEqual(location);
      const client = await made.open(location);
      const { rows } = await client.execute({ sql: "SELECT count(*) FROM _meta", args: [] });
      expect(rows).toEqual([[0]]);
      await client.close();
    });

    test("gives the same answer to a repeated call, and keeps the existing data", async () => {
      const made = await make();
      const name = newDatabaseName();
      const first = await made.host.create(name);
      await (await write(made, name, "kept")).close();
      expect(await made.host.create(name)).toEqual(first);
      expect(await read(made, name)).toEqual(["kept"]);
      expect(await listed(made.host)).toEqual([name]);
    });

    test("makes one database for many calls at once", async () => {
      const made = await make();
      const name = newDatabaseName();
      const locations = await Promise.all(Array.from({ length: 20 }, () => made.host.create(name)));
      expect(new Set(locations.map(({ url }) => url)).size).toBe(1);
      expect(await listed(made.host)).toEqual([name]);
    });

    test("removes a database for good, also twice, and ignores one that never existed", async () => {
      const made = await make();
      const name = newDatabaseName();
      await made.host.destroy(newDatabaseName());
      await made.host.create(name);
      await (await write(made, name, "secret")).close();
      await made.host.destroy(name);
      await made.host.destroy(name);
      expect(await made.host.locate(name)).toBeUndefined();
      expect(await listed(made.host)).toEqual([]);
      await made.host.create(name);
      expect(await read(made, name)).toEqual([]);
    });

    test("lists exactly the existing databases", async () => {
      const made = await make();
      const names = [newDatabaseName(), newDatabaseName(), newDatabaseName()].sort();
      for (const name of names) await made.host.create(name);
      expect(await listed(made.host)).toEqual(names);
    });

    test("copies a whole database in use, and opens the copy under another name", async () => {
      const made = await make();
      const [from, to] = [newDatabaseName(), newDatabaseName()];
      await made.host.create(from);
      const client = await write(made, from, "before");
      const snapshot = await made.host.snapshot(from);
      await client.execute({ sql: "UPDATE settings SET name = 'after'", args: [] });
      await made.host.restore(to, snapshot);
      expect(await read(made, to)).toEqual(["before"]);
      expect(await read(made, from)).toEqual(["after"]);
      await client.close();
    });

    test("tells whether a database has changed, also by another connection, or says that it cannot tell", async () => {
      const made = await make();
      const name = newDatabaseName();
      await made.host.create(name);
      const revision = await made.host.revision?.(name);
      if (revision === undefined) return expect(can.revision).toBe(false);
      const isAt = async (which: string) => await made.host.isAt?.(name, which);
      expect(await isAt(revision)).toBe(true);
      await read(made, name);
      await made.host.snapshot(name).then((copy) => new Response(copy).arrayBuffer());
      expect(await isAt(revision)).toBe(true);
      const client = await write(made, name, "first");
      await vi.waitFor(async () => expect(await isAt(revision)).toBe(false), 5_000);
      const next = (await made.host.revision?.(name))!;
      await client.close();
      const last = await write(made, name, "second");
      await last.close();
      await vi.waitFor(async () => expect(await isAt(next)).toBe(false), 5_000);
      expect(await isAt(revision)).toBe(false);
      expect(await made.host.isAt?.(newDatabaseName(), revision)).toBe(false);
    });

    test("S67 a snapshot contains no stored answers, whatever they hold", async () => {
      const made = await make();
      const [from, to] = [newDatabaseName(), newDatabaseName()];
      await made.host.create(from);
      const client = await write(made, from, "INSERT INTO idempotency_keys is no row");
      const secret = "gh_of_a_kind\n');\nINSERT INTO settings VALUES ('x;";
      await client.execute({
        sql: `INSERT INTO idempotency_keys
                (scope, key, request_hash, locked_until, status, headers, body, expires_at)
              VALUES ('u', 'k', 'h', 0, 201, '{}', ?, 1)`,
        args: [secret],
      });
      const bytes = await new Response(await made.host.snapshot(from)).arrayBuffer();
      expect(Buffer.from(bytes).includes("gh_of_a_kind")).toBe(false);
      await made.host.restore(to, new Response(bytes).body!);
      expect(await read(made, to)).toEqual(["INSERT INTO idempotency_keys is no row"]);
      const { rows } = await client.execute({
        sql: "SELECT count(*) FROM idempotency_keys",
        args: [],
      });
      expect(rows).toEqual([[1]]);
      await client.close();
    });

    test("never replaces a database by a snapshot", async () => {
      const made = await make();
      const [from, to] = [newDatabaseName(), newDatabaseName()];
      await made.host.create(from);
      await made.host.create(to);
      await (await write(made, to, "kept")).close();
      await made.host.restore(to, await made.host.snapshot(from));
      expect(await read(made, to)).toEqual(["kept"]);
    });

    test("refuses a snapshot that is truncated, changed or no database, and leaves nothing", async () => {
      const made = await make();
      const from = newDatabaseName();
      await made.host.create(from);
      const whole = new Uint8Array(
        await new Response(await made.host.snapshot(from)).arrayBuffer(),
      );
      const changed = whole.slice();
      changed.fill(0xff, 8_192, 20_000);
      const bad = [
        whole.slice(0, whole.length / 2),
        changed,
        new Uint8Array(0),
        new Uint8Array(9_000),
      ];
      const before = await made.everything();
      for (const bytes of bad) {
        const restored = made.host.restore(newDatabaseName(), new Response(bytes).body!);
        await expect(restored).rejects.toMatchObject({ name: "DatabaseError" });
      }
      expect(await made.everything()).toEqual(before);
    });

    test("S43 lets a name reach only its own database", async () => {
      const made = await make();
      const before = await made.everything();
      const snapshot = () => new Response("x").body!;
      for (const name of BAD_NAMES) {
        const refused = { code: "database/bad-name" };
        await expect(made.host.create(name), name).rejects.toMatchObject(refused);
        await expect(made.host.destroy(name), name).rejects.toMatchObject(refused);
        await expect(made.host.locate(name), name).rejects.toMatchObject(refused);
        await expect(made.host.snapshot(name), name).rejects.toMatchObject(refused);
        await expect(made.host.restore(name, snapshot()), name).rejects.toMatchObject(refused);
      }
      expect(await made.everything()).toEqual(before);
    });

    if (!can.allow) return;
    const allowed = async () => {
      const made = await make();
      const name = newDatabaseName();
      await made.host.create(name);
      const allow = (change: Partial<Allowance>) =>
        made.host.allow!(name, {
          ...{ sizeBytesMax: 10 * 1024 ** 3, writesBlocked: false, isProtected: false },
          ...change,
        });
      return { made, name, allow };
    };

    test("refuses writes beyond the plan's size, and keeps reading", async () => {
      const { made, name, allow } = await allowed();
      const client = await write(made, name, "kept");
      await allow({ sizeBytesMax: 2 * 1024 ** 2 });
      const letters = "x".repeat(1024 ** 2);
      const sql = `INSERT INTO settings (name, value, updated_at) VALUES (?, '"${letters}"', 0)`;
      const fill = async () => {
        for (let row = 0; row < 6; row++) await client.execute({ sql, args: [`row ${row}`] });
      };
      await expect(fill()).rejects.toMatchObject({ kind: "full" });
      expect(await read(made, name)).toContain("kept");
      await allow({});
      await client.execute({ sql, args: ["more"] });
      expect(await read(made, name)).toContain("more");
      await client.close();
    });

    test("refuses writes while they are blocked, and keeps reading", async () => {
      const { made, name, allow } = await allowed();
      await (await write(made, name, "before")).close();
      await allow({ writesBlocked: true });
      await expect(write(made, name, "meanwhile")).rejects.toMatchObject({ kind: "blocked" });
      expect(await read(made, name)).toEqual(["before"]);
      await allow({});
      await (await write(made, name, "after")).close();
      expect((await read(made, name)).sort()).toEqual(["after", "before"]);
    });

    test("removes a protected database as well, on purpose", async () => {
      const { made, name, allow } = await allowed();
      await allow({ isProtected: true });
      await made.host.destroy(name);
      expect(await made.host.locate(name)).toBeUndefined();
    });
  });
}
