import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capWeek, gainWithin } from "../../../src/tenant/dkp/caps.ts";
import { decayed } from "../../../src/tenant/dkp/replay.ts";
import { testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

const WEEK_MS = 7 * 86_400_000;

describe("caps", () => {
  test("an award never lifts a balance above the hard cap, nor a week above its own", () => {
    fc.assert(
      fc.property(
        fc.record({
          hardCap: fc.option(fc.integer({ min: 1, max: 1_000 })),
          weeklyCap: fc.option(fc.integer({ min: 1, max: 1_000 })),
        }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: -500, max: 2_000 }),
        fc.nat(2_000),
        (caps, amount, balance, gainedThisWeek) => {
          const gain = gainWithin(caps, amount, { balance, gainedThisWeek });
          expect(gain).toBeGreaterThanOrEqual(0);
          expect(gain).toBeLessThanOrEqual(amount);
          if (caps.hardCap !== null) {
            expect(balance + gain).toBeLessThanOrEqual(Math.max(balance, caps.hardCap));
          }
          if (caps.weeklyCap !== null) {
            expect(gainedThisWeek + gain).toBeLessThanOrEqual(
              Math.max(gainedThisWeek, caps.weeklyCap),
            );
          }
        },
      ),
    );
  });

  test("the raid week begins on Wednesday 07:00 UTC in Europe and on Tuesday 15:00 UTC in America", () => {
    const startOf = (at: number, region: "eu" | "us") =>
      capWeek(at, { region, timeZone: "UTC" }, null).from;
    const wednesday = Date.UTC(2026, 0, 14, 7);
    expect(startOf(wednesday, "eu")).toBe(wednesday);
    expect(startOf(wednesday - 1, "eu")).toBe(wednesday - WEEK_MS);
    const tuesday = Date.UTC(2026, 0, 13, 15);
    expect(startOf(tuesday, "us")).toBe(tuesday);
    expect(startOf(tuesday - 1, "us")).toBe(tuesday - WEEK_MS);
  });

  test("points above a cap are recorded as blocked, and the ledger stays balanced", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 2, 10);
    const { body: pools } = await guild.owner.get("/dkp/pools");
    const pool = pools.items[0].id;
    const changed = await guild.owner.patch(`/dkp/pools/${pool}`, {
      hardCap: 30,
      weeklyCap: 25,
    });
    expect(changed.body).toMatchObject({ hardCap: 3_000, weeklyCap: 2_500, rulesVersion: 2 });
    await guild.owner.post("/dkp/adjustments", {
      personIds: [personIds[0]],
      points: 17,
      reason: "Before",
    });
    const made = await guild.owner.post("/dkp/awards", { personIds, points: 10, reason: "Boss" });
    const lines = made.body.postings.map((one: { account: string; points: string }) => [
      one.account,
      one.points,
    ]);
    expect(lines).toEqual([
      ["person", "3"],
      ["person", "10"],
      ["cap-blocked", "7"],
      ["mint", "-20"],
    ]);
    const week = await guild.owner.post("/dkp/awards", { personIds, points: 10, reason: "Boss" });
    const gains = week.body.postings.map((one: { points: string }) => one.points);
    expect(gains).toEqual(["0", "5", "15", "-20"]);
    t.advance(WEEK_MS);
    expect((await guild.owner.get("/dkp/verification")).body.isRight).toBe(true);
  });

  test("forty awards at once stay within the cap together", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 3, 10);
    const { body: pools } = await guild.owner.get("/dkp/pools");
    await guild.owner.patch(`/dkp/pools/${pools.items[0].id}`, { hardCap: 100 });
    const sent = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        guild.owner.post("/dkp/awards", { personIds, points: 7, reason: `Boss ${i}` }),
      ),
    );
    expect(sent.every(({ status }) => status === 201)).toBe(true);
    const { body } = await guild.owner.get("/standings");
    expect(body.items.slice(0, 3).map((one: { points: string }) => one.points)).toEqual([
      "100",
      "100",
      "100",
    ]);
  });
});

describe("decay", () => {
  test("rounds half up, leaves debts alone and never moves a balance past zero", () => {
    expect(decayed(1_050, 20, { positivesOnly: true })).toBe(840);
    expect(decayed(5, 50, { positivesOnly: true })).toBe(3);
    expect(decayed(-1_000, 20, { positivesOnly: true })).toBe(-1_000);
    expect(decayed(-1_000, 20, { positivesOnly: false })).toBe(-800);
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 100 }), (b, p) => {
        const left = decayed(b, p, { positivesOnly: false });
        expect(Math.abs(left)).toBeLessThanOrEqual(Math.abs(b));
        expect(left * b).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("gear points decay like effort points, but never below their minimum", () => {
    expect(decayed(1_000, 10, { positivesOnly: true, least: 100 })).toBe(900);
    expect(decayed(105, 10, { positivesOnly: true, least: 100 })).toBe(100);
    expect(decayed(50, 10, { positivesOnly: true, least: 100 })).toBe(50);
  });

  test("happens once a week: by hand, by schedule and by twenty at once", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 2, 100);
    const { body: pools } = await guild.owner.get("/dkp/pools");
    const pool = pools.items[0].id;
    expect((await guild.owner.post(`/dkp/pools/${pool}/decays`)).body.type).toBe(
      "/problems/dkp/no-decay",
    );
    await guild.owner.patch(`/dkp/pools/${pool}`, {
      decay: { percent: 20, weekly: { weekday: 5, hour: 6 } },
    });
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => guild.owner.post(`/dkp/pools/${pool}/decays`)),
    );
    expect(runs.filter(({ body }) => body.isNew)).toHaveLength(1);
    const pointsOf = async () => {
      const { body } = await guild.owner.get("/standings");
      return body.items
        .filter((one: { personId: string }) => personIds.includes(one.personId as never))
        .map((one: { points: string }) => one.points);
    };
    expect(await pointsOf()).toEqual(["80", "80"]);
    // The start of the week was decayed by hand; the job finds nothing to do until the next one.
    t.advance(3 * 86_400_000);
    await t.services.jobRunner.drain();
    expect(await pointsOf()).toEqual(["80", "80"]);
    t.advance(WEEK_MS);
    await t.services.jobRunner.drain();
    await t.services.jobRunner.drain();
    expect(await pointsOf()).toEqual(["64", "64"]);
    // After a pause of two weeks, both are applied.
    t.advance(2 * WEEK_MS);
    await t.services.jobRunner.drain();
    expect(await pointsOf()).toEqual(["40.96", "40.96"]);
  });

  test("an award dated before it is refused, with the amount that decay would leave of it", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 1, 100);
    const { body: pools } = await guild.owner.get("/dkp/pools");
    const pool = pools.items[0].id;
    await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 20 } });
    const before = t.now().getTime();
    t.advance(1_000);
    await guild.owner.post(`/dkp/pools/${pool}/decays`);
    const late = await guild.owner.post("/dkp/awards", {
      personIds,
      points: 10,
      reason: "Forgotten",
      effectiveAt: before,
    });
    expect(late.body).toMatchObject({
      type: "/problems/dkp/behind-decay",
      proposal: { points: "8" },
    });
  });
});
