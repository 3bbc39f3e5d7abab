export const CONSUMABLE_KINDS = [
  "flask",
  "elixir",
  "food",
  "rune",
  "potion",
  "healthstone",
  "drums",
] as const;
export type ConsumableKind = (typeof CONSUMABLE_KINDS)[number];

/** The words of the game for each kind, in the languages of its clients. The first that fits counts. */
const WORDS: readonly (readonly [words: RegExp, kind: ConsumableKind])[] = [
  [
    /healthstone|gesundheitsstein|pierre de soins|piedra de salud|pedra de vida|pietra della salute|камень здоровья|생명석|治疗石|治療石/,
    "healthstone",
  ],
  [
    /well fed|(^| )satt( |$)|bien nourri|bien alimentado|saciado|ben nutrito|сытость|포만감|进食充分|吃飽喝足/,
    "food",
  ],
  [
    /(^| )(flask|phial)( |$)|fläschchen|phiole|(^| )(flacon|fiole|frasco|fiala) |настой|фиал|영약|合剂|精煉藥劑/,
    "flask",
  ],
  [/elixir|elixier|élixir|elisir|эликсир|비약/, "elixir"],
  [/augment rune| augmentation$|verstärkungsrune|rune d['’]augmentation|runa de aumento/, "rune"],
  [/potion|trank( |$)|poci[oó]n|poção|pozione|зелье|물약|药水|藥水/, "potion"],
  [/^(greater )?drums of|^trommeln d|^tambours d|^tambores d/, "drums"],
];

/** Consumables whose spell has another name, or none in the list of buffs at a pull. */
const BY_ID: ReadonlyMap<number, ConsumableKind> = new Map([
  ...[431971, 431972, 431973, 431974, 432021].map((id) => [id, "flask"] as const),
  [453250, "rune"],
  // Potions until Wrath of the Lich King: Restore Mana, Healing Potion, Speed, Wild Magic and others.
  ...[17531, 17534, 28495, 28499, 28507, 28508, 43185, 43186, 53762, 53908, 53909].map(
    (id) => [id, "potion"] as const,
  ),
  // Dark and demonic runes, which restore mana.
  ...[16666, 27869].map((id) => [id, "potion"] as const),
]);

/** Names of buffs that players have before the pull, where the log has numbers only. */
export const BUFF_NAMES: ReadonlyMap<number, string> = new Map([
  [1126, "Mark of the Wild"],
  [1459, "Arcane Intellect"],
  [6673, "Battle Shout"],
  [21562, "Power Word: Fortitude"],
  [381748, "Blessing of the Bronze"],
  [462854, "Skyfury"],
  [431971, "Flask of Tempered Aggression"],
  [431972, "Flask of Tempered Swiftness"],
  [431973, "Flask of Tempered Versatility"],
  [431974, "Flask of Tempered Mastery"],
  [432021, "Flask of Alchemical Chaos"],
]);

/** Spells of classes that are named like consumables: Healing Elixir of monks. */
const CLASS_SPELLS: ReadonlySet<number> = new Set([122_280, 122_281, 428_439]);

/** The kind of consumable that a spell belongs to; null for any other spell. */
export function consumableOf(spellId: number, name: string): ConsumableKind | null {
  const known = BY_ID.get(spellId);
  if (known) return known;
  if (CLASS_SPELLS.has(spellId)) return null;
  const text = name.toLowerCase();
  return WORDS.find(([words]) => words.test(text))?.[1] ?? null;
}
