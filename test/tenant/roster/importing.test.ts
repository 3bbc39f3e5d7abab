import fc from "fast-check";
import { expect, test } from "vitest";
import { testApp } from "../../support/app.ts";
import { runs } from "../../support/scale.ts";

const NAMES = ["Anvil", "Cinder", "Smoke"];
const line = fc
  .record({
    name: fc.constantFrom(...NAMES),
    realm: fc.constantFrom("", "North", "South"),
    class: fc.constantFrom("Mage", "Priest"),
    role: fc.constantFrom("", "healer", "ranged"),
    main: fc.constantFrom("", "", "main", "Anvil", "Cinder"),
  })
  .map((one) => [one.name, one.class, "", one.role, one.main, one.realm].join(","));
const pastes = fc.array(fc.array(line, { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 3,
});

test("the same paste again changes nothing, for any roster before it", async () => {
  await using t = await testApp();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(pastes, async (texts) => {
      const guild = await t.guild(`again-${++number}`, { plan: "premium" });
      for (const lines of texts) {
        const text = lines.join("\n");
        const first = await guild.owner.post("/roster/imports", { text });
        expect(first.status).toBe(201);
        const roster = (await guild.owner.get("/roster")).body;
        const again = await guild.owner.post("/roster/imports", { text });
        expect(again.body).toMatchObject({ new: 0, changed: 0, problems: first.body.problems });
        expect((await guild.owner.get("/roster")).body).toEqual(roster);
      }
    }),
    runs(40),
  );
});

test("fields that a paste leaves out are kept, as long as the class is the same", async () => {
  await using t = await testApp();
  const guild = await t.guild("leftout");
  const { owner } = guild;
  await owner.post("/roster/imports", { text: "Anvil,Warrior,Protection\nEmber,Druid,Balance" });
  const bare = await owner.post("/roster/imports", { text: "name,class\nAnvil,Warrior" });
  expect(bare.body).toMatchObject({ unchanged: 1, changed: 0 });
  const read = async (name: string) =>
    (await owner.get(`/roster?q=${name}`)).body.items[0].characters[0];
  expect(await read("anvil")).toMatchObject({ spec: "Protection", role: "tank" });
  await owner.post("/roster/imports", { text: "name,class\nEmber,Mage" });
  expect(await read("ember")).toMatchObject({ class: "mage", spec: "", role: null });
});

test.each([
  ["German", "Name;Klasse;Spezialisierung\nAlto;Magier;Feuer\nBravo;Druidin;Wiederherstellung"],
  ["French", "Nom,Classe,Spécialisation\nAlto,Mage,Feu\nBravo,Druide,Restauration"],
  ["Spanish", "Nombre,Clase,Especialización\nAlto,Mago,Fuego\nBravo,Druida,Restauración"],
  ["Italian", "Nome,Classe,Specializzazione\nAlto,Mago,Fuoco\nBravo,Druido,Rigenerazione"],
  ["Portuguese", "Nome,Classe,Especialização\nAlto,Mago,Fogo\nBravo,Druida,Restauração"],
  ["Russian", "Имя\tКласс\tСпециализация\nAlto\tМаг\tОгонь\nBravo\tДруид\tИсцеление"],
  ["Korean", "이름,직업,전문화\nAlto,마법사,화염\nBravo,드루이드,회복"],
  ["simplified Chinese", "名字,职业,专精\nAlto,法师,火焰\nBravo,德鲁伊,恢复"],
  ["traditional Chinese", "名字,職業,專精\nAlto,法師,火焰\nBravo,德魯伊,恢復"],
  ["English", "Player,Class,Spec\nAlto,Mage,Fire\nBravo,Druid,Restoration"],
])(
  "G14 a roster of a client in %s is understood, with classes and specialisations",
  async (language, text) => {
    await using t = await testApp();
    const { owner } = await t.guild("clients");
    const sent = await owner.post("/roster/imports", { text });
    expect([language, sent.status, sent.body.problems]).toEqual([language, 201, 0]);
    const read = async (name: string) =>
      (await owner.get(`/roster?q=${name}`)).body.items[0].characters[0];
    expect(await read("alto")).toMatchObject({ class: "mage", spec: "Fire", role: "ranged" });
    expect(await read("bravo")).toMatchObject({
      ...{ class: "druid", spec: "Restoration", role: "healer" },
    });
  },
);
