import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AREAS } from "../../../src/kernel/areas.ts";
import { limits } from "../../../src/limits.ts";
import { removeOperator } from "../../../src/platform/console/service.ts";
import { OPERATOR_NEEDS, OPERATOR_PAGES } from "../../permissions.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { anOperator, machine } from "./support.ts";

const SOME_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const FIXED = { "x-request-id": "the-same-for-both" };

let t: TestApp;
let guild: TestGuild;
let operations: readonly { id: string; method: string; path: string }[];
let pages: readonly { row: string; method: string; path: string }[];

beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("ironforge");
  const { body } = await t.anonymous.get("/api/openapi.json");
  operations = Object.entries(body.paths as Record<string, Record<string, { operationId: string }>>)
    .filter(([path]) => path.startsWith("/api/operator/"))
    .flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method))
        .map(([method, { operationId }]) => ({
          id: operationId,
          method: method.toUpperCase(),
          path: path.replaceAll(/\{\w+\}/g, SOME_ID),
        })),
    );
  const mounted = t.app.routes
    .filter(({ method, path }) => method !== "ALL" && /^\/operator(\/|$)/.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/^\/operator/, "") || "/"}`);
  pages = [...new Set(mounted)].map((row) => {
    const [method, path] = row.split(" ") as [string, string];
    const address = path === "/" ? "" : path.replaceAll(/:\w+/g, SOME_ID);
    return { row, method, path: `/operator${address}` };
  });
});
afterAll(() => t.close());

const bodyFor = (method: string) => (/POST|PUT|PATCH/.test(method) ? {} : undefined);

test("each operation and page of the console has a row with what it requires", () => {
  const compare = (rows: readonly string[], decided: Readonly<Record<string, string>>) => {
    expect(rows.toSorted()).toEqual(Object.keys(decided).toSorted());
  };
  compare(
    operations.map(({ id }) => id),
    OPERATOR_NEEDS,
  );
  compare(
    pages.map(({ row }) => row),
    OPERATOR_PAGES,
  );
});

describe("a person who is no operator", () => {
  test("S63 finds nothing at the console's addresses, whatever they hold otherwise", async () => {
    const stranger = await t.signUp();
    const former = await anOperator(t);
    await removeOperator(machine(t), former.identity.email);
    const made = await guild.owner.post("/settings/keys", { name: "k", scopes: ["admin"] });
    const owner = new TestClient(t.request, guild.owner.identity);
    const token = await owner.post("/api/access-tokens", { guild: "ironforge" });
    const callers = [
      t.anonymous,
      stranger,
      former,
      owner,
      new TestClient(t.request, { ...owner.identity, token: token.body.token }),
      new TestClient(t.request, { ...owner.identity, token: made.body.key }),
    ];
    for (const { id, method, path } of operations) {
      for (const client of callers) {
        const there = await client.send(method, path, bodyFor(method), FIXED);
        const nowhere = await client.send(method, "/api/nowhere", bodyFor(method), FIXED);
        expect([id, there.status]).toEqual([id, 404]);
        expect(there.text).toBe(nowhere.text.replaceAll("/api/nowhere", path));
        expect([...there.headers]).toEqual([...nowhere.headers]);
      }
    }
  });

  test("S63 gets the page of any missing address, and is not asked to sign in or for a password", async () => {
    const stranger = await t.signUp();
    for (const { row, method, path } of pages) {
      if (method === "GET") {
        const there = await stranger.page(path, FIXED);
        const nowhere = await stranger.page("/nowhere", FIXED);
        expect([row, there.status]).toEqual([row, 404]);
        expect(there.text).toBe(nowhere.text.replaceAll("/nowhere", path));
      } else {
        expect([row, (await stranger.submit(path, {})).status]).toEqual([row, 404]);
      }
    }
  });

  test("does not become one by a field of a request", async () => {
    const stranger = await t.signUp();
    const named = await stranger.patch("/api/account", { name: "x", operates: [...AREAS] });
    expect(named.status).toBe(422);
    expect((await stranger.get("/api/operator/overview")).status).toBe(404);
    const link = await stranger.page("/guilds");
    expect(link.text).not.toContain('href="/operator"');
  });

  test("loses the console with the next request after the right was revoked", async () => {
    const operator = await anOperator(t);
    expect((await operator.get("/api/operator/overview")).status).toBe(200);
    await removeOperator(machine(t), operator.identity.email);
    expect((await operator.get("/api/operator/overview")).status).toBe(404);
  });
});

describe("an operator", () => {
  test("may do what the areas allow and nothing else", async () => {
    for (const area of AREAS) {
      const operator = await anOperator(t, [area]);
      for (const { id, method, path } of operations) {
        const answer = await operator.send(method, path, bodyFor(method), {});
        const isRefused = answer.body.type === "/problems/operator/forbidden";
        const isAllowed = ["any", area].includes(OPERATOR_NEEDS[id]!);
        expect([area, id, isRefused]).toEqual([area, id, !isAllowed]);
      }
      for (const { row, method, path } of pages) {
        const answer =
          method === "GET" ? await operator.page(path) : await operator.submit(path, {});
        const isAllowed = ["any", area].includes(OPERATOR_PAGES[row]!);
        expect([area, row, answer.status === 403]).toEqual([area, row, !isAllowed]);
      }
    }
  }, 120_000);

  test("changes nothing in a session whose password check is too old", async () => {
    const operator = await anOperator(t);
    t.advance(limits.session.reauthMs);
    for (const { id, method, path } of operations.filter((one) => one.method !== "GET")) {
      const answer = await operator.send(method, path, bodyFor(method), {});
      expect([id, answer.body.type]).toEqual([id, "/problems/auth/proof-required"]);
    }
    for (const { row, path } of pages.filter((one) => one.method === "POST")) {
      const answer = await operator.submit(path, {});
      expect([row, answer.status]).toEqual([row, 303]);
      expect(answer.headers.get("location")).toMatch(/^\/account\/proof\?next=%2Foperator/);
    }
    expect((await operator.get("/api/operator/guilds")).status).toBe(200);
  });

  test("finds the console in the menu of every page", async () => {
    const operator = await anOperator(t, ["audit"]);
    expect((await operator.page("/guilds")).text).toContain('href="/operator"');
    const { text } = await operator.page("/operator");
    expect(text).toContain('href="/operator/audit"');
    expect(text).not.toContain('href="/operator/guilds"');
  });
});
