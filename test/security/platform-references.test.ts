import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AREAS } from "../../src/kernel/areas.ts";
import { newId } from "../../src/kernel/ids.ts";
import {
  type Json,
  type TestApp,
  type TestClient,
  testApp,
  UNLIMITED_REQUESTS,
} from "../support/app.ts";

// Every path of the API outside of guilds that names a row, for accounts and for operators alike: with an id
// that is nowhere, and with the id of another person's row or of a row of another kind.

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

let t: TestApp;
let operator: TestClient;
let stranger: TestClient;
let account: string;
let guild: string;
let session: string;
let operations: readonly Operation[];
beforeAll(async () => {
  const off = ["email.address=off", "email.account=off"];
  t = await testApp({ RATE_LIMITS: [UNLIMITED_REQUESTS, ...off].join(",") });
  const theirs = await t.guild("theirs");
  const owner = theirs.owner.platform();
  operator = await t.signUp();
  stranger = await t.signUp();
  const { client } = t.services.platform.db;
  await client.execute({
    sql: "INSERT INTO operators (user_id, areas, added_by, added_at) VALUES (?, ?, '', 0)",
    args: [operator.userId, JSON.stringify(AREAS)],
  });
  [account, guild] = [owner.userId, theirs.id];
  const sql = "SELECT id FROM sessions WHERE user_id = ?";
  session = String((await client.execute({ sql, args: [account] })).rows[0]![0]);
  operations = await operationsWithIds();
});
afterAll(() => t.close());

async function operationsWithIds(): Promise<readonly Operation[]> {
  const { body } = await t.anonymous.get("/api/openapi.json");
  const found: Operation[] = [];
  for (const [path, item] of Object.entries<Record<string, { operationId: string }>>(body.paths)) {
    if (path.startsWith("/api/g/{guild}") || !path.includes("{")) continue;
    for (const [method, { operationId }] of Object.entries(item)) {
      if (/^(get|post|put|patch|delete)$/.test(method)) {
        found.push({ id: operationId, method: method.toUpperCase(), path });
      }
    }
  }
  return found;
}

/** Operations whose path names a word, not a row. */
const WORDS = new Set(["forgetCacheTag"]);

const BODIES: Readonly<Record<string, Json>> = {
  suspendGuild: { reason: "For a test" },
  grantPlan: { plan: "premium", until: null, reason: "For a test" },
  setPersonalConnection: { account: "a", value: "b" },
};

/** Ids that each exist, but not as what the path names. */
function wrongIds(path: string): readonly string[] {
  if (path.startsWith("/api/operator/guilds/")) return [account, session];
  if (path.startsWith("/api/operator/backups/")) return [account, session];
  if (path.startsWith("/api/operator/")) return [guild, session];
  // Another person's rows.
  return [guild, account, session];
}

async function counts(): Promise<Readonly<Record<string, number>>> {
  const { client } = t.services.platform.db;
  const read = async (sql: string) => (await client.execute({ sql, args: [] })).rows;
  const tables = await read(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
  );
  const found: Record<string, number> = {};
  for (const [name] of tables) {
    // Counters of requests, and what the server writes by itself.
    if (/^(rate_|audit_seals|audit_anchors|job|platform_)/.test(String(name))) continue;
    found[String(name)] = Number((await read(`SELECT count(*) FROM "${name}"`))[0]![0]);
  }
  return found;
}

describe("S77 an id outside of guilds that names no row of the caller is refused at every path", () => {
  test.each([
    ["that is nowhere", () => [newId<string>()]],
    ["of another person or of another kind", wrongIds],
  ])("an id %s", async (_, idsFor) => {
    for (const one of [operator, stranger]) await one.prove();
    const before = await counts();
    const wrong: unknown[] = [];
    for (const { id: name, method, path } of operations) {
      if (WORDS.has(name)) continue;
      const caller = path.startsWith("/api/operator/") ? operator : stranger;
      for (const id of idsFor(path)) {
        const body = method === "GET" || method === "DELETE" ? undefined : (BODIES[name] ?? {});
        const { status, text } = await caller.send(method, path.replace(/\{\w+\}/, id), body, {});
        const isInput = status === 422 && !/\{(kind|provider|name)\}/.test(path);
        if ((status !== 404 && status !== 422) || isInput) {
          wrong.push([name, status, text.slice(0, 160)]);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(await counts()).toEqual(before);
    expect(operations.length).toBeGreaterThan(20);
  });

  test("no id opens an operator's path for other people, whether its row exists or not", async () => {
    const answers = new Map<string, unknown[]>();
    for (const { id: name, method, path } of operations) {
      if (!path.startsWith("/api/operator/")) continue;
      for (const id of [newId<string>(), guild, account]) {
        const body = method === "GET" || method === "DELETE" ? undefined : (BODIES[name] ?? {});
        const { status, body: problem } = await stranger.send(
          method,
          path.replace(/\{\w+\}/, id),
          body,
          {},
        );
        answers.set(name, [...(answers.get(name) ?? []), `${status} ${problem.type}`]);
      }
    }
    for (const [name, found] of answers) {
      expect([name, [...new Set(found)]]).toEqual([name, ["404 /problems/request/no-such-page"]]);
    }
  });
});
