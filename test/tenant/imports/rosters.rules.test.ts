import { describe, expect, test } from "vitest";
import { read } from "./read.ts";

describe("rosters", () => {
  test.each([
    ["German", "Name;Klasse\nAlto;Magier\nBravo;Dämonenjägerin\n"],
    ["French", "Nom,Classe\nAlto,Mage\nBravo,Chasseuse de démons\n"],
    ["Spanish", "Nombre,Clase\nAlto,Mago\nBravo,Cazadora de demonios\n"],
    ["Italian", "Nome,Classe\nAlto,Mago\nBravo,Cacciatrice di Demoni\n"],
    ["Portuguese", "Nome,Classe\nAlto,Maga\nBravo,Caçadora de Demônios\n"],
    ["Russian", "Имя\tКласс\nAlto\tМаг\nBravo\tОхотница на демонов\n"],
    ["Korean", "이름,직업\nAlto,마법사\nBravo,악마사냥꾼\n"],
    ["simplified Chinese", "名字,职业\nAlto,法师\nBravo,恶魔猎手\n"],
    ["traditional Chinese", "名字,職業\nAlto,法師\nBravo,惡魔獵人\n"],
    [
      "English, as an addon writes it",
      "Name,Rank Title,Note,Level,Class\nAlto,Officer,,80,MAGE\nBravo,Raider,,80,DEMONHUNTER\n",
    ],
    ["English, with players", "Player,Class\nAlto,Mage\nBravo,Demon Hunter\n"],
  ])("a roster from a client in %s", (_, text) => {
    const found = read(text);
    expect(found).toMatchObject({ format: "roster", names: ["Alto", "Bravo"], problems: [] });
    expect(found.data("character")).toMatchObject([{ class: "mage" }, { class: "demon-hunter" }]);
  });

  test("a guild's own sheet: the Discord name is the person", () => {
    const found = read(
      "Discord,Character,Class,Spec,Role,MainAlt\nann,Alto,Mage,Fire,DPS,Main\nann,Aura,Priest,Holy,Healer,Alt\n",
    );
    expect(found).toMatchObject({ format: "sheet", names: ["ann"], problems: [] });
    expect(found.data("character")).toMatchObject([
      { person: "person ann", name: "Alto", class: "mage", spec: "Fire", isMain: true },
      { person: "person ann", name: "Aura", role: "healer", isMain: false },
    ]);
  });
});

test("WebDKP: a list of prices is recognised, and nothing of it is imported", () => {
  const found = read("Molten Core\tCenarion Helm\t45\n\tCenarion Belt\t40\n");
  expect(found.format).toBe("webdkp");
  expect(found.problems).toEqual(["price-list", "price-list"]);
});
