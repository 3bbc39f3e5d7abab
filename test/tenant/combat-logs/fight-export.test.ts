import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { HEADER, hit, retailLog, START, UNITS } from "../../support/log-analysis.ts";
import { generatedText } from "../../support/log-generator.ts";
import { uploadLog } from "../../support/log-upload.ts";

const { alpha, beta, boss, nobody } = UNITS;
const PULL = retailLog(
  [0, HEADER],
  [1, START],
  [2, hit(100)],
  [12, hit(200)],
  [13, hit(70, { source: beta })],
  [20, hit(500, { source: boss, target: beta, spell: `7,"Slam",0x1` })],
  [20, `UNIT_DIED,${nobody},${beta},0`],
  [28, hit(400, { source: alpha })],
  [31, `ENCOUNTER_END,3000,"Boss",16,20,0,30000`],
);

let t: TestApp;
let guild: TestGuild;
let fight: string;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("parts");
  const path = await uploadLog(t, guild.owner, PULL);
  const [{ id }] = (await guild.owner.get(path)).body.fights;
  fight = `/fights/${id}`;
});
afterAll(() => t.close());

const page = async (query: string) => (await guild.owner.page(`/g/parts${fight}${query}`)).text;
const ALPHA = "Player-1-0000000A";
const BETA = "Player-1-0000000B";

describe("a part of a fight", () => {
  test("has the figures of its seconds only, of all players or of one", async () => {
    const part = (await guild.owner.get(`${fight}/window?from=10&to=20`)).body;
    expect(part).toMatchObject({ from: 10, to: 20 });
    expect(part.players).toEqual([
      { guid: ALPHA, name: "Alpha-Realm", damage: 200, healing: 0, damageTaken: 0 },
      { guid: BETA, name: "Beta-Realm", damage: 70, healing: 0, damageTaken: 500 },
    ]);
    expect(part.damage).toEqual([0, 200, 70, 0, 0, 0, 0, 0, 0, 0]);
    const one = (await guild.owner.get(`${fight}/window?from=10&to=20&player=${BETA}`)).body;
    expect(one.damage).toEqual([0, 0, 70, 0, 0, 0, 0, 0, 0, 0]);
    expect(one.players).toEqual(part.players);
  });

  test("and the whole have sums that agree with the fight's figures", async () => {
    const whole = (await guild.owner.get(fight)).body;
    const length = Math.floor(whole.durationMs / 1_000) + 1;
    const sum = (found: { damage: number[] }) => found.damage.reduce((all, one) => all + one, 0);
    const of = async (from: number, to: number) =>
      sum((await guild.owner.get(`${fight}/window?from=${from}&to=${to}`)).body);
    for (const cut of [1, 11, 12, 27, length - 1]) {
      expect((await of(0, cut)) + (await of(cut, length))).toBe(770);
    }
  });

  test("is kept in the address of the page with player and view", async () => {
    const shown = await page(`?view=taken&from=0:10&to=20&player=${BETA}`);
    expect(shown).toContain("Only from 0:10 to 0:20 of the fight.");
    expect(shown).toContain(`/players/${BETA}`);
    expect(shown).not.toContain(`/players/${ALPHA}`);
    // The links to the other views keep the rest of the address.
    expect(shown).toMatch(/href="[^"]*\?[^"]*from=0%3A10[^"]*view=healing|view=healing[^"]*from=0/);
    const deaths = await page("?view=deaths&from=0&to=19");
    expect(deaths).toContain("No deaths.");
    expect(await page("?view=deaths&from=19&to=20")).toContain("Slam (Boss)");
  });

  test("that makes no sense shows the whole fight", async () => {
    for (const query of ["?from=soon", "?player=nobody", "?from=-1&to=0x10", "?from=0&to=9999"]) {
      const shown = await page(query);
      expect([query, shown.includes(ALPHA), shown.includes(BETA)]).toEqual([query, true, true]);
    }
    expect((await guild.owner.get(`${fight}/window?from=-1`)).status).toBe(422);
  });
});

describe("the utility of a fight", () => {
  test("has interrupts by spell, consumables and buffs of each player, by API and on the page", async () => {
    const log = retailLog(
      [0, HEADER],
      [1, START],
      [2, hit(100)],
      [3, `SPELL_INTERRUPT,${alpha},${boss},1766,"Kick",0x1,9000,"Shadow Bolt Volley",0x20`],
      [4, `SPELL_CAST_SUCCESS,${alpha},${alpha},431932,"Tempered Potion",0x1`],
      [16, `SPELL_AURA_APPLIED,${beta},${alpha},139,"Renew",0x2,BUFF`],
      [31, `ENCOUNTER_END,3000,"Boss",16,20,1,30000`],
    );
    const [{ id }] = (await guild.owner.get(await uploadLog(t, guild.owner, log))).body.fights;
    const { body } = await guild.owner.get(`/fights/${id}/utility`);
    expect(body.isKnown).toBe(true);
    expect(body.players[0]).toMatchObject({
      name: "Alpha-Realm",
      interrupted: [{ spellName: "Kick", stoppedName: "Shadow Bolt Volley", count: 1 }],
      dispelled: [],
      consumables: [{ kind: "potion", spellName: "Tempered Potion", uses: 1 }],
      buffs: [{ spellName: "Renew", uptimeMs: 15_000, count: 1 }],
    });
    const { text } = await guild.owner.page(`/g/parts/fights/${id}?view=utility`);
    for (const word of ["Shadow Bolt Volley", "Tempered Potion", "Renew", "50 %"]) {
      expect(text).toContain(word);
    }
  });
});

describe("the export of a fight", () => {
  test("has every player with spells, targets and seconds, deaths and enemies", async () => {
    const { status, body } = await guild.owner.get(`${fight}/export`);
    expect(status).toBe(200);
    const shown = (await guild.owner.get(fight)).body;
    const players = body.players.map(({ details: _, ...one }: { details: unknown }) => one);
    expect({ ...body, players }).toEqual(shown);
    for (const { guid, details } of body.players) {
      const one = (await guild.owner.get(`${fight}/players/${guid}`)).body;
      expect(details).toEqual(one.details);
    }
    const file = await guild.owner.page(`/g/parts${fight}/fight.json`);
    expect(JSON.parse(file.text)).toEqual(body);
    expect(file.headers.get("content-disposition")).toMatch(/^attachment; filename="parts-/);
  });

  test("as CSV has a line for each spell of each player, whose damage is the players' damage", async () => {
    const { text, answer } = generatedText({ seed: 77, generation: 22, events: 300, fights: 1 });
    const path = await uploadLog(t, guild.owner, text);
    const [{ id }] = (await guild.owner.get(path)).body.fights;
    const file = await guild.owner.page(`/g/parts/fights/${id}/spells.csv`);
    expect(file.headers.get("content-type")).toContain("text/csv");
    const { spells } = (await guild.owner.get(`/fights/${id}/export`)).body.players[0].details;
    expect(file.text).toContain(spells[0].spellName.replaceAll('"', '""'));
    const damage = (await guild.owner.get(`/fights/${id}/export`)).body.players.flatMap(
      (one: { details: { spells: { damage: number }[] } }) => one.details.spells,
    );
    const known = answer.fights[0]!.players;
    expect(damage.reduce((sum: number, one: { damage: number }) => sum + one.damage, 0)).toBe(
      known.reduce((sum, one) => sum + one.damageOwn + one.damagePets, 0),
    );
    expect(file.text.trim().split("\r\n")).toHaveLength(damage.length + 1);
  });

  test("of a fight that does not exist is refused like the fight", async () => {
    const none = "/fights/01890a5d-ac96-774b-bcce-b302099a8057";
    for (const path of [none, `${none}/export`, `${none}/window`]) {
      expect(await guild.owner.get(path)).toMatchObject({
        status: 404,
        body: { type: "/problems/logs/fight-not-found" },
      });
    }
  });
});
