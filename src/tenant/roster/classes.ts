import { CLIENT_CLASS_NAMES } from "./class-words.ts";
import { foldLetters, foldWord } from "./names.ts";
import type { RaidRole } from "./schema.ts";
import { CLIENT_ROLE_NAMES, CLIENT_SPEC_NAMES } from "./spec-words.ts";

/** Every class of the game with the raid role of each specialisation. */
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

// Other spellings of the game's names, and Spanish ones in both genders. Accents do not matter.
const CLASS_WORDS: Readonly<Record<string, ClassId>> = {
  dk: "death-knight",
  dh: "demon-hunter",
  lock: "warlock",
  guerrero: "warrior",
  guerrera: "warrior",
  cazador: "hunter",
  cazadora: "hunter",
  picaro: "rogue",
  picara: "rogue",
  sacerdote: "priest",
  sacerdotisa: "priest",
  chaman: "shaman",
  mago: "mage",
  maga: "mage",
  brujo: "warlock",
  bruja: "warlock",
  druida: "druid",
  caballerodelamuerte: "death-knight",
  monje: "monk",
  cazadordedemonios: "demon-hunter",
  cazadoradedemonios: "demon-hunter",
  evocador: "evoker",
  evocadora: "evoker",
};

const ROLE_WORDS: Readonly<Record<string, RaidRole>> = {
  tank: "tank",
  tanque: "tank",
  mt: "tank",
  ot: "tank",
  healer: "healer",
  heal: "healer",
  heals: "healer",
  sanador: "healer",
  sanadora: "healer",
  melee: "melee",
  mdps: "melee",
  meleedps: "melee",
  cuerpoacuerpo: "melee",
  ranged: "ranged",
  rdps: "ranged",
  rangeddps: "ranged",
  caster: "ranged",
  adistancia: "ranged",
};

const SPEC_WORDS: Readonly<Record<string, string>> = {
  prot: "protection",
  proteccion: "protection",
  armas: "arms",
  furia: "fury",
  sagrado: "holy",
  reprension: "retribution",
  ret: "retribution",
  bm: "beastmastery",
  bestias: "beastmastery",
  mm: "marksmanship",
  punteria: "marksmanship",
  supervivencia: "survival",
  asesinato: "assassination",
  forajido: "outlaw",
  combate: "combat",
  sutileza: "subtlety",
  disc: "discipline",
  disciplina: "discipline",
  sombra: "shadow",
  sombras: "shadow",
  mejora: "enhancement",
  enh: "enhancement",
  resto: "restoration",
  restauracion: "restoration",
  arcano: "arcane",
  fuego: "fire",
  escarcha: "frost",
  afliccion: "affliction",
  demonologia: "demonology",
  destruccion: "destruction",
  equilibrio: "balance",
  boomkin: "balance",
  guardian: "guardian",
  sangre: "blood",
  profano: "unholy",
  maestrocervecero: "brewmaster",
  tejedordeniebla: "mistweaver",
  viajerodelviento: "windwalker",
  venganza: "vengeance",
  devastacion: "devastation",
  preservacion: "preservation",
  aumento: "augmentation",
};

const BY_NAME = new Map<string, ClassId>(CLASS_IDS.map((id) => [foldWord(id), id]));

/** The names in the game's clients of all languages, some of which use other alphabets. */
const BY_CLIENT_NAME = new Map<string, ClassId>(
  CLASS_IDS.flatMap((id) =>
    (CLIENT_CLASS_NAMES[id] ?? "").split(" ").map((name) => [foldLetters(name), id] as const),
  ),
);

const ROLE_BY_CLIENT_NAME = new Map<string, RaidRole>(
  Object.entries(CLIENT_ROLE_NAMES).flatMap(([role, names]) =>
    names.split(" ").map((name) => [foldLetters(name), role as RaidRole] as const),
  ),
);

/** The specialisations that a name can mean: one for each class. */
const SPECS_BY_CLIENT_NAME: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ...Map.groupBy(
      Object.entries(CLIENT_SPEC_NAMES).flatMap(([spec, names]) =>
        names.split(" ").map((name) => ({ key: foldLetters(name), spec })),
      ),
      ({ key }) => key,
    ),
  ].map(([key, found]) => [key, found.map(({ spec }) => spec)]),
);

/** Finds a class by its name in any language of the game, in any spelling of spaces and accents. */
export function classFrom(text: string): ClassId | undefined {
  const word = foldWord(text);
  return BY_NAME.get(word) ?? of(CLASS_WORDS, word) ?? BY_CLIENT_NAME.get(foldLetters(text));
}

/** Finds a raid role by its name in any language of the game. */
export function roleFrom(text: string): RaidRole | undefined {
  return of(ROLE_WORDS, foldWord(text)) ?? ROLE_BY_CLIENT_NAME.get(foldLetters(text));
}

/** Finds a specialisation of this class. Returns the game's spelling and its raid role. */
export function specFrom(id: ClassId, text: string): { name: string; role: RaidRole } | undefined {
  const specs: Readonly<Record<string, RaidRole>> = CLASSES[id].specs;
  const written = foldWord(text);
  const word = of(SPEC_WORDS, written) ?? written;
  const inClients = SPECS_BY_CLIENT_NAME.get(foldLetters(text)) ?? [];
  const names = Object.keys(specs);
  const name =
    names.find((known) => foldWord(known) === word) ??
    names.find((known) => inClients.includes(foldWord(known)));
  return name === undefined ? undefined : { name, role: specs[name]! };
}

// A word such as "constructor" must not find a member that every object has.
function of<T>(words: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}
