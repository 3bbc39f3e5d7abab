import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../support/app.ts";
import { END, HEADER, hit, retailLog, START, UNITS } from "../../support/log-analysis.ts";
import { uploadLog } from "../../support/log-upload.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

const BEGIN_MS = Date.UTC(2026, 7, 1, 20);

/** A first pull of two players, a fight with a beast, and a second pull with a third player. */
const NIGHT = retailLog(
  [0, HEADER],
  [1, START],
  [2, hit(100)],
  [3, hit(100, { source: UNITS.beta })],
  [31, END],
  [100, hit(50, { target: UNITS.neutral })],
  [104, hit(50, { target: UNITS.neutral })],
  [200, START],
  [201, hit(100)],
  [202, hit(70, { source: `Player-1-0000000D,"Delta-Azjol-Nerub-EU",0x512,0x0` })],
  [230, END],
);

test("everyone in a log is listed with realm, fights and the time of the first and last", async () => {
  const guild = await t.guild("night");
  const path = await uploadLog(t, guild.owner, NIGHT);
  const { status, body } = await guild.owner.get(`${path}/participants`);
  expect(status).toBe(200);
  const places = { realm: "Realm", region: null };
  const at = (seconds: number) => BEGIN_MS + seconds * 1_000;
  expect(body).toEqual({
    items: [
      {
        ...{ guid: "Player-1-0000000A", name: "Alpha", ...places, class: null, spec: null },
        ...{ fights: 3, encounters: 2, firstSeenAt: at(1), lastSeenAt: at(230) },
      },
      {
        ...{ guid: "Player-1-0000000B", name: "Beta", ...places, class: null, spec: null },
        ...{ fights: 1, encounters: 1, firstSeenAt: at(1), lastSeenAt: at(31) },
      },
      {
        ...{ guid: "Player-1-0000000D", name: "Delta", realm: "Azjol-Nerub", region: "EU" },
        ...{ class: null, spec: null, fights: 1, encounters: 1 },
        ...{ firstSeenAt: at(200), lastSeenAt: at(230) },
      },
    ],
    leftOut: 0,
  });
  const page = await guild.owner.page(`/g/night${path}/participants`);
  expect(page.text).toContain("Delta-Azjol-Nerub");
  const report = await guild.owner.page(`/g/night${path}`);
  expect(report.text).toContain(`/g/night${path}/participants`);
});

test("a pull that one log has twice counts once for each player", async () => {
  const guild = await t.guild("twice");
  const pull = [
    [1, START],
    [2, hit(100)],
    [31, END],
  ] as const;
  const log = retailLog([0, HEADER], ...pull, [60, HEADER], ...pull);
  const path = await uploadLog(t, guild.owner, log);
  const { body } = await guild.owner.get(`${path}/participants`);
  expect(body.items).toMatchObject([{ name: "Alpha", encounters: 1, fights: 1 }]);
});

test("the players of a log that does not exist are a report that does not exist", async () => {
  const guild = await t.guild("none");
  const path = "/logs/01890a5d-ac96-774b-bcce-b302099a8057/participants";
  expect(await guild.owner.get(path)).toMatchObject({
    status: 404,
    body: { type: "/problems/logs/report-not-found" },
  });
});
