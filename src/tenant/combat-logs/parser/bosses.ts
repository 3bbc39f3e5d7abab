/** Raid bosses of clients that write no ENCOUNTER_START, until 5.4. */
export interface Boss {
  /** The number of the first unit, in place of the game's number of the encounter. */
  readonly id: number;
  readonly name: string;
  /** How many of its units have to die. */
  readonly lives: number;
}

// Units by their number and English name. Several units are one fight, of which the first names it;
// a + says that all have to die.
const TABLE = `
12118 Lucifron; 11982 Magmadar; 12259 Gehennas; 12057 Garr; 12264 Shazzrah; 12056 Baron Geddon
12098 Sulfuron Harbinger; 11988 Golemagg the Incinerator; 12018 Majordomo Executus; 11502 Ragnaros
10184 Onyxia; 12435 Razorgore the Untamed; 13020 Vaelastrasz the Corrupt; 12017 Broodlord Lashlayer
11983 Firemaw; 14601 Ebonroc; 11981 Flamegor; 14020 Chromaggus; 11583 Nefarian
14517 High Priestess Jeklik; 14507 High Priest Venoxis; 14510 High Priestess Mar'li
11382 Bloodlord Mandokir; 15114 Gahz'ranka; 14509 High Priest Thekal; 14515 High Priestess Arlokk
11380 Jin'do the Hexxer; 14834 Hakkar; 15348 Kurinnaxx; 15341 General Rajaxx; 15340 Moam
15370 Buru the Gorger; 15369 Ayamiss the Hunter; 15339 Ossirian the Unscarred
15263 The Prophet Skeram; 15516 Battleguard Sartura; 15510 Fankriss the Unyielding; 15299 Viscidus
15543 Princess Yauj + 15544 Vem + 15511 Lord Kri; 15509 Princess Huhuran
15276 Emperor Vek'lor + 15275 Emperor Vek'nilash; 15517 Ouro; 15727 C'Thun
15550 Attumen the Huntsman; 15687 Moroes; 16457 Maiden of Virtue; 17521 The Big Bad Wolf
17533 Romulo + 17534 Julianne; 18168 The Crone; 15691 The Curator; 15688 Terestian Illhoof
16524 Shade of Aran; 15689 Netherspite; 17225 Nightbane; 15690 Prince Malchezaar
18831 High King Maulgar; 19044 Gruul the Dragonkiller; 17257 Magtheridon
21216 Hydross the Unstable; 21217 The Lurker Below; 21215 Leotheras the Blind
21214 Fathom-Lord Karathress; 21213 Morogrim Tidewalker; 21212 Lady Vashj
19514 Al'ar; 19516 Void Reaver; 18805 High Astromancer Solarian; 19622 Kael'thas Sunstrider
17767 Rage Winterchill; 17808 Anetheron; 17888 Kaz'rogal; 17842 Azgalor; 17968 Archimonde
22887 High Warlord Naj'entus; 22898 Supremus; 22841 Shade of Akama; 22871 Teron Gorefiend
22948 Gurtogg Bloodboil; 23420 Essence of Anger; 22947 Mother Shahraz
22949 Gathios the Shatterer + 22950 High Nethermancer Zerevor + 22951 Lady Malande + 22952 Veras Darkshadow
22917 Illidan Stormrage; 23574 Akil'zon; 23576 Nalorakk; 23578 Jan'alai; 23577 Halazzi
24239 Hex Lord Malacrass; 23863 Zul'jin; 24892 Sathrovarr the Corruptor; 24882 Brutallus; 25038 Felmyst
25165 Lady Sacrolash + 25166 Grand Warlock Alythess; 25840 Entropius, 25741 M'uru; 25315 Kil'jaeden
15956 Anub'Rekhan; 15953 Grand Widow Faerlina; 15952 Maexxna; 15954 Noth the Plaguebringer
15936 Heigan the Unclean; 16011 Loatheb; 16061 Instructor Razuvious; 16060 Gothik the Harvester
16064 Thane Korth'azz + 16065 Lady Blaumeux + 30549 Baron Rivendare + 16063 Sir Zeliek
16028 Patchwerk; 15931 Grobbulus; 15932 Gluth; 15928 Thaddius; 15989 Sapphiron; 15990 Kel'Thuzad
28860 Sartharion; 28859 Malygos; 31125 Archavon the Stone Watcher; 33993 Emalon the Storm Watcher
35013 Koralon the Flame Watcher; 38433 Toravon the Ice Watcher
33113 Flame Leviathan; 33118 Ignis the Furnace Master; 33186 Razorscale; 33293 XT-002 Deconstructor
32867 Steelbreaker + 32927 Runemaster Molgeim + 32857 Stormcaller Brundir; 32930 Kologarn
33515 Auriaya; 32845 Hodir; 32865 Thorim; 32906 Freya; 33350 Mimiron; 33271 General Vezax
33288 Yogg-Saron; 32871 Algalon the Observer
34797 Icehowl, 34796 Gormok the Impaler, 35144 Acidmaw, 34799 Dreadscale; 34780 Lord Jaraxxus
34497 Fjola Lightbane, 34496 Eydis Darkbane; 34564 Anub'arak
36612 Lord Marrowgar; 36855 Lady Deathwhisper; 37813 Deathbringer Saurfang; 36626 Festergut
36627 Rotface; 36678 Professor Putricide; 37955 Blood-Queen Lana'thel; 36853 Sindragosa
37970 Prince Valanar, 37972 Prince Keleseth, 37973 Prince Taldaram; 36597 The Lich King
39863 Halion, 40142 Halion; 39751 Baltharus the Warborn; 39746 General Zarithrian; 39747 Saviana Ragefire
41570 Magmaw; 42180 Toxitron, 42178 Magmatron, 42179 Electron, 42166 Arcanotron; 41378 Maloriak
41442 Atramedes; 43296 Chimaeron; 41376 Nefarian; 44600 Halfus Wyrmbreaker
45992 Valiona, 45993 Theralion; 43735 Elementium Monstrosity; 43324 Cho'gall; 45213 Sinestra
45870 Anshal + 45871 Nezir + 45872 Rohash; 46753 Al'Akir
47120 Argaloth; 52363 Occu'thar; 55869 Alizabal
52498 Beth'tilac; 52558 Lord Rhyolith; 52530 Alysrazor; 53691 Shannox; 53494 Baleroc
52571 Majordomo Staghelm; 52409 Ragnaros
55265 Morchok; 55308 Warlord Zon'ozz; 55312 Yor'sahj the Unsleeping; 55689 Hagara the Stormbinder
55294 Ultraxion; 56427 Warmaster Blackhorn; 53879 Deathwing; 56173 Deathwing`;

const BY_NUMBER = new Map<number, Boss>();
const BY_NAME = new Map<string, Boss>();

for (const fight of TABLE.split(/[;\n]/)) {
  const units = [...fight.matchAll(/(\d+) ([^+,]+)/g)].map(
    ([, number, name]) => [Number(number), name!.trim()] as const,
  );
  const [first] = units;
  if (first === undefined) continue;
  const boss = { id: first[0], name: first[1], lives: fight.includes(" + ") ? units.length : 1 };
  for (const [number, name] of units) {
    BY_NUMBER.set(number, boss);
    if (!BY_NAME.has(name)) BY_NAME.set(name, boss);
  }
}

/**
 * The boss behind a unit whose GUID is a number. Until 4.x, the unit's number has six digits there, later
 * four; another language's name is no hindrance.
 */
export function bossOf(guid: string, name: string): Boss | undefined {
  if (!/^0xF.[35bd]/i.test(guid)) return undefined;
  const digits = (from: number, to: number) => Number.parseInt(guid.slice(from, to), 16);
  return BY_NUMBER.get(digits(6, 12)) ?? BY_NUMBER.get(digits(6, 10)) ?? BY_NAME.get(name);
}
