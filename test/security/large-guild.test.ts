import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import type { Answer, Json } from "../support/app.ts";
import { type BoundedGuild, boundedServer, expectFairness } from "../support/bounded-server.ts";
import { changeByHand } from "../support/foreign-file.ts";

// A guild that writes for weeks at its limit. Its data is far more than one request can hold, and
// its members' reads must not delay other guilds either.

const PEOPLE = limits.roster.pasteLinesMax;
const AWARDS = 320;
const RAIDS = 150;
const LOOT = 50_000;

let server: Awaited<ReturnType<typeof boundedServer>>;
let guild: BoundedGuild;
let award: Json;

/** The people of the pasted roster and the founder. */
let everyone: number;
const numbers = (count: number) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

beforeAll(async () => {
  server = await boundedServer();
  guild = await server.guild("large");
  const text = Array.from({ length: PEOPLE }, (_, n) => `Raider${n},Mage`).join("\n");
  expect((await guild.api.post("/roster/imports", { text })).status).toBeLessThan(300);
  const personIds: string[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await guild.api.get(`/roster?limit=200${cursor}`);
    personIds.push(...body.items.map(({ id }: { id: string }) => id));
    if (!body.next) break;
    cursor = `&cursor=${body.next}`;
  }
  everyone = personIds.length;
  award = { personIds: personIds.slice(0, PEOPLE), points: 1, reason: "On time" };
  expect((await guild.api.post("/dkp/awards", award)).status).toBe(201);
  // Sending all of these requests would take minutes.
  changeByHand(
    await largestGuild(),
    `INSERT INTO ledger_tx SELECT 'again ' || i, pool_id, seq + i, kind, 'again ' || i, effective_at,
       recorded_at, actor_type, actor_id, reason, raid_id, loot_id, import_batch, reverses_id
     FROM ledger_tx, (${numbers(AWARDS)} SELECT i FROM n);
     INSERT INTO ledger_postings SELECT t.id, p.line, p.account_id, p.amount, p.unit
     FROM ledger_tx t, ledger_postings p WHERE t.id LIKE 'again %';
     UPDATE balances SET balance = balance * ${AWARDS + 1}, earned = earned * ${AWARDS + 1},
       spent = spent * ${AWARDS + 1};
     INSERT INTO raids (id, name, pool_id, starts_at, ends_at, status, created_at)
     SELECT 'raid ' || i, 'Night', (SELECT pool_id FROM ledger_tx LIMIT 1), now + i, now + i, 'ended', 0
     FROM (${numbers(RAIDS)} SELECT i FROM n), (SELECT max(recorded_at) AS now FROM ledger_tx);
     INSERT INTO raid_attendance (raid_id, person_id, presence, credit_pct)
     SELECT 'raid ' || i, p.id, 'present', 50 FROM persons p, (${numbers(RAIDS / 5)} SELECT i FROM n);
     INSERT INTO audit_log (at, actor_type, actor_id, actor_name, action, subject, after, request_id, address, agent)
     SELECT 1000 * i, 'user', 'someone', 'Someone', 'roster.person.change', 'person ' || i,
       '{"note":"' || printf('%.*c', 400, 'x') || '"}', 'request', '', '' FROM (${numbers(12_000)} SELECT i FROM n);
     INSERT INTO loot_awards (id, item_name, item_key, fate, person_id, source, price, at, idempotency_key)
     SELECT 'loot ' || i, 'Ashes', 'ashes', 'person', (SELECT id FROM persons LIMIT 1), 'manual', 0, i, i
     FROM (${numbers(LOOT)} SELECT i FROM n);
     UPDATE loot_awards SET item_id = 22630 WHERE at = 1`,
  );
  // The server ended idle connections while this process was busy. Read that before the next request.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The file of the guild. The other guild of the server is small. */
async function largestGuild(): Promise<string> {
  const folder = join(server.dir, "guilds");
  const sizes = new Map<string, number>();
  for (const file of await readdir(folder)) {
    // The latest writes are in the log beside the database.
    const name = file.replace(/-(wal|shm)$/, "");
    const { size } = await stat(join(folder, file));
    if (!file.endsWith("-shm")) sizes.set(name, (sizes.get(name) ?? 0) + size);
  }
  const [[name]] = [...sizes].toSorted(([, a], [, b]) => b - a) as [[string, number]];
  return join(folder, name);
}

const page = (path: string) => guild.api.page(`/g/${guild.slug}${path}`);

const OPERATIONS: Readonly<Record<string, () => Promise<Answer>>> = {
  "the verification of a long ledger": () => guild.api.get("/dkp/verification"),
  "the page of that verification": () => page("/ledger/verification"),
  "attendance at hundreds of raids": () => guild.api.get("/raids/attendance"),
  "attendance as a file": () => page("/raids/attendance.csv"),
  "an award to a thousand people below a weekly cap": async () => {
    const { body } = await guild.api.get("/dkp/pools");
    await guild.api.patch(`/dkp/pools/${body.items[0].id}`, { weeklyCap: 1_000_000 });
    return await guild.api.post("/dkp/awards", award);
  },
};

test("S66 a long ledger is verified completely, and attendance counts every raid", async () => {
  const { body } = await guild.api.get("/dkp/verification");
  expect(body).toMatchObject({
    isRight: true,
    entries: AWARDS + 1,
    postings: (AWARDS + 1) * (PEOPLE + 1),
  });
  const { items } = (await guild.api.get("/raids/attendance")).body;
  expect(everyone).toBeGreaterThanOrEqual(PEOPLE);
  expect(items).toHaveLength(everyone);
  // Half of the credit of every fifth raid.
  expect(items[0]).toMatchObject({ all: 10, raids: RAIDS });
});

test("the page of attendance shows some people at a time, and each of them once", async () => {
  const seen: string[] = [];
  let path = "/raids/attendance";
  for (let pages = 0; pages < 3; pages++) {
    const { text } = await page(path);
    seen.push(...[...text.matchAll(/\/standings\/([0-9a-f-]{36})/g)].map(([, id]) => id!));
    const [, query] = /href="[^"?]*(\?cursor=[^"]*)"[^>]*rel="next"/.exec(text)!;
    path = `/raids/attendance${query}`;
  }
  expect(seen).toHaveLength(3 * limits.raids.pageRows);
  expect(new Set(seen).size).toBe(seen.length);
});

const READS: Readonly<Record<string, () => Promise<Answer>>> = {
  "the ledger's page of entries with a thousand people": () => page("/ledger"),
  "the largest page of those entries in the API": () => guild.api.get("/dkp/entries?limit=200"),
  "the audit log as a spreadsheet": () => page("/audit/export.csv"),
  "the audit log as JSON": () => page("/audit/export.json"),
  "the whole loot list as a file": () => page("/loot/export.csv"),
  "the whole loot list as JSON": () => page("/loot/export.json"),
  "the whole loot list for RCLootCouncil": () => page("/exports/loot/rclootcouncil.csv"),
  "the whole loot list for Gargul": () => page("/exports/loot/gargul.csv"),
  "the whole loot list for thatsmybis": () => guild.api.get("/exports/loot/thatsmybis.csv"),
};

test.each(Object.keys(READS))(
  "S66 %s lets another guild wait far less than a moment",
  async (name) => {
    let answer: Answer | undefined;
    const cost = await server.cost(async () => {
      answer = await READS[name]!();
    });
    expect(answer!.status, answer!.text.slice(0, 300)).toBe(200);
    expectFairness(name, cost, 100);
  },
);

test.each(Object.keys(OPERATIONS))(
  "S66 %s lets another guild wait no longer than a moment",
  async (name) => {
    let answer: Answer | undefined;
    const cost = await server.cost(async () => {
      answer = await OPERATIONS[name]!();
    });
    expect(answer!.status, answer!.text.slice(0, 300)).toBeLessThan(300);
    expectFairness(name, cost);
  },
);

test("a search of a large guild finds at most eight of each kind", async () => {
  const { status, body } = await guild.api.get("/search?q=raider1");
  expect([status, body.people.length, body.raids.length]).toEqual([200, 8, 0]);
  const { raids, items } = (await guild.api.get("/search?q=i")).body;
  expect([raids.length, items.length <= 8]).toEqual([8, true]);
  expect((await guild.api.get("/search?q=")).body).toEqual({ people: [], raids: [], items: [] });
});
