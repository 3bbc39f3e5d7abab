import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import type { Answer, Json } from "../support/app.ts";
import { type BoundedGuild, boundedServer, expectFairness } from "../support/bounded-server.ts";

/** The largest requests that are accepted, and larger ones that are refused. */
const OK = 200;
const LINES = limits.roster.pasteLinesMax;
const PEOPLE = limits.dkp.personsPerEntryMax;

let server: Awaited<ReturnType<typeof boundedServer>>;
let guild: BoundedGuild;
let people: string[];
let raid: string;

const line = (n: number, rest = "") => `Raider${n},Mage,Frost,,${rest}`;
const roster = (rest: (n: number) => string = () => "") =>
  Array.from({ length: LINES }, (_, n) => line(n, rest(n))).join("\n");

beforeAll(async () => {
  server = await boundedServer();
  guild = await server.guild("busy");
  const imported = await guild.api.post("/roster/imports", { text: roster() });
  expect(imported.status).toBeLessThan(300);
  people = [];
  for (let cursor = ""; ; ) {
    const page = await guild.api.get(`/roster?limit=200${cursor}`);
    people.push(...page.body.items.map((one: { id: string }) => one.id));
    if (!page.body.next) break;
    cursor = `&cursor=${page.body.next}`;
  }
  people = people.slice(0, PEOPLE);
  raid = await runningRaid();
});
afterAll(() => server[Symbol.asyncDispose]());

async function runningRaid(): Promise<string> {
  const made = await guild.api.post("/raids", {
    name: "Night",
    startsAt: Date.now() + 60_000,
    minutes: 60,
  });
  expect(made.status).toBeLessThan(300);
  const begun = await guild.api.post(`/raids/${made.body.id}/start`);
  expect(begun.status).toBeLessThan(300);
  return made.body.id;
}

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const json = (method: string, path: string, body: string) =>
  guild.api.sendText(method, path, body, "application/json");
const form = (path: string, body: string, type = "application/x-www-form-urlencoded") =>
  guild.api.submitText(`/g/${guild.slug}${path}`, body, type, server.url);
const page = (path: string) => guild.api.page(`/g/${guild.slug}${path}`);
const parts = (count: number) => {
  const one = `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n`;
  return `${one.repeat(count)}--b--\r\n`;
};
const award = (body: Json) => guild.api.post("/dkp/awards", { points: 5, reason: "Time", ...body });

/** Each operation with input of variable size: its largest input, and the expected answer. */
const OPERATIONS: Readonly<Record<string, readonly [() => Promise<Answer>, number]>> = {
  "the roster again, unchanged": [() => guild.api.post("/roster/imports", { text: roster() }), OK],
  "a roster in which all are alts of the line below": [
    () => guild.api.post("/roster/previews", { text: roster((n) => `Raider${n + 1}`) }),
    OK,
  ],
  "a roster in which all are alts of the line below, imported": [
    () =>
      guild.api.post("/roster/imports", {
        text: roster((n) => (n + 1 === LINES ? "" : `Raider${n + 1}`)).replaceAll("Raider", "Alt"),
      }),
    OK,
  ],
  "a roster of one name on a thousand realms": [
    () =>
      guild.api.post("/roster/imports", {
        text: Array.from({ length: LINES }, (_, n) => `Twin,Mage,Frost,,,Realm${n}`).join("\n"),
      }),
    OK,
  ],
  "a roster of one name without realms": [
    () =>
      guild.api.post("/roster/previews", {
        text: Array.from({ length: LINES }, () => "Twin,Mage").join("\n"),
      }),
    OK,
  ],
  "a roster of empty cells": [
    () => guild.api.post("/roster/previews", { text: ",".repeat(limits.roster.pasteCharsMax) }),
    OK,
  ],
  "a roster of empty lines": [
    () =>
      guild.api.post("/roster/previews", { text: "\nx".repeat(limits.roster.pasteCharsMax / 2) }),
    OK,
  ],
  "an award to a thousand people": [() => award({ personIds: people }), OK],
  "an adjustment of a thousand people": [
    () => guild.api.post("/dkp/adjustments", { personIds: people, points: 1, reason: "Fix" }),
    OK,
  ],
  "an award to half a million numbers": [
    () => json("POST", "/dkp/awards", `{"personIds":[${"1,".repeat(500_000)}1]}`),
    413,
  ],
  "an award to as many wrong ids as one body may hold": [
    () => json("POST", "/dkp/awards", `{"personIds":[${"1,".repeat(19_000)}1]}`),
    422,
  ],
  "an award to a thousand people who are not there": [
    () => award({ personIds: Array.from({ length: PEOPLE }, () => randomUUID()) }),
    422,
  ],
  "a body of 80,000 keys": [
    () =>
      json(
        "POST",
        "/dkp/awards",
        `{${Array.from({ length: 80_000 }, (_, n) => `"k${n}":1`).join()}}`,
      ),
    413,
  ],
  "a body that is half a million lists deep": [
    () => json("POST", "/dkp/awards", nested(500_000)),
    413,
  ],
  "a body of one text of a megabyte": [
    () => json("POST", "/dkp/awards", `{"reason":"${"x".repeat(1_000_000)}"}`),
    422,
  ],
  "a body of quotes": [() => json("POST", "/dkp/awards", '"\\'.repeat(500_000)), 400],
  "a form of 100,000 fields": [
    () => form("/ledger/award", Array.from({ length: 100_000 }, (_, n) => `k${n}=1`).join("&")),
    413,
  ],
  "a form of half a million nameless fields": [
    () => form("/ledger/award", "&".repeat(900_000)),
    413,
  ],
  "a form of as many fields as one may have": [
    () => form("/ledger/award", Array.from({ length: 5_000 }, (_, n) => `k${n}=1`).join("&")),
    422,
  ],
  "a form of 20,000 parts": [
    () => form("/ledger/award", parts(15_000), "multipart/form-data; boundary=b"),
    413,
  ],
  "a log form of 200,000 parts": [
    () => form("/logs", parts(200_000), "multipart/form-data; boundary=b"),
    413,
  ],
  "attendance of a thousand people": [
    () =>
      guild.api.put(`/raids/${raid}/attendance`, {
        people: people.map((personId) => ({ personId, presence: "present", creditPct: 50 })),
      }),
    OK,
  ],
  "the tick list of a thousand people": [() => page(`/raids/${raid}/attendance`), OK],
  "as many pasted names as a raid takes": [
    () =>
      guild.api.post(`/raids/${raid}/attendance/matches`, {
        names: "Aé\n".repeat(limits.raids.namesCharsMax / 3),
      }),
    OK,
  ],
  "an award to a raid of a thousand": [
    () => guild.api.post(`/raids/${raid}/awards`, { points: 5, reason: "Boss" }),
    OK,
  ],
  "a decay of a thousand balances": [
    async () => {
      const pools = await guild.api.get("/dkp/pools");
      const { id } = pools.body.items[0];
      await guild.api.patch(`/dkp/pools/${id}`, { decay: { percent: 10 } });
      return await guild.api.post(`/dkp/pools/${id}/decays`);
    },
    OK,
  ],
  "the standings of a thousand people": [() => page("/standings"), OK],
  "the standings as a file": [() => page("/standings/export.csv"), OK],
  "the roster as a file": [() => page("/roster/export.csv"), OK],
  "attendance as a file": [() => page("/raids/attendance.csv"), OK],
  "the audit log as a file": [() => page("/audit/export.csv"), OK],
  "a raid of a thousand people": [() => page(`/raids/${raid}`), OK],
  "the form of an award to a thousand people": [() => page("/ledger/award"), OK],
  "the ledger": [() => page("/ledger"), OK],
  "a search": [() => page(`/roster?q=${"a".repeat(50)}`), OK],
  "the verification of the ledger": [() => guild.api.get("/dkp/verification"), OK],
  "a wishlist": [
    () =>
      guild.api.put("/loot/wishes", {
        items: Array.from({ length: limits.loot.wishesMax }, (_, n) => ({ itemName: `Item ${n}` })),
      }),
    OK,
  ],
  "a description of a megabyte": [
    () => json("PATCH", "/settings", `{"description":"${"é".repeat(500_000)}"}`),
    422,
  ],
  "a copy of the guild": [() => guild.api.post("/settings/backups"), OK],
  "an export of the guild": [
    async () => {
      await guild.api.prove();
      return await guild.api.post("/settings/export");
    },
    OK,
  ],
};

describe("one guild's request", () => {
  test.each(Object.keys(OPERATIONS))(
    "S66 %s lets another guild wait no longer than a moment",
    async (name) => {
      const [operation, status] = OPERATIONS[name]!;
      let answer: Answer | undefined;
      const cost = await server.cost(async () => {
        answer = await operation();
      });
      const isTaken = answer!.status < 300;
      expect(isTaken ? OK : answer!.status, answer!.text.slice(0, 300)).toBe(status);
      // A refusal names some of the faults, not all half a million.
      const isProblem = /problem\+json/.test(answer!.headers.get("content-type") ?? "");
      if (isProblem) expect(answer!.text.length).toBeLessThan(50_000);
      expectFairness(name, cost);
    },
  );
});

/** Pages and documents that a stranger may request thousands of times a minute. */
const FOR_STRANGERS = ["/", "/problems", "/problems/guild/not-found", "/api/openapi.json"];
/** A page costs a few milliseconds. A costlier one would let one address delay the others. */
const PAGE_MS_MAX = 30;

test.each(FOR_STRANGERS)("S66 a stranger's request for %s costs little", async (path) => {
  const costs: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { longestMs } = await server.cost(async () => {
      expect((await fetch(server.url + path)).status).toBe(200);
    });
    costs.push(longestMs);
  }
  expect(Math.min(...costs), path).toBeLessThan(PAGE_MS_MAX);
});
