import { describe, expect, test } from "vitest";
import { testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

describe("faults that other points systems had", () => {
  test("standings and history agree (MonolithDKP: the table did not sum up)", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 3, 40);
    await guild.owner.post("/dkp/spends", { personId: personIds[0], points: 12.5, reason: "Helm" });
    await guild.owner.post("/dkp/adjustments", {
      personIds: [personIds[1]],
      points: -3,
      reason: "Counted twice",
    });
    for (const personId of personIds) {
      const { body } = await guild.owner.get(`/dkp/persons/${personId}/statement`);
      const sum = body.items.reduce((all: number, one: { amount: number }) => all + one.amount, 0);
      expect(sum).toBe(body.account.balance);
    }
    expect((await guild.owner.get("/dkp/verification")).body.isRight).toBe(true);
  });

  test("the export of the standings holds every person, in quoted cells (it ended at 200 rows, and names were one text with commas)", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    for (let i = 0; i < 205; i++) {
      await guild.owner.post("/roster/persons", {
        name: `Raider ${String.fromCharCode(97 + (i % 26))}${i}`,
      });
    }
    const { text } = await guild.owner.page("/g/emberforge/standings/export.csv");
    // The header, the founder and all the others.
    const lines = text.trim().split("\n");
    expect(lines).toHaveLength(207);
    const widths = new Set(lines.map((line) => line.split(",").length));
    expect(widths.size).toBe(1);
  });

  test('a decay is an entry with an amount for each person (it was a text such as "-4,-2,-20%")', async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 2, 40);
    await guild.owner.post("/dkp/awards", {
      personIds: [personIds[0]],
      points: 10,
      reason: "Boss",
    });
    const { body: pools } = await guild.owner.get("/dkp/pools");
    const pool = pools.items[0].id;
    await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 20 } });
    const { body: run } = await guild.owner.post(`/dkp/pools/${pool}/decays`);
    const { body: entry } = await guild.owner.get(`/dkp/entries/${run.txId}`);
    const amounts = entry.postings.map((one: { points: string }) => Number(one.points));
    expect(amounts.sort((a: number, b: number) => a - b)).toEqual([-10, -8, 18]);
  });

  test('an undoing points to what it undoes, and both stay in the history ("deletes" and "deletedby" crossed)', async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 1, 40);
    const { body: entry } = await guild.owner.post("/dkp/spends", {
      personId: personIds[0],
      points: 15,
      reason: "Helm",
    });
    const { body: undo } = await guild.owner.post(`/dkp/entries/${entry.id}/reversal`, {
      reason: "Wrong person",
    });
    const { body: after } = await guild.owner.get(`/dkp/entries/${entry.id}`);
    expect([undo.reverses, after.reversedBy]).toEqual([entry.id, undo.id]);
    const { body: list } = await guild.owner.get("/dkp/entries");
    expect(list.items.map((one: { id: string }) => one.id)).toContain(entry.id);
    const again = await guild.owner.post(`/dkp/entries/${entry.id}/reversal`, { reason: "Again" });
    expect(again.body.type).toBe("/problems/dkp/already-reversed");
  });

  test("a price takes points away, whatever its sign was in the source (each version used another sign)", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 1, 40);
    const refused = await guild.owner.post("/dkp/spends", {
      personId: personIds[0],
      points: -15,
      reason: "Helm",
    });
    expect(refused.body.type).toBe("/problems/dkp/bad-points");
    await guild.owner.post("/loot", { itemName: "Helm", personId: personIds[0], points: 15 });
    const { body } = await guild.owner.get("/loot");
    expect(body.items[0].price).toBe(1_500);
    const statement = await guild.owner.get(`/dkp/persons/${personIds[0]}/statement`);
    expect(statement.body.items[0].amount).toBe(-1_500);
    expect(statement.body.account.points).toBe("25");
  });

  test("a character that changes its person leaves its points with the person who earned them (CLM: unlinking an alt broke standings)", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 2, 40);
    const added = await guild.owner.post(`/roster/persons/${personIds[0]}/characters`, {
      name: "Smoke",
      class: "rogue",
    });
    expect(added.status).toBe(201);
    await guild.owner.post("/dkp/awards", { personIds: [personIds[0]], points: 7, reason: "Boss" });
    const { body: person } = await guild.owner.get(`/roster/persons/${personIds[0]}`);
    const character = person.characters.find((one: { name: string }) => one.name === "Smoke");
    await guild.owner.delete(`/roster/characters/${character.id}`);
    await guild.owner.post(`/roster/persons/${personIds[1]}/characters`, {
      name: "Smoke",
      class: "rogue",
    });
    const pointsOf = async (id: string) =>
      (await guild.owner.get(`/dkp/persons/${id}/statement`)).body.account.points;
    expect([await pointsOf(personIds[0]!), await pointsOf(personIds[1]!)]).toEqual(["47", "40"]);
    expect((await guild.owner.get("/dkp/verification")).body.isRight).toBe(true);
  });

  test("several officers run auctions at once (CLM: one operator only)", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const officers = [await t.as("officer", guild), await t.as("officer", guild), guild.owner];
    const opened = await Promise.all(
      officers.map((officer, i) =>
        officer.post("/auctions", { itemName: `Item ${i}`, mode: "open", durationMs: 60_000 }),
      ),
    );
    expect(opened.map(({ status }) => status)).toEqual([201, 201, 201]);
    const { body } = await guild.owner.get("/auctions");
    expect(body.items).toHaveLength(3);
  });

  test("shares of a price sum to it to the last unit (CLM rounded each share)", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 7, 1);
    const { body: pool } = await guild.owner.post("/dkp/pools", {
      name: "Zero",
      kind: "zero-sum",
    });
    const { body: raid } = await guild.owner.post("/raids", {
      name: "Wednesday",
      startsAt: t.now().getTime(),
      minutes: 180,
      pool: pool.id,
    });
    await guild.owner.post(`/raids/${raid.id}/start`);
    await guild.owner.put(`/raids/${raid.id}/attendance`, {
      people: personIds.map((personId) => ({ personId, presence: "present" })),
    });
    const { body: auction } = await guild.owner.post("/auctions", {
      itemName: "Helm",
      mode: "open",
      durationMs: 60_000,
      pool: pool.id,
      raidId: raid.id,
    });
    const bidder = await t.as("raider", guild);
    const joined = await bidder.post(`/auctions/${auction.id}/bids`, { points: 100 });
    expect(joined.status).toBe(201);
    t.advance(60_000);
    await t.services.jobRunner.drain();
    const { body: standings } = await guild.owner.get(`/standings?pool=${pool.id}`);
    const balances = standings.items.map((one: { balance: number }) => one.balance);
    expect(balances.reduce((sum: number, one: number) => sum + one, 0)).toBe(0);
    const shares = balances.filter((one: number) => one > 0).sort();
    // 100 points by seven people: four get 14.29 and three 14.28.
    expect(shares.reduce((sum: number, one: number) => sum + one, 0)).toBe(10_000);
    expect(Math.max(...shares) - Math.min(...shares)).toBe(1);
  });
});
