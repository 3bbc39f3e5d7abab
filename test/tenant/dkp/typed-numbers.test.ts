import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

const SPANISH = { "accept-language": "es" };

let t: TestApp;
let guild: TestGuild;
let people: Awaited<ReturnType<typeof raiders>>;
let pool: string;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("numeros");
  people = await raiders(t, guild, 2, 1);
  pool = (await guild.owner.get("/dkp/pools")).body.items[0].id;
});
afterAll(() => t.close());

const send = (path: string, fields: Record<string, string | readonly string[]>) =>
  guild.owner.submit(`/g/numeros${path}`, fields, SPANISH);
const balanceOf = async (personId: string) =>
  (await guild.owner.get(`/dkp/persons/${personId}/statement`)).body.account.points;

test("each form of points reads 1.000,5 as Spanish writes it", async () => {
  const anna = String(people.personIds[0]);
  const reason = "Jefe";
  const done = async (path: string, fields: Record<string, string | readonly string[]>) =>
    expect((await send(path, fields)).status, path).toBe(303);
  await done("/ledger/award", { pool, reason, personIds: [anna], points: "2.000,5" });
  await done("/ledger/adjust", { pool, reason, personIds: [anna], points: "-1.000" });
  await done("/ledger/spend", { pool, reason, personId: anna, points: "0,5" });
  expect(await balanceOf(anna)).toBe("1001");
  const item = { itemName: "Hacha", fate: "person", personId: anna, spec: "main" };
  await done("/loot/new", { ...item, points: "1.000" });
  expect(await balanceOf(anna)).toBe("1");
  const raid = { name: "Noche", startsAt: t.now().getTime(), minutes: 60 };
  const { body: night } = await guild.owner.post("/raids", raid);
  await guild.owner.post(`/raids/${night.id}/start`);
  await guild.owner.put(`/raids/${night.id}/attendance`, {
    people: [{ personId: anna, presence: "present" }],
  });
  await done(`/raids/${night.id}/awards`, { points: "1.234,5", reason });
  expect(await balanceOf(anna)).toBe("1235.5");
  const terms = { itemName: "Casco", mode: "open", minutes: "1", minimum: "1.000,25", copies: "1" };
  await done("/auctions/new", { ...terms, increment: "1,5" });
  const [auction] = (await guild.owner.get("/auctions")).body.items;
  expect(auction).toMatchObject({ minimum: 100_025, increments: [{ from: 0, by: 150 }] });
  const page = `/g/numeros/auctions/${auction.id}`;
  const [bidder] = people.clients;
  // The form offers the lowest bid, in the reader's numbers.
  expect((await bidder!.page(page, SPANISH)).text).toMatch(/name="points"[^>]*value="1000,25"/);
  const bid = await bidder!.submit(`${page}/bids`, { points: "1.100,75" }, SPANISH);
  expect(bid.status).toBe(303);
  const seen = (await bidder!.get(`/auctions/${auction.id}`)).body;
  expect(seen.own).toMatchObject({ value: 110_075 });
});

test("a number of the other language is refused with an example, and changes nothing", async () => {
  const bert = String(people.personIds[1]);
  const before = await balanceOf(bert);
  const fields = { pool, reason: "Jefe", personIds: [bert], points: "1,000.5" };
  const refused = await send("/ledger/award", fields);
  expect(refused.status).toBe(422);
  expect(refused.text).toContain("por ejemplo 1.000,5");
  const english = await guild.owner.submit("/g/numeros/ledger/award", {
    ...{ ...fields, points: "12,5" },
  });
  expect(english.status).toBe(422);
  expect(english.text).toContain("such as 1,000.5");
  expect(await balanceOf(bert)).toBe(before);
});

test("the form of rules shows numbers that can be sent again, and keeps a decay that it does not name", async () => {
  const read = async () => (await guild.owner.get("/dkp/pools")).body.items[0];
  const form = { name: "Puntos", floor: "0", weeklyCap: "" };
  const decay = { percent: "12,5", above: "1.000" };
  expect(
    (await send(`/dkp/pools/${pool}`, { ...form, ...decay, hardCap: "10.000,5" })).status,
  ).toBe(303);
  const saved = { hardCap: 1_000_050, decay: { percent: 12.5, above: 100_000 } };
  expect(await read()).toMatchObject(saved);
  const shown = (await guild.owner.page("/g/numeros/dkp/pools", SPANISH)).text;
  const values = Object.fromEntries(
    ["hardCap", "percent", "above"].map((name) => [
      name,
      new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(shown)![1]!,
    ]),
  );
  expect(values).toEqual({ hardCap: "10000,5", percent: "12,5", above: "1000" });
  expect((await send(`/dkp/pools/${pool}`, { ...form, ...values })).status).toBe(303);
  expect(await read()).toMatchObject(saved);
  // Without the field the decay stays. An empty one removes it.
  expect((await send(`/dkp/pools/${pool}`, form)).status).toBe(303);
  expect((await read()).decay).toMatchObject(saved.decay);
  expect((await send(`/dkp/pools/${pool}`, { ...form, percent: "" })).status).toBe(303);
  expect((await read()).decay).toBeNull();
});
