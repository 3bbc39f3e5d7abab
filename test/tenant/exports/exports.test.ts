import { deflateSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Json, TestApp, TestClient, TestGuild } from "../../support/app.ts";
import { testApp } from "../../support/app.ts";
import { balances, imported } from "../imports/support.ts";

let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("iron-vow");
  await live(guild.owner);
});
afterAll(() => t.close());

/** People on two realms and one without a character, awards of each kind, and wishes. */
async function live(owner: TestClient): Promise<void> {
  const post = (path: string, body: Json) => owner.post(path, body);
  const person = async (name: string, character?: Json): Promise<string> =>
    (await post("/roster/persons", { name, ...(character && { character }) })).body.id;
  const ana = await person("Ana", { name: "Anaïs", realm: "Area 52", class: "paladin" });
  const bea = await person("Bea", {
    name: "Beatriz",
    realm: "Twisting Nether",
    class: "death-knight",
  });
  const cee = await person("Lady Cee");
  await post("/dkp/awards", { personIds: [ana, bea, cee], points: 40, reason: "Boss" });
  const at = t.now().getTime() - 3_600_000;
  const khor = { itemName: "Khor, Hammer", boss: "Taloc" };
  const awards: Json[] = [
    { ...khor, itemId: 160_679, personId: ana, points: 12, note: "=SUM(1)" },
    { ...khor, personId: bea, spec: "off", points: 3, note: "first no, then yes" },
    { itemName: "Signet", personId: cee, at },
    { itemName: "Dust", itemId: 5, fate: "disenchanted" },
    { itemName: "Shard", fate: "bank" },
  ];
  for (const one of awards) expect((await post("/loot", one)).status).toBe(201);
  const { body } = await post("/loot", { itemName: "Mistake", itemId: 9, personId: ana });
  await post(`/loot/${body.id}/reversal`, { reason: "Wrong person" });
  const rows = [
    "type,member_name,character_name,character_class,sort_order,item_name,item_id,is_offspec,note",
    'wishlist,Ana,Anaïs,Paladin,2,"Khor, Hammer",160679,1,"for tanking"',
    "prio,Bea,Beatriz-Twisting Nether,Death Knight,1,Signet,40207,0,",
  ];
  await imported(t, guild.owner, rows.join("\n"));
  await post("/raid-teams", { name: "Mains", personIds: [bea] });
}

const file = async (path: string) => {
  const answer = await guild.owner.page(`/g/iron-vow${path}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toContain("attachment");
  return answer.text;
};

interface Award {
  readonly itemName: string;
  readonly itemId: number | null;
  readonly fate: string;
  readonly person: string;
  readonly spec: string;
  readonly boss: string;
  readonly note: string;
  readonly second: number;
}

/** The awards that stand, as people compare them: to the second, the earliest first. */
async function lootOf(owner: TestClient): Promise<readonly Award[]> {
  const { body } = await owner.get("/loot?limit=200");
  const items = body.items as (Omit<Award, "person" | "second"> & {
    readonly personName: string;
    readonly at: number;
    readonly isReverted: boolean;
  })[];
  return items
    .filter(({ isReverted }) => !isReverted)
    .map(({ itemName, itemId, fate, personName, spec, boss, note, at }) => ({
      ...{ itemName, itemId, fate, spec, boss, note },
      person: personName,
      second: Math.floor(at / 1_000),
    }))
    .toSorted((a, b) => a.itemName.localeCompare(b.itemName) || (a.spec > b.spec ? 1 : -1));
}

const wishesOf = async (owner: TestClient): Promise<Json[]> =>
  ((await owner.get("/loot/wishes")).body.items as Json[]).map(
    ({ personName, itemName, rank, note }) => ({ personName, itemName, rank, note }),
  );

/** What an import of a file changes here. */
async function changedBy(text: string) {
  const before = [await lootOf(guild.owner), await wishesOf(guild.owner)];
  const { totals } = await imported(t, guild.owner, text);
  expect([await lootOf(guild.owner), await wishesOf(guild.owner)]).toEqual(before);
  return totals;
}

const NOTHING = { new: 0, changed: 0, conflicting: 0, unassignable: 0 };

describe("files for other tools", () => {
  test("RCLootCouncil reads the CSV: its header, no quotes in quotes, no empty line, items with ids", async () => {
    const text = await file("/exports/loot/rclootcouncil.csv");
    expect(text.startsWith("player,date,time,id,item,itemID,itemString,")).toBe(true);
    const [, ...lines] = text.split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).not.toMatch(/""|\r|^$/);
    // The second one has the item id of the first one, because it is the same item.
    expect(lines.join("\n")).toMatch(/^Beatriz-TwistingNether,.*"\[Khor, Hammer\]",160679/m);
    expect(lines.join("\n")).toMatch(/^Anaïs-Area52,.*,'=SUM\(1\),$/m);
    expect(lines.join("\n")).toMatch(/^Disenchanted,.*,Disenchant,/m);
  });

  test.each([
    ["RCLootCouncil's JSON", "/exports/loot/rclootcouncil.json", () => true],
    ["RCLootCouncil's CSV", "/exports/loot/rclootcouncil.csv", hasId],
    ["Gargul's lines", "/exports/loot/gargul.csv", ({ fate }: Award) => fate !== "bank"],
    ["thatsmybis' CSV", "/exports/loot/thatsmybis.csv", ({ fate }: Award) => fate === "person"],
  ] as const)(
    "%s bring the same loot to another guild, and add nothing here",
    async (tool, path, has) => {
      const text = await file(path);
      const other = await t.guild(`other-${path.slice(14).replace(".", "-")}`);
      await imported(t, other.owner, text);
      const bare = ({ itemName, person, fate, spec, second }: Award) => ({
        ...{ itemName, fate, spec, second },
        // A person of another guild is named after the character, unless the tool knows members.
        person: tool.startsWith("thats") ? person : (CHARACTERS[person] ?? person),
      });
      const wanted = (await lootOf(guild.owner)).filter(has).map(bare);
      expect(
        (await lootOf(other.owner)).map((one) => ({ ...bare(one), person: one.person })),
      ).toEqual(wanted);
      const notes = (await lootOf(other.owner)).map(({ note }) => note);
      if (!tool.startsWith("Gargul")) expect(notes).toContain("=SUM(1)");
      expect(await changedBy(text)).toMatchObject(NOTHING);
      expect((await imported(t, other.owner, text)).totals).toMatchObject(NOTHING);
    },
  );

  test("wishes and priorities keep their rank, spec and note in the CSV of thatsmybis", async () => {
    const text = await file("/exports/wishlists/thatsmybis.csv");
    const other = await t.guild("other-wishes");
    await imported(t, other.owner, text);
    expect(await wishesOf(other.owner)).toEqual(await wishesOf(guild.owner));
    expect(await wishesOf(other.owner)).toEqual([
      { personName: "Bea", itemName: "Signet", rank: 1, note: "Prio" },
      { personName: "Ana", itemName: "Khor, Hammer", rank: 2, note: "OS · for tanking" },
    ]);
    expect(await changedBy(text)).toMatchObject(NOTHING);
  });

  test("wishes and priorities come back from the text for Gargul, by the ids of the items", async () => {
    const text = await file("/exports/wishlists/gargul.txt");
    expect(text).toMatch(/^e[\w+/=]+$/);
    const data = JSON.parse(inflateSync(Buffer.from(text, "base64")).toString());
    expect(data).toMatchObject({
      wishlists: {
        160679: ["anaïs(OS)|2|2|0"],
        40207: ["beatriz-Twisting Nether|1|1|1"],
      },
      groups: { 1: "Mains" },
    });
    const other = await t.guild("other-prios");
    await imported(t, other.owner, text);
    expect(await wishesOf(other.owner)).toEqual([
      { personName: "Beatriz", itemName: "Item 40207", rank: 1, note: "Prio" },
      { personName: "Anaïs", itemName: "Item 160679", rank: 2, note: "OS" },
    ]);
    expect(await changedBy(text)).toMatchObject(NOTHING);
    // thatsmybis packs with another level.
    const packed = deflateSync(JSON.stringify(data), { level: 9 }).toString("base64");
    expect(await changedBy(packed)).toMatchObject(NOTHING);
  });

  test("standings bring the same points to another guild", async () => {
    const other = await t.guild("other-points");
    await imported(t, other.owner, await file("/standings/export.csv?sort=name"));
    const points = await balances(guild.owner);
    expect(await balances(other.owner)).toMatchObject(points);
    const { items } = JSON.parse(await file("/standings/export.json?sort=name"));
    expect(Object.fromEntries(items.map((one: Json) => [one["name"], one["balance"]]))).toEqual(
      points,
    );
  });

  test("the page lists the files that a reader may have, in both languages", async () => {
    const { text } = await guild.owner.page("/g/iron-vow/exports");
    const raider = await t.as("raider", guild, { "raids.view": false });
    const limited = (await raider.page("/g/iron-vow/exports")).text;
    for (const path of ["loot/rclootcouncil.csv", "loot/gargul.csv", "wishlists/thatsmybis.csv"]) {
      expect(text).toContain(`/g/iron-vow/exports/${path}`);
      expect(limited.includes(path)).toBe(!path.startsWith("wish"));
    }
    expect((await raider.page("/g/iron-vow/exports/wishlists/thatsmybis.csv")).status).toBe(403);
    const same = await guild.owner.get("/exports/loot/thatsmybis.csv");
    expect(same.text).toBe(await file("/exports/loot/thatsmybis.csv"));
  });
});

const CHARACTERS: Readonly<Record<string, string>> = { Ana: "Anaïs", Bea: "Beatriz" };

function hasId({ itemId, itemName }: Award): boolean {
  return itemId !== null || itemName === "Khor, Hammer";
}
