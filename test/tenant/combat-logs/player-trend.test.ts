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

const DAY_SECONDS = 86_400;
const ALPHA = "Player-1-0000000A";
type Line = readonly [seconds: number, text: string];

/** A mage's spec, as the client writes it at the start of a pull. */
const infoOf = (guid: string) =>
  `COMBATANT_INFO,${guid},1,1,1,1,1,0,0,0,0,1,1,1,0,0,1,1,1,0,1,1,1,1,1,62,[(1,2,1)],(0,0,0,0),[],[],1,0,0,0`;

/** A pull of 30 seconds in which Alpha and Beta, both with the same spec, do so much damage. */
function pull(at: number, alpha: number, beta: number, isKill = true): readonly Line[] {
  return [
    [at, START],
    [at, infoOf(ALPHA)],
    [at, infoOf("Player-1-0000000B")],
    [at + 1, hit(alpha)],
    [at + 2, hit(beta, { source: UNITS.beta })],
    ...(isKill ? [] : ([[at + 20, `UNIT_DIED,${UNITS.nobody},${UNITS.alpha},0`]] as const)),
    [at + 30, `ENCOUNTER_END,3000,"Boss",16,20,${isKill ? 1 : 0},30000`],
  ];
}

test("a player's weeks show damage, healing, deaths and the percentile of kills in the guild", async () => {
  const guild = await t.guild("weeks");
  // The log begins on a Saturday. Monday is two days later.
  const monday = 2 * DAY_SECONDS;
  await uploadLog(
    t,
    guild.owner,
    retailLog([0, HEADER], ...pull(10, 3_000, 6_000), ...pull(100, 600, 900, false)),
  );
  const second = retailLog([monday, HEADER], ...pull(monday + 10, 9_000, 300));
  const path = await uploadLog(t, guild.owner, second);
  const { status, body } = await guild.owner.get(`/players/${ALPHA}/weeks`);
  expect(status).toBe(200);
  expect(body.player).toMatchObject({ guid: ALPHA, name: "Alpha-Realm", class: "Mage" });
  expect(body.next).toBeUndefined();
  expect(body.items).toEqual([
    {
      ...{ week: "2026-W32", startsAt: Date.UTC(2026, 7, 3), pulls: 1, kills: 1 },
      ...{ durationMs: 30_000, damagePerSecond: 300, healingPerSecond: 0, deaths: 0 },
      ...{ comparedKills: 1, percentiles: { damage: 88, healing: 50 } },
    },
    {
      ...{ week: "2026-W31", startsAt: Date.UTC(2026, 6, 27), pulls: 2, kills: 1 },
      ...{ durationMs: 60_000, damagePerSecond: 60, healingPerSecond: 0, deaths: 1 },
      ...{ comparedKills: 1, percentiles: { damage: 38, healing: 50 } },
    },
  ]);

  const page = await guild.owner.page(`/g/weeks/players/${ALPHA}`);
  expect(page.status).toBe(200);
  for (const text of ["Alpha-Realm", "Aug 3, 2026", "Jul 27, 2026", "<svg"]) {
    expect([text, page.text.includes(text)]).toEqual([text, true]);
  }
  const { fights } = (await guild.owner.get(path)).body;
  for (const linking of [`/fights/${fights[0].id}/players/${ALPHA}`, `${path}/participants`]) {
    const { text } = await guild.owner.page(`/g/weeks${linking}`);
    expect([linking, text.includes(`/g/weeks/players/${ALPHA}`)]).toEqual([linking, true]);
  }
});

test("the weeks of a player come in pages", async () => {
  const guild = await t.guild("years");
  const weeks = limits.logs.trendPageWeeks + 2;
  const lines = Array.from({ length: weeks }, (_, week) => pull(week * 7 * DAY_SECONDS + 10, 3, 6));
  await uploadLog(t, guild.owner, retailLog([0, HEADER], ...lines.flat()));
  const first = (await guild.owner.get(`/players/${ALPHA}/weeks`)).body;
  expect(first.items).toHaveLength(limits.logs.trendPageWeeks);
  const rest = (await guild.owner.get(`/players/${ALPHA}/weeks?cursor=${first.next}`)).body;
  expect([rest.items.length, rest.next]).toEqual([2, undefined]);
  const all = [...first.items, ...rest.items].map((one) => one.week);
  expect(new Set(all).size).toBe(weeks);
  const forged = Buffer.from('["x"]').toString("base64url");
  const none = await guild.owner.get(`/players/${ALPHA}/weeks?cursor=${forged}`);
  expect([none.status, none.body.items]).toEqual([200, []]);
});

test("a player of no log, or of another guild's, does not exist", async () => {
  const [mine, other] = [await t.guild("mine"), await t.guild("theirs")];
  await uploadLog(t, other.owner, retailLog([0, HEADER], ...pull(10, 3, 6)));
  for (const guid of ["Player-1-none", ALPHA]) {
    const { status, body } = await mine.owner.get(`/players/${guid}/weeks`);
    expect([status, body.type]).toEqual([404, "/problems/logs/player-not-found"]);
    expect((await mine.owner.page(`/g/mine/players/${guid}`)).status).toBe(404);
  }
});
