import { describe, expect, test } from "vitest";
import { resultOf } from "../../../src/tenant/combat-logs/keystones.ts";
import {
  analyzeLog,
  HEADER,
  hit,
  playerOf,
  retailLog,
  START,
  UNITS,
} from "../../support/log-analysis.ts";

const MINUTE = 60_000;
/** Ara-Kara, with thirty minutes. */
const MAP = 503;

test.each([
  ["in three fifths of the limit", 18 * MINUTE, { result: "timed", upgrades: 3 }],
  ["in four fifths", 24 * MINUTE, { result: "timed", upgrades: 2 }],
  ["a moment slower than four fifths", 24 * MINUTE + 1, { result: "timed", upgrades: 1 }],
  ["at the limit", 30 * MINUTE, { result: "timed", upgrades: 1 }],
  ["a moment after the limit", 30 * MINUTE + 1, { result: "late", upgrades: 0 }],
])("a keystone %s has its result", (_, gameMs, expected) => {
  const run = { mapId: MAP, gameMs, success: true };
  expect(resultOf(run)).toEqual({ parMs: 30 * MINUTE, ...expected });
});

test("a keystone of an unknown dungeon, without a time, or without an end claims no more", () => {
  const unknown = { mapId: 99_999, gameMs: 18 * MINUTE, success: true };
  expect(resultOf(unknown)).toEqual({ parMs: null, result: "completed", upgrades: 0 });
  const left = { mapId: MAP, gameMs: null, success: false };
  expect(resultOf(left)).toMatchObject({ result: "abandoned", upgrades: 0 });
  expect(resultOf({ ...left, success: null })).toMatchObject({ result: "open", upgrades: 0 });
});

describe("a battleground", () => {
  const enemy = UNITS.gamma;
  const onEnemy = hit(500, { target: enemy });
  const zone = (id: number, name: string) => `ZONE_CHANGE,${id},"${name}",0`;

  test("is one fight from entering to leaving it, with the damage of both sides", () => {
    const { fights } = analyzeLog(
      retailLog(
        [0, HEADER],
        [1, zone(2107, "Arathi Basin")],
        [10, onEnemy],
        [60, hit(300, { source: enemy, target: UNITS.alpha })],
        [200, onEnemy],
        [300, zone(1, "Kalimdor")],
        [310, START],
        [311, hit(50)],
        [340, `ENCOUNTER_END,3000,"Boss",16,20,1,30000`],
      ),
    );
    expect(fights).toMatchObject([
      { kind: "arena", id: 2107, name: "Arathi Basin", durationMs: 299_000, outcome: "incomplete" },
      { kind: "encounter", name: "Boss", outcome: "kill" },
    ]);
    expect(playerOf(fights[0], "Alpha-Realm")).toMatchObject({ damage: 1_000, damageTaken: 300 });
    expect(playerOf(fights[0], "Gamma-Realm")).toMatchObject({ damage: 300, damageTaken: 1_000 });
  });

  test("goes on after a reload of the interface as a second fight", () => {
    const log = retailLog(
      [0, HEADER],
      [1, zone(489, "Warsong Gulch")],
      [10, onEnemy],
      [50, HEADER],
      [50, zone(489, "Warsong Gulch")],
      [60, onEnemy],
      [90, zone(1, "Kalimdor")],
    );
    expect(analyzeLog(log).fights).toMatchObject([
      { kind: "arena", durationMs: 9_000 },
      { kind: "arena", durationMs: 40_000 },
    ]);
  });
});
