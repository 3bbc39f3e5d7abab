import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { raiders } from "../tenant/auctions/support.ts";
import { guildOperations } from "./support.ts";

let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("ironforge");
});
afterAll(() => t.close());

test("S45 an upload is stored under a generated name, whatever name the sender gives it", async () => {
  const names = ["../../escape.txt", "..\\..\\escape.txt", "/etc/passwd", "CON", "a\u0000b", ".."];
  const ids: string[] = [];
  for (const [index, fileName] of names.entries()) {
    const body = { fileName, sizeBytes: 10 + index };
    const begun = await guild.owner.post("/logs", body);
    if (begun.status === 422) continue;
    expect([fileName, begun.status]).toEqual([fileName, 201]);
    const { id } = begun.body;
    const sent = await guild.owner.putBytes(`/logs/${id}/content`, new Uint8Array(5), {
      "upload-offset": "0",
    });
    expect(sent.status).toBeLessThan(300);
    ids.push(id);
  }
  expect(ids.length).toBeGreaterThan(0);
  const { databaseName } = (await t.services.platform.guild(guild.id))!;
  expect(readdirSync(join(t.dir, "logs"))).toEqual([databaseName]);
  expect(readdirSync(join(t.dir, "logs", databaseName)).sort()).toEqual(ids.sort());
});

describe("S47 text that looks like SQL", () => {
  const probes = [
    "' OR 1=1 --",
    "'; DROP TABLE persons; --",
    "name); DELETE FROM audit_log; --",
    `${"%".repeat(5_000)}`,
    `${"_%".repeat(200)}`,
    '" AND (SELECT 1)=1',
    "NEAR(a b) OR *",
    "\u0000",
  ];

  test("in any filter, sorting or cursor is text or refused, within a second", async () => {
    for (let n = 0; n < 20; n++) await guild.owner.post("/roster/persons", { name: `Ash ${n}` });
    const before = (await guild.owner.get("/roster?limit=200")).body;
    const names = ["q", "search", "sort", "cursor", "actor", "action", "since", "order", "status"];
    for (const { id, method, path } of await guildOperations(t)) {
      if (method !== "GET" || path.endsWith("/events")) continue;
      for (const probe of probes) {
        const query = names.map((name) => `${name}=${encodeURIComponent(probe)}`).join("&");
        for (const asked of [
          query,
          ...names.map((name) => `${name}=${encodeURIComponent(probe)}`),
        ]) {
          const startedAt = performance.now();
          const { status } = await guild.owner.get(`${path}?${asked}`);
          expect([id, asked.slice(0, 60), status >= 500]).toEqual([id, asked.slice(0, 60), false]);
          expect(performance.now() - startedAt).toBeLessThan(1_000);
        }
      }
    }
    expect((await guild.owner.get("/roster?limit=200")).body).toEqual(before);
  }, 60_000);
});

test("S51 an address in a text that a person wrote becomes no link to code", async () => {
  const evil = "javascript:alert(document.domain)//";
  const text = `${evil} data:text/html,<script>alert(1)</script> [x](javascript:alert(1))`;
  await guild.owner.patch("/settings", { contact: evil, description: text, isPublic: true });
  await guild.owner.post("/roster/persons", { name: "Ash", note: text });
  for (const path of ["", "/standings", "/roster", "/settings", "/members"]) {
    const page = await guild.owner.page(`/g/ironforge${path}`);
    expect(page.text).not.toMatch(/(href|src|action)="\s*(javascript|data:text|vbscript)/i);
    expect(page.text).not.toContain("<script>alert");
  }
});

test("S60 a bid of zero, too much, half a point, no number or for another person is refused", async () => {
  const { clients, personIds } = await raiders(t, guild, 3, 1_000);
  const opened = await guild.owner.post("/auctions", {
    itemName: "Ashes of Al'ar",
    mode: "open",
    minimum: 5,
    durationMs: 600_000,
  });
  expect(opened.status, opened.text).toBe(201);
  const path = `/auctions/${opened.body.id}/bids`;
  const raw = (points: string) =>
    t.request(`/api/g/ironforge${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${clients[0]!.identity.token}`,
        "content-type": "application/json",
      },
      body: `{"points":${points}}`,
    });
  for (const points of [
    "-1",
    "0",
    "NaN",
    "1e309",
    '"x"',
    "9007199254740993",
    "5.005",
    "null",
    "[]",
  ]) {
    const { status } = await raw(points);
    expect([points, status >= 400 && status < 500]).toEqual([points, true]);
  }
  const forOther = await clients[0]!.post(path, { points: 10, personId: personIds[1]! });
  expect(forOther.status).toBeGreaterThanOrEqual(400);
  const viewer = await t.as("viewer", guild);
  expect((await viewer.post(path, { points: 10 })).status).toBe(403);
  expect((await guild.owner.get(`/auctions/${opened.body.id}`)).body.bids).toEqual([]);
  expect((await raw("10")).status).toBe(201);
});
