import { expect, test } from "vitest";
import { testApp } from "../../support/app.ts";
import { HEADER, hit, retailLog, UNITS } from "../../support/log-analysis.ts";
import { uploadLog } from "../../support/log-upload.ts";

test("a report lists its keystones with affixes, and its matches with their places", async () => {
  await using t = await testApp();
  const guild = await t.guild("keys");
  const log = retailLog(
    [0, HEADER],
    [1, `CHALLENGE_MODE_START,"Ara-Kara, City of Echoes",2660,503,12,[9,147,999]`],
    [10, hit(100)],
    [1_501, "CHALLENGE_MODE_END,2660,1,12,1450000,10.0,20.0"],
    [2_000, "ARENA_MATCH_START,1505,30,3v3,1"],
    [2_001, hit(100, { target: UNITS.gamma })],
    [2_100, "ARENA_MATCH_END,1,100,1440,1437"],
  );
  const path = await uploadLog(t, guild.owner, log);
  const { body } = await guild.owner.get(`${path}/keystones`);
  expect(body.items).toMatchObject([
    {
      name: "Ara-Kara, City of Echoes",
      level: 12,
      affixes: [
        { id: 9, name: "Tyrannical" },
        { id: 147, name: "Xal'atath's Guile" },
        { id: 999, name: "#999" },
      ],
      gameMs: 1_450_000,
      parMs: 1_800_000,
      result: "timed",
      upgrades: 1,
    },
  ]);
  const { text } = await guild.owner.page(`/g/keys${path}`);
  for (const words of ["Tyrannical", "In time +1", "24:10", "−5:50", "Arena, Nagrand", "Won"]) {
    expect(text).toContain(words);
  }
});
