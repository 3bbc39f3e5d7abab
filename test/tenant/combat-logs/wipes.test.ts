import { afterAll, beforeAll, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { HEADER, hit, retailLog, START, UNITS } from "../../support/log-analysis.ts";
import { uploadLog } from "../../support/log-upload.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

const WIPE = `ENCOUNTER_END,3000,"Boss",16,20,0,30000`;
const KILL = `ENCOUNTER_END,3000,"Boss",16,20,1,30000`;
type Line = readonly [seconds: number, text: string];

/** A pull of two players at so many seconds, in which one or both die. */
function pull(at: number, dead: readonly string[], end = WIPE): readonly Line[] {
  return [
    [at, START],
    [at + 1, hit(100)],
    [at + 2, hit(100, { source: UNITS.beta })],
    ...dead.flatMap((unit, index): Line[] => [
      [at + 10 + index, hit(900, { source: UNITS.boss, target: unit, spell: `7,"Slam",0x1` })],
      [at + 10 + index, `UNIT_DIED,${UNITS.nobody},${unit},0`],
    ]),
    [at + 30, end],
  ];
}

test("a report and a boss list their wipes with first deaths and cause, but no kill", async () => {
  const guild = await t.guild("wipes");
  const { alpha, beta } = UNITS;
  const lines = [...pull(1, [alpha, beta]), ...pull(100, []), ...pull(200, [beta], KILL)];
  const path = await uploadLog(t, guild.owner, retailLog([0, HEADER], ...lines));
  const { body } = await guild.owner.get(`${path}/wipes`);
  expect(body.next).toBeUndefined();
  expect(body.items).toMatchObject([
    {
      name: "Boss",
      durationMs: 30_000,
      playerCount: 2,
      deathCount: 2,
      firstDeaths: [
        { name: "Alpha-Realm", killedBy: { sourceName: "Boss", spellName: "Slam" } },
        { name: "Beta-Realm" },
      ],
      cause: { sourceName: "Boss", spellName: "Slam", deaths: 1, of: 1 },
      collapseMs: 10_000,
    },
    { deathCount: 0, firstDeaths: [], cause: null, collapseMs: null },
  ]);
  const boss = (await guild.owner.get("/bosses/3000/16/wipes")).body;
  expect(boss.items).toEqual(body.items.toReversed());
  const [first] = body.items;
  const pages = [`/g/wipes${path}/wipes`, "/g/wipes/bosses/3000/16", `/g/wipes/fights/${first.id}`];
  for (const page of pages) {
    const { status, text } = await guild.owner.page(page);
    expect([page, status]).toEqual([page, 200]);
    expect(text).toContain("Slam (Boss): 1 of 1 deaths.");
  }
  const recap = await guild.owner.page(`/g/wipes/fights/${first.id}?view=deaths`);
  expect(recap.text).toContain("Before the death");
});

test("wipes beyond a page follow on the next one, in a report and of a boss", async () => {
  const guild = await t.guild("nights");
  const count = limits.logs.wipesPageRows + 3;
  const lines = Array.from({ length: count }, (_, i) => pull(1 + i * 60, [UNITS.alpha])).flat();
  const path = await uploadLog(t, guild.owner, retailLog([0, HEADER], ...lines));
  for (const list of [`${path}/wipes`, "/bosses/3000/16/wipes"]) {
    const first = (await guild.owner.get(list)).body;
    expect(first.items).toHaveLength(limits.logs.wipesPageRows);
    const second = (await guild.owner.get(`${list}?cursor=${first.next}`)).body;
    expect(second.next).toBeUndefined();
    const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(count);
  }
});
