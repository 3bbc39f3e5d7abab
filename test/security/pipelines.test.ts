import { afterAll, beforeAll, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import type { TestClient } from "../support/app.ts";
import { clientOf, type Person, signUp } from "../support/processes.ts";
import { rawGuest } from "../support/raw-guest.ts";
import { type StartedServer, startedServer } from "../support/server.ts";

// A client may send requests ahead, before the answers to those before them.

let server: StartedServer;
let owner: TestClient;
let person: Person;
beforeAll(async () => {
  server = await startedServer();
  const at = { url: server.url, child: undefined as never };
  person = await signUp("pipeliner", at);
  const account = clientOf(at, person);
  const guild = { name: "Guild", realm: "Area 52", region: "eu", faction: "horde" };
  expect((await account.post("/api/guilds", { ...guild, slug: "iron-vow" })).status).toBe(201);
  owner = account.within("iron-vow");
});
afterAll(() => server[Symbol.asyncDispose]());

function addition(name: string, ...headers: readonly string[]): string {
  const body = JSON.stringify({ name });
  const head = [
    "POST /api/g/iron-vow/roster/persons HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${person.token}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    ...headers,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** The names of the roster that begin with `prefix`, after all requests that had begun. */
async function namesOf(prefix: string): Promise<readonly string[]> {
  // The writes of a guild run in order, so this one is behind all of them.
  expect((await owner.post("/roster/persons", { name: `${prefix} Last` })).status).toBe(201);
  const { items } = (await owner.get("/roster?limit=200")).body;
  const names = items.map(({ name }: { name: string }) => name);
  return names.filter((name: string) => name.startsWith(prefix) && !name.endsWith("Last"));
}

test("S65 requests that wait behind others of a connection never begin once it is reset", async () => {
  const sent = Array.from({ length: 40 }, (_, n) => addition(`Reset ${n}`)).join("");
  await rawGuest(server.port, sent, { reset: true });
  // The first may have begun before the reset arrived.
  expect((await namesOf("Reset")).length).toBeLessThanOrEqual(2);
});

test("S65 requests that wait behind others of a closed connection never begin either", async () => {
  const sent = Array.from({ length: 40 }, (_, n) => addition(`Closed ${n}`)).join("");
  await rawGuest(server.port, sent, { leaveMs: 0 });
  expect((await namesOf("Closed")).length).toBeLessThan(40);
});

test("S65 requests that a client sends ahead are all answered, in their order", async () => {
  const count = 20;
  const sent = Array.from({ length: count }, (_, n) =>
    addition(`Ahead ${n}`, ...(n === count - 1 ? ["Connection: close"] : [])),
  );
  const { text } = await rawGuest(server.port, sent.join(""));
  const answered = [...text.matchAll(/"name":"(Ahead \d+)"/g)].map(([, name]) => name);
  expect(answered).toEqual(Array.from({ length: count }, (_, n) => `Ahead ${n}`));
  expect(await namesOf("Ahead")).toHaveLength(count);
});

test("S65 a connection with more waiting requests than any program sends is closed", async () => {
  const count = 3 * limits.http.pipelinedMax;
  const sent = Array.from({ length: count }, (_, n) => addition(`Flood ${n}`)).join("");
  const { text } = await rawGuest(server.port, sent);
  expect([...text.matchAll(/HTTP\/1\.1 201/g)].length).toBeLessThanOrEqual(
    limits.http.pipelinedMax,
  );
  expect((await namesOf("Flood")).length).toBeLessThanOrEqual(limits.http.pipelinedMax);
});
