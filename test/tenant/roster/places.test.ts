import fc from "fast-check";
import { expect, test } from "vitest";
import { type TestGuild, testApp } from "../../support/app.ts";

type Line = { line: number; effect: string; problems: string[] };
type Shown = { name: string; realm: string; isMain: boolean };
type Someone = { id: string; name: string; characters: Shown[] };

async function roster(guild: TestGuild): Promise<Record<string, string[]>> {
  const { items } = (await guild.owner.get("/roster?limit=200")).body as { items: Someone[] };
  return Object.fromEntries(
    items
      .filter(({ characters }) => characters.length > 0)
      .map((one) => [
        one.name,
        one.characters.map(({ name, realm, isMain }) => `${name}@${realm}${isMain ? "*" : ""}`),
      ]),
  );
}

async function effects(guild: TestGuild, text: string): Promise<string[]> {
  const { lines } = (await guild.owner.post("/roster/previews", { text })).body as {
    lines: Line[];
  };
  return lines.map(({ effect, problems }) => [effect, ...problems].join(" "));
}

const take = async (guild: TestGuild, text: string) =>
  (await guild.owner.post("/roster/imports", { text })).body;

test("P1 characters of one name on two realms are two people, and Name-Realm names one of them", async () => {
  await using t = await testApp();
  const guild = await t.guild("tworealms");
  const text = "name,class,realm\nAldor,mage,Area 52\nAldor,warrior,Illidan";
  expect(await take(guild, text)).toEqual({ new: 2, changed: 0, unchanged: 0, problems: 0 });
  const alts =
    "name,class,main\nAlt,priest,Aldor-Illidan\nAldor-Area52,mage,\nBank,rogue,Aldor\nAldor,mage,";
  expect(await effects(guild, alts)).toEqual([
    "new",
    "unchanged",
    "problem realm-missing",
    "problem realm-missing",
  ]);
  await take(guild, alts);
  expect(await roster(guild)).toEqual({
    Aldor: ["Aldor@Area 52*"],
    "Aldor-Illidan": ["Aldor@Illidan*", "Alt@"],
  });
  // A bare main is on the realm of its alt.
  await take(guild, "name,class,realm,main\nFar,mage,illidan,Aldor\nLost,mage,Ragnaros,Aldor");
  expect((await roster(guild))["Aldor-Illidan"]).toEqual(["Aldor@Illidan*", "Alt@", "Far@illidan"]);
});

test("P1 archived people are not found by name, neither as a person nor as a main", async () => {
  await using t = await testApp();
  const guild = await t.guild("gonepeople");
  await take(guild, "name,class,realm\nAldor,mage,Illidan");
  const [{ id }] = (await guild.owner.get("/roster?q=aldor")).body.items;
  await guild.owner.put(`/roster/persons/${id}/archival`);
  const text = `name,class,realm,main,person
Aldor,mage,Illidan,,
Aldor,mage,Area 52,,
Alt,mage,,Aldor-Illidan,
Other,mage,,,Aldor`;
  expect(await effects(guild, text)).toEqual([
    "problem archived",
    "new",
    "problem main-missing",
    "problem archived",
  ]);
  await take(guild, text);
  expect(await roster(guild)).toEqual({ "Aldor-Area 52": ["Aldor@Area 52*"] });
});

test("P1 P3 the API reads Name-Realm as addons write it, and refuses a second one on that realm", async () => {
  await using t = await testApp();
  const guild = await t.guild("apirealms");
  const { owner } = guild;
  const { body } = await owner.post("/roster/persons", {
    name: "Tess",
    character: { name: "Tēst-Quel'Thalas", class: "mage" },
  });
  expect(body.characters).toMatchObject([{ name: "Tēst", realm: "Quel'Thalas" }]);
  const path = `/roster/persons/${body.id}/characters`;
  for (const realm of ["QuelThalas", "Quel’Thalas", "quel-thalas", "QUEL THALAS"]) {
    expect((await owner.post(path, { name: "tēst", realm, class: "mage" })).status).toBe(409);
  }
  const two = await owner.post(path, { name: "Bo-Illidan", realm: "Area 52", class: "mage" });
  expect(two).toMatchObject({ status: 422, body: { errors: [{ pointer: "/realm" }] } });
  const one = `/roster/characters/${body.characters[0].id}`;
  const moved = await owner.patch(one, { name: "Tost-Azjol-Nerub" });
  expect(moved.body.characters).toMatchObject([{ name: "Tost", realm: "Azjol-Nerub" }]);
  const renamed = await owner.patch(one, { name: "Tist" });
  expect(renamed.body.characters).toMatchObject([{ name: "Tist", realm: "Azjol-Nerub" }]);
});

test("P2 a line may change the main or the person of a known character, once", async () => {
  await using t = await testApp();
  const guild = await t.guild("newmains");
  await take(guild, "name,class,realm\nMainy,mage,Area 52\nAlty,mage,Area 52\nBank,rogue,Area 52");
  const linked = "Alty,mage,,,Mainy,Area 52";
  expect(await effects(guild, linked)).toEqual(["changed"]);
  expect(await take(guild, linked)).toMatchObject({ changed: 1 });
  expect(await roster(guild)).toEqual({
    Bank: ["Bank@Area 52*"],
    Mainy: ["Mainy@Area 52*", "Alty@Area 52"],
  });
  expect(await effects(guild, linked)).toEqual(["unchanged"]);
  const log = (await guild.owner.get("/audit")).text;
  expect(log).toContain("character.move");

  await take(guild, "name,class,main,realm\nAlty,mage,main,Area 52");
  expect((await roster(guild))["Mainy"]).toEqual(["Alty@Area 52*", "Mainy@Area 52"]);
  await take(guild, "name,class,main,realm\nAlty,mage,Mainy,Area 52");
  expect((await roster(guild))["Mainy"]).toEqual(["Mainy@Area 52*", "Alty@Area 52"]);
  expect(await take(guild, "name,class,person\nBank-Area52,rogue,Mainy")).toMatchObject({
    changed: 1,
  });
  expect((await roster(guild))["Mainy"]).toContain("Bank@Area 52");
});

test("P2 an impossible change of an import is an error at its line", async () => {
  await using t = await testApp();
  const guild = await t.guild("refusals");
  const text = `name,class,main,realm,person,status
One,mage,main,,Pat,
Two,mage,main,,Pat,
Three,mage,,,,archived
Four,mage,,${"x".repeat(41)},,
Five,mage,,,\u200b,
Six-Illidan,mage,,Area 52,,
Seven,mage,Eight,,,
Eight,mage,Seven,,,`;
  expect(await effects(guild, text)).toEqual([
    "problem two-mains",
    "problem two-mains",
    "problem status",
    "problem realm-too-long",
    "problem bad-person",
    "problem two-realms",
    "problem main-loop",
    "problem main-loop",
  ]);
  const shown = await guild.owner.submit(`/g/${guild.slug}/roster/import`, { text });
  expect(shown.text).toContain("Keep “main” in one of the lines.");
});

test("P3 every spelling of a realm is the same realm", async () => {
  await using t = await testApp();
  const guild = await t.guild("onerealm");
  await take(guild, "name,class,realm\nTēst,dk,Quel'Thalas");
  for (const realm of ["QuelThalas", "Quel’Thalas", "quel-thalas", "Quel Thalas"]) {
    expect(await effects(guild, `name,class,realm\nTēst,dk,${realm}`)).toEqual(["unchanged"]);
  }
  expect(await effects(guild, "Tēst-Quel'Thalas,dk\nTe\u0304st-QuelThalas,dk")).toEqual([
    "unchanged",
    "problem twice",
  ]);
  await take(guild, "name,class\nBare,mage");
  expect(await take(guild, "name,class,realm\nBare,mage,Illidan")).toMatchObject({ changed: 1 });
  expect((await roster(guild))["Bare"]).toEqual(["Bare@Illidan*"]);
});

test("P4 a quoted cell may contain line breaks, and a line with another separator gets an error", async () => {
  await using t = await testApp();
  const guild = await t.guild("rfc4180");
  const quoted = 'name,class,note\r\nEdwin,mage,"raids on\r\nTuesday, mage"\r\nBert,mage,"a ""b"""';
  const { lines } = (await guild.owner.post("/roster/previews", { text: quoted })).body;
  expect(lines).toMatchObject([
    { line: 2, effect: "new", character: { name: "Edwin" } },
    { line: 4, effect: "new", character: { name: "Bert" } },
  ]);
  expect(await effects(guild, "Anna,mage\nBert\tmage\nCleo,rogue\nDora;priest\nEdna\n")).toEqual([
    "new",
    "problem other-separator",
    "new",
    "problem other-separator",
    "problem no-class",
  ]);
  expect(await effects(guild, "Dora;priest\nAnna,mage\nBert,mage")).toEqual([
    "problem other-separator",
    "new",
    "new",
  ]);
  expect(await effects(guild, '"Open,mage\nAnna,mage')).toEqual(["new", "new"]);
});

test("P26 the exported roster imports as unchanged, in any order of its lines", async () => {
  await using t = await testApp();
  const guild = await t.guild("roundtrip", { plan: "premium" });
  const { owner } = guild;
  const text = `name,class,realm,main,person
Aldor,mage,Area 52,main,
Aldor,warrior,Illidan,main,
Alt,rogue,Illidan,Aldor,
Odd,rogue,,Aldor-Area52,
"=SUM(A1)",mage,Illidan,main,"+Ash, ""the"" Old"
Aldor,mage,Ragnaros,=SUM(A1)-Illidan,`;
  expect(await take(guild, text)).toMatchObject({ new: 6 });
  await owner.post("/roster/persons", { name: "Nothing Yet" });
  await owner.post("/roster/persons", { name: "-dash" });
  const file = (await owner.page(`/g/${guild.slug}/roster/export.csv`)).text;
  const [header, ...lines] = file.trimEnd().split("\r\n");
  const before = (await owner.get("/roster")).body;
  expect(before.items.length).toBe(6);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length }),
      async (shuffled) => {
        const again = await take(guild, [header, ...shuffled].join("\r\n"));
        expect(again).toEqual({ new: 0, changed: 0, unchanged: lines.length, problems: 0 });
      },
    ),
    { numRuns: 4 },
  );
  expect((await owner.get("/roster")).body).toEqual(before);

  const copy = await t.guild("roundcopy", { plan: "premium" });
  expect(await take(copy, file)).toMatchObject({ changed: 0, problems: 0 });
  expect(await roster(copy)).toEqual(await roster(guild));
});

test("P5 searches of the roster and the standings find a name in every spelling", async () => {
  await using t = await testApp();
  const guild = await t.guild("spellings");
  const { owner } = guild;
  await take(guild, "name,class,main\nTēst,mage,main\nÆsirøn,priest,Tēst\nЙорик,rogue,\n50%,mage,");
  const names = async (path: string) =>
    (await owner.get(path)).body.items.map(({ name }: { name: string }) => name);
  const queries = ["Te\u0304st", "Tēst", "test", "TEST", " ｔｅｓｔ ", "aesiron", "ÆSIRØN", "Ést"];
  for (const list of ["/roster", "/standings"]) {
    for (const q of queries) {
      expect([list, q, await names(`${list}?q=${encodeURIComponent(q)}`)]).toEqual([
        list,
        q,
        ["Tēst"],
      ]);
    }
    expect(await names(`${list}?q=${encodeURIComponent("йор")}`)).toEqual(["Йорик"]);
    expect(await names(`${list}?q=${encodeURIComponent("0%")}`)).toEqual(["50%"]);
    expect(await names(`${list}?q=nothing`)).toEqual([]);
  }
  const found = (await owner.page(`/g/${guild.slug}/standings?q=test`)).text;
  expect(found).toContain("Tēst");
  expect(found).not.toContain("Йорик");
});
