import type { RaidRole } from "./schema.ts";

/** Every class of the game with its specialisations and what they do in a raid. */
export const CLASSES = {
  warrior: { name: "Warrior", specs: { Arms: "melee", Fury: "melee", Protection: "tank" } },
  paladin: { name: "Paladin", specs: { Holy: "healer", Protection: "tank", Retribution: "melee" } },
  hunter: {
    name: "Hunter",
    specs: { "Beast Mastery": "ranged", Marksmanship: "ranged", Survival: "melee" },
  },
  rogue: {
    name: "Rogue",
    specs: { Assassination: "melee", Outlaw: "melee", Combat: "melee", Subtlety: "melee" },
  },
  priest: { name: "Priest", specs: { Discipline: "healer", Holy: "healer", Shadow: "ranged" } },
  shaman: {
    name: "Shaman",
    specs: { Elemental: "ranged", Enhancement: "melee", Restoration: "healer" },
  },
  mage: { name: "Mage", specs: { Arcane: "ranged", Fire: "ranged", Frost: "ranged" } },
  warlock: {
    name: "Warlock",
    specs: { Affliction: "ranged", Demonology: "ranged", Destruction: "ranged" },
  },
  druid: {
    name: "Druid",
    specs: { Balance: "ranged", Feral: "melee", Guardian: "tank", Restoration: "healer" },
  },
  "death-knight": {
    name: "Death Knight",
    specs: { Blood: "tank", Frost: "melee", Unholy: "melee" },
  },
  monk: {
    name: "Monk",
    specs: { Brewmaster: "tank", Mistweaver: "healer", Windwalker: "melee" },
  },
  "demon-hunter": {
    name: "Demon Hunter",
    specs: { Havoc: "melee", Vengeance: "tank", Devourer: "ranged" },
  },
  evoker: {
    name: "Evoker",
    specs: { Devastation: "ranged", Preservation: "healer", Augmentation: "ranged" },
  },
} as const satisfies Record<string, { name: string; specs: Record<string, RaidRole> }>;

export type ClassId = keyof typeof CLASSES;
export const CLASS_IDS = Object.keys(CLASSES) as readonly ClassId[];
export const RAID_ROLES = ["tank", "healer", "melee", "ranged"] as const;

const fold = (text: string) => text.toLowerCase().replace(/[^a-zñáéíóú]/g, "");

const CLASS_WORDS = new Map<string, ClassId>(
  CLASS_IDS.flatMap((id) => [
    [fold(id), id] as const,
    [fold(CLASSES[id].name), id] as const,
  ]).concat([
    ["dk", "death-knight"],
    ["dh", "demon-hunter"],
    ["guerrero", "warrior"],
    ["paladín", "paladin"],
    ["cazador", "hunter"],
    ["pícaro", "rogue"],
    ["sacerdote", "priest"],
    ["chamán", "shaman"],
    ["mago", "mage"],
    ["brujo", "warlock"],
    ["druida", "druid"],
    ["caballerodelamuerte", "death-knight"],
    ["monje", "monk"],
    ["cazadordedemonios", "demon-hunter"],
    ["evocador", "evoker"],
  ]),
);

const ROLE_WORDS = new Map<string, RaidRole>([
  ["tank", "tank"],
  ["tanque", "tank"],
  ["healer", "healer"],
  ["heal", "healer"],
  ["sanador", "healer"],
  ["melee", "melee"],
  ["ranged", "ranged"],
  ["rdps", "ranged"],
  ["mdps", "melee"],
]);

/** The class that somebody wrote, in English or Spanish, with any spacing. */
export function classFrom(text: string): ClassId | undefined {
  return CLASS_WORDS.get(fold(text));
}

export function roleFrom(text: string): RaidRole | undefined {
  return ROLE_WORDS.get(fold(text));
}

/** What a specialisation does in a raid; undefined when the class has no such one. */
export function roleOfSpec(id: ClassId, spec: string): RaidRole | undefined {
  const specs: Readonly<Record<string, RaidRole>> = CLASSES[id].specs;
  const known = Object.keys(specs).find((name) => fold(name) === fold(spec));
  return known === undefined ? undefined : specs[known];
}

/** A name as it is compared: letter case, width and spaces around it do not count. */
export function foldName(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase().replace(/\s+/g, " ");
}
