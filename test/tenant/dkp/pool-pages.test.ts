import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => await t.close());

async function guildOf(slug: string, points: readonly number[]) {
  const guild = await t.guild(slug);
  const { personIds } = await raiders(t, guild, points.length, 1);
  const { owner } = guild;
  for (const [at, personId] of personIds.entries()) {
    const award = { personIds: [personId], points: points[at]! - 1, reason: `Boss ${at}` };
    expect((await owner.post("/dkp/awards", award)).status).toBe(201);
  }
  const read = async () => (await owner.get("/dkp/pools")).body.items[0];
  const page = `/g/${slug}/dkp/pools`;
  return { owner, personIds, read, page, pool: (await read()).id as string };
}

const FORM = { name: "Points", floor: "0", percent: "", hardCap: "", weeklyCap: "" };

test("G18 a change of the rules is previewed on the standings, and nothing is saved", async () => {
  const { owner, read, page, pool } = await guildOf("preview", [300, 80]);
  const before = await read();
  const form = { ...FORM, version: String(before.rulesVersion), percent: "50", hardCap: "100" };
  const shown = await owner.submit(`${page}/${pool}/preview`, form);
  expect(shown.status).toBe(200);
  for (const sentence of [
    "Nothing is saved yet.",
    "No award raises a balance above 100.00.",
    "Officers decay balances by 50 % by hand, at most once a week.",
    "300.00 → 150.00",
    "no → yes",
  ]) {
    expect(shown.text).toContain(sentence);
  }
  // The form is there as it was sent, ready to be saved.
  expect(shown.text).toMatch(/name="hardCap"[^>]*value="100"/);
  const spanish = await owner.submit(`${page}/${pool}/preview`, form, { "accept-language": "es" });
  expect(spanish.text).toContain("Aún no se ha guardado nada.");
  const wrong = await owner.submit(`${page}/${pool}/preview`, { ...form, hardCap: "many" });
  expect(wrong.status).toBe(422);
  expect(await read()).toEqual(before);
  const saved = await owner.submit(`${page}/${pool}`, form);
  expect(saved.status).toBe(303);
  expect(await read()).toMatchObject({ hardCap: 10_000, decay: { percent: 50 } });
});

test("G16 weeks, class shares and the price list are set on the page of rules, and said in a sentence", async () => {
  const { owner, read, page, pool } = await guildOf("all-rules", [10]);
  const form = {
    ...FORM,
    ...{ weeklyCap: "500", weekStart: "2", weekHour: "20", offSpecPct: "50", taxPct: "5" },
    ...{
      "class-mage": "80",
      "class-priest": "100",
      prices: "Head 639 50\r\ntwo-hand; 0; 12.5\r\n",
    },
  };
  expect((await owner.submit(`${page}/${pool}`, form)).status).toBe(303);
  expect(await read()).toMatchObject({
    ...{ weeklyCap: 50_000, week: { weekday: 2, hour: 20 }, offSpecPct: 50, taxPct: 5 },
    classPct: { mage: 80 },
    prices: [
      { slot: "head", itemLevel: 639, price: 5_000 },
      { slot: "two-hand", itemLevel: 0, price: 1_250 },
    ],
  });
  const english = (await owner.page(page)).text;
  for (const sentence of [
    "A person earns at most 500.00 points a week.",
    "These weeks begin on Tuesday at 20:00, guild time.",
    "An item for the off spec costs 50 % of its price.",
    "5 % of each price goes to the guild&#39;s tax account.",
    "Of a price, Mage pays 80 %. Other classes pay all.",
    "2 prices by slot and item level apply where no price is given.",
    "Head 639 50\nTwo-Hand 0 12.5",
  ]) {
    expect(english).toContain(sentence);
  }
  const spanish = (await owner.page(page, { "accept-language": "es" })).text;
  expect(spanish).toContain("Esas semanas empiezan el martes a las 20:00");
  expect(spanish).toContain("Cabeza 639 50");
  const wrong = await owner.submit(`${page}/${pool}`, { ...form, prices: "Hat 1 2" });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain("Hat 1 2");
  // A form without these fields leaves them as they are.
  expect((await owner.submit(`${page}/${pool}`, FORM)).status).toBe(303);
  expect(await read()).toMatchObject({ classPct: { mage: 80 }, week: { weekday: 2 } });
});

test("G13 decay takes only the part above a threshold, or only from selected people", async () => {
  const { owner, personIds, pool } = await guildOf("partly", [300, 80]);
  const [anna, bert] = personIds;
  const points = async () => {
    const { items } = (await owner.get("/standings")).body;
    const of = (id: string | undefined) =>
      Number(items.find((one: { personId: string }) => one.personId === id).points);
    return [of(anna), of(bert)];
  };
  await owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 50, above: 100 } });
  expect((await owner.post(`/dkp/pools/${pool}/decays`)).status).toBe(200);
  expect(await points()).toEqual([200, 80]);
  await owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 25 } });
  const selected = await owner.post(`/dkp/pools/${pool}/decays`, { personIds: [bert] });
  expect(selected.status).toBe(200);
  expect(await points()).toEqual([200, 60]);
});

test("G5 an item has its own date, and its price counts on that date", async () => {
  const { owner, personIds } = await guildOf("dated", [100]);
  const at = t.now().getTime() - 30 * 86_400_000;
  const loot = { itemName: "Axe", personId: personIds[0], points: 30, at };
  const made = await owner.post("/loot", loot);
  expect(made.status).toBe(201);
  await owner.post("/loot", { itemName: "Belt", personId: personIds[0], points: 5 });
  const { items } = (await owner.get("/loot")).body;
  expect(items.map((one: { itemName: string }) => one.itemName)).toEqual(["Belt", "Axe"]);
  expect(items[1]).toMatchObject({ itemName: "Axe", at });
  const entry = (await owner.get(`/dkp/entries/${made.body.txId}`)).body;
  expect(entry.effectiveAt).toBe(at);
});
