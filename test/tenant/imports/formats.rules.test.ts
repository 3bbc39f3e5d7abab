import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { read } from "./read.ts";

// Each input is made by hand, and so is its expectation: no parser wrote one of them.

const AT = Date.UTC(2020, 0, 26, 0, 53, 20);
const SECONDS = AT / 1000;

const line = (person: string, points: string) => ({ person: `${person}-area52`, points });

describe("MonolithDKP, CommunityDKP and EssentialDKP", () => {
  test.each([
    [
      "commas",
      "player,class,DKP,previousDKP,lifetimeGained,lifetimeSpent\nAlto,MAGE,24,20,40,-16\n",
    ],
    [
      "semicolons",
      "player;class;DKP;previousDKP;lifetimeGained;lifetimeSpent\nAlto;MAGE;24;20;40;-16\n",
    ],
    [
      "XML",
      "<dkptable><dkpentry><player>Alto</player><class>MAGE</class><dkp>24</dkp>" +
        "<lifetimegained>40</lifetimegained></dkpentry></dkptable>",
    ],
  ])("the table of points, with %s", (_, text) => {
    const found = read(text);
    expect(found).toMatchObject({ format: "monolithdkp", names: ["Alto"], problems: [] });
    expect(found.data("balance")).toEqual([line("alto", "24")]);
    expect(found.data("character")).toEqual([expect.objectContaining({ class: "mage" })]);
  });

  test.each([
    [
      "CSV",
      `player,DKP,date,reason\n"Alto,Bravo",20,${SECONDS},On time\n"Alto,Bravo","-4,-2,-20%",${SECONDS},Decay\n`,
    ],
    [
      "XML",
      `<dkphistory><historyentry><playerstring>Alto,Bravo,</playerstring><dkp>20</dkp><timestamp>${SECONDS}</timestamp>
      <reason>On time</reason></historyentry><historyentry><playerstring>Alto,Bravo,</playerstring>
      <dkp>-4,-2,-20%</dkp><timestamp>${SECONDS}</timestamp><reason>Decay</reason></historyentry></dkphistory>`,
    ],
  ])("the history as %s: an award for all, and a share for each in a decay", (_, text) => {
    const found = read(text);
    expect(found.problems).toEqual([]);
    expect(found.data("entry")).toEqual([
      {
        entryKind: "award",
        at: AT,
        reason: "On time",
        lines: [line("alto", "20"), line("bravo", "20")],
      },
      {
        entryKind: "decay",
        at: AT,
        reason: "Decay",
        lines: [line("alto", "-4"), line("bravo", "-2")],
      },
    ]);
  });

  test.each([
    [
      "CSV",
      `player;itemName;itemNumber;zone;boss;date;cost\nAlto;Helm;16939;Onyxia's Lair;Onyxia;${SECONDS};-8\n`,
    ],
    [
      "XML",
      `<loothistory><lootentry><player>Alto</player><itemname>Helm</itemname><itemnumber>16939</itemnumber>
      <zone>Onyxia's Lair</zone><boss>Onyxia</boss><timestamp>${SECONDS}</timestamp><cost>-8</cost></lootentry></loothistory>`,
    ],
  ])("the loot as %s: an item, and the points that it cost", (_, text) => {
    const found = read(text);
    expect(found.problems).toEqual([]);
    expect(found.data("loot")).toMatchObject([
      {
        itemName: "Helm",
        itemId: 16939,
        person: "alto-area52",
        points: "8",
        boss: "Onyxia",
        at: AT,
      },
    ]);
    expect(found.data("entry")).toMatchObject([
      { entryKind: "spend", lines: [line("alto", "-8")] },
    ]);
  });
});

describe("Core Loot Manager", () => {
  const player = { guid: "Player-1-00000065", name: "Alto", class: "Mage", points: 12 };
  const item = { id: 16939, name: "Helm", player: "Alto", points: 8, timestamp: SECONDS };
  const point = { points: 20, player: "Alto", reason: "On time", timestamp: SECONDS };
  const json = JSON.stringify({
    standings: { roster: [{ name: "Main", standings: { player: [player] } }] },
    lootHistory: { roster: [{ name: "Main", lootHistory: { item: [item] } }] },
    pointHistory: { roster: [{ name: "Main", pointHistory: { point: [point] } }] },
  });
  const element = (name: string, fields: object) =>
    `<${name}>${Object.entries(fields)
      .map(([key, value]) => `<${key}>${value}</${key}>`)
      .join("")}</${name}>`;
  const xml = `<?xml version="1.0"?><standings><roster><name>Main</name>${element("player", player)}</roster></standings>
    <lootHistory><roster><name>Main</name>${element("item", item)}</roster></lootHistory>
    <pointHistory><roster><name>Main</name>${element("point", point)}</roster></pointHistory>`;

  test.each([
    ["JSON", json],
    ["XML", xml],
  ])("an export as %s: balance, points and item of one character", (_, text) => {
    const found = read(text);
    expect(found).toMatchObject({ format: "clm", names: ["Alto"], problems: [], questions: [] });
    expect(found.data("balance")).toEqual([{ person: "1:101", points: "12" }]);
    expect(found.data("loot")).toMatchObject([{ itemName: "Helm", itemId: 16939, points: "8" }]);
    expect(found.data("entry")).toMatchObject([
      { entryKind: "award", reason: "On time", lines: [{ person: "1:101", points: "20" }] },
      { entryKind: "spend", lines: [{ person: "1:101", points: "-8" }] },
    ]);
  });

  test("the loot list: the time of the award is in the id", () => {
    const found = read(`date,name,itemID,id\n2020-01-26,Alto,16939,${SECONDS}16939\n`);
    expect(found.data("loot")).toMatchObject([{ itemId: 16939, person: "alto-area52", at: AT }]);
  });
});

test("EQdkp-Plus as JSON: points of a main and its twink belong to one person", () => {
  const pool = (points: string) => ({
    multidkp_points: { multidkp_id: 1, points_current: points },
  });
  const player = (id: number, name: string, mainId: number, points: string) => ({
    id,
    name,
    active: "1",
    main_id: mainId,
    main_name: "Alto",
    class_name: "Mage",
    points: pool(points),
    adjustments: {},
    items: { "item:7": { id: 7, name: "Helm", game_id: 16939, value: "8.00", date: SECONDS } },
  });
  const players = {
    "player:5": player(5, "Alto", 5, "12.00"),
    "player:6": player(6, "Aura", 5, "3.00"),
  };
  const found = read(JSON.stringify({ eqdkp: {}, players, multidkp_pools: {} }));
  expect(found).toMatchObject({ format: "eqdkp-plus", names: ["Alto"], problems: [] });
  expect(found.data("character").map((one) => (one as { name: string }).name)).toEqual([
    "Alto",
    "Aura",
  ]);
  expect(found.data("balance")).toEqual([
    { person: "person alto", points: "12.00" },
    { person: "person alto", points: "3.00" },
  ]);
});

describe("thatsmybis", () => {
  test("characters as JSON: received items, wishes and prios", () => {
    const pivot = { received_at: "2023-10-06 20:00:00", is_offspec: 1, import_id: "RC-1" };
    const character = {
      name: "Alto",
      class: "Mage",
      is_alt: 0,
      member: { username: "Ann" },
      public_note: "=1+1",
      officer_note: "late",
      received: [{ name: "Helm", item_id: 16939, pivot }],
      wishlist: [{ name: "Axe", item_id: 7, pivot: { order: 2 } }],
      prios: [{ name: "Bow", item_id: 8, pivot: { order: 1 } }],
    };
    const found = read(JSON.stringify([character]));
    expect(found).toMatchObject({ format: "thatsmybis", names: ["Ann"], problems: [] });
    expect(found.data("person")).toMatchObject([{ note: "=1+1", officerNote: "late" }]);
    expect(found.data("loot")).toMatchObject([
      { itemId: 16939, spec: "off", at: Date.UTC(2023, 9, 6, 20) },
    ]);
    expect(found.data("wish")).toMatchObject([
      { itemName: "Axe", rank: 2, note: "" },
      { itemName: "Bow", rank: 1, note: "Prio" },
    ]);
  });

  test("attendance: two characters of one member each bring their half of the night", () => {
    const text = `raid_date,raid_name,character_name,character_class,credit,is_alt,remark,is_exempt,member_name
2023-10-06 20:00:00,Naxx,Alto,Mage,0.5,0,Late,0,Ann
2023-10-06 20:00:00,Naxx,Aura,Priest,0.5,1,,0,Ann
2023-10-06 20:00:00,Naxx,Bravo,Rogue,0,0,Gave notice,1,Bob
`;
    const found = read(text);
    expect(found.names).toEqual(["Ann", "Bob"]);
    expect(found.data("raid")).toHaveLength(1);
    const credits = found.data("attendance") as { person: string; creditPct: number }[];
    const sum = (person: string) =>
      credits.filter((one) => one.person === person).reduce((all, one) => all + one.creditPct, 0);
    expect([sum("person ann"), sum("person bob")]).toEqual([100, 0]);
    expect(found.data("attendance")).toMatchObject([
      { person: "person ann", presence: "present", remark: "late" },
      { person: "person ann", presence: "present", remark: null },
      { person: "person bob", presence: "absent", isExempt: true, remark: "gave-notice" },
    ]);
  });
});

test("Raid-Helper: the answer is the name of the class", () => {
  const signUp = (name: string, className: string, roleName: string) => ({
    name,
    className,
    roleName,
    entryTime: SECONDS,
    status: "primary",
  });
  const event = {
    id: "1234567890",
    title: "Naxx",
    startTime: SECONDS,
    endTime: SECONDS + 10_800,
    signUps: [
      signUp("Alto", "Mage", "Ranged"),
      signUp("Bravo", "Late", ""),
      signUp("Celia", "Bench", ""),
      signUp("Dora", "Absence", ""),
    ],
  };
  const found = read(JSON.stringify(event));
  expect(found).toMatchObject({ format: "raid-helper", problems: [] });
  expect(found.data("raid")).toMatchObject([
    { name: "Naxx", startsAt: AT, endsAt: AT + 10_800_000 },
  ]);
  expect(found.data("signup")).toMatchObject([
    { status: "yes", role: "ranged" },
    { status: "late" },
    { status: "maybe", note: "Bench" },
    { status: "no" },
  ]);
});

describe("softres.it", () => {
  const wishes = [
    { person: "alto-area52", itemName: "Item 16939", rank: 1, note: "please" },
    { person: "alto-area52", itemName: "Item 7", rank: 2, note: "please" },
  ];
  const packed = (data: object) => deflateSync(JSON.stringify(data)).toString("base64");
  test.each([
    [
      "today's answer of its API",
      JSON.stringify({
        id: "ab12",
        raid_date: null,
        instances: [{ slug: "kara" }],
        reserves: [{ name: "Alto", spec: 1, items: [{ id: 16939 }, { id: 7 }], note: "please" }],
      }),
    ],
    [
      "the older answer",
      JSON.stringify({
        raidId: "ab12",
        instances: ["kara"],
        reserved: [{ name: "Alto", class: "Mage", spec: 1, items: [16939, 7], note: "please" }],
      }),
    ],
    [
      "its text for Gargul",
      packed({
        metadata: { id: "ab12" },
        softreserves: [
          {
            name: "Alto",
            class: "Mage",
            note: "please",
            plusOnes: 0,
            items: [{ id: 16939 }, { id: 7 }],
          },
        ],
        hardreserves: [],
      }),
    ],
  ])("%s: two wishes of one player, in their order", (_, text) => {
    expect(read(text).data("wish")).toEqual(wishes);
  });

  test("its table has a line for each wish", () => {
    const found = read("ItemId,Name,Class,Note,Plus\n16939,Alto,Mage,please,0\n7,Bravo,Rogue,,0\n");
    expect(found.data("wish")).toMatchObject([
      { person: "alto-area52", itemName: "Item 16939" },
      { person: "bravo-area52", itemName: "Item 7" },
    ]);
  });
});

test("wowaudit: characters with their realm, and a loot history", () => {
  const character = {
    id: 1,
    name: "Alto",
    realm: "Illidan",
    class: "Mage",
    role: "Heal",
    note: "",
    blizzard_id: 9,
  };
  expect(read(JSON.stringify([character])).data("character")).toMatchObject([
    { name: "Alto", realm: "Illidan", class: "mage", role: "healer" },
  ]);
  const item = {
    id: 5,
    name: "Helm",
    item_id: 16939,
    character_name: "Alto",
    awarded_at: "2020-01-26T00:53:20Z",
  };
  expect(read(JSON.stringify({ history_items: [item] })).data("loot")).toMatchObject([
    { itemName: "Helm", itemId: 16939, person: "alto-area52", at: AT },
  ]);
});

describe("Gargul", () => {
  test("lines of its award template: off-spec, and an item that was disenchanted", () => {
    const found = read(
      "@ID;@ITEM;@ILVL;@OS;@WINNER;@YEAR-@MONTH-@DAY\n" +
        "86154;Hisek's Cape;496;1;Alto;2025-10-01\n90530;Casque;503;0;_disenchanted;2025-10-01\n",
    );
    expect(found).toMatchObject({ format: "gargul", names: ["Alto"], problems: [] });
    expect(found.data("loot")).toMatchObject([
      {
        itemName: "Hisek's Cape",
        itemId: 86154,
        fate: "person",
        spec: "off",
        at: Date.UTC(2025, 9, 1),
      },
      { itemName: "Casque", fate: "disenchanted", person: null },
    ]);
  });

  test("what thatsmybis exports for it: prios and wishes by item", () => {
    const data = {
      wishlists: { 16939: ["alto|1|1|3", "bravo(OS)|2|2|3"] },
      groups: {},
      notes: { 16939: "fast" },
      tiers: {},
    };
    const found = read(deflateSync(JSON.stringify(data)).toString("base64"));
    expect(found.names).toEqual(["Alto", "Bravo"]);
    expect(found.data("wish")).toMatchObject([
      { itemName: "Item 16939", rank: 1, note: "Prio · fast" },
      { itemName: "Item 16939", rank: 2, note: "OS · fast" },
    ]);
  });
});
