import type { CharacterId, PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { ClassId } from "./classes.ts";
import { foldName, type Place, placeFrom, placeKey, placeText } from "./names.ts";
import { type LineProblem, type PastedCharacter, type PastedLine, parseRoster } from "./paste.ts";
import type { PersonStatus, RaidRole } from "./schema.ts";

export interface KnownCharacter extends Place {
  readonly id: CharacterId;
  readonly personId: PersonId;
  readonly class: ClassId;
  readonly spec: string;
  readonly role: RaidRole | null;
  readonly isMain: boolean;
}

interface KnownPerson {
  readonly id: PersonId;
  readonly name: string;
  readonly status: PersonStatus;
}

/** The roster that a text is compared with. Characters are sorted: the oldest first. */
export interface KnownRoster {
  readonly characters: readonly KnownCharacter[];
  readonly people: readonly KnownPerson[];
}

/** The person of a line. The import adds a person who is not yet `known`. */
export interface Owner {
  readonly name: string;
  readonly known?: KnownPerson;
}

/** A line with its place in the roster after the import. A line with problems changes nothing. */
export interface PlannedLine {
  readonly pasted: PastedLine;
  readonly problems: LineProblem[];
  /** The character of the guild that this line is about. */
  there?: KnownCharacter;
  /** For an alt: the line or the known character that it names as its main. */
  main?: PlannedLine | KnownCharacter;
  owner?: Owner;
}

/**
 * Finds the character, the person and the main of each line of a pasted roster. Pure. A character is
 * name and realm. A bare name of a main means the alt's realm, or a character without a realm. Archived
 * people and their characters are never found by name.
 */
export function planRoster(text: string, roster: KnownRoster): readonly PlannedLine[] {
  const known = new Directory(roster);
  const lines = parseRoster(text, known.hasPlace).map(
    (pasted): PlannedLine => ({
      pasted,
      problems: [...pasted.problems],
    }),
  );
  claimCharacters(lines, known);
  refuseTwoMains(lines, known);
  placeMains(lines, known);
  placeAlts(lines, known);
  return lines;
}

/** The line's character, if the line has no problem. */
export function valid(line: PlannedLine): PastedCharacter | undefined {
  return line.problems.length === 0 ? line.pasted.character : undefined;
}

/** Where a character of the guild or of a line is after the import. */
function ownerAfter(one: PlannedLine | KnownCharacter, known: Directory): Owner | undefined {
  if (!("pasted" in one)) return known.ownerOf(one);
  if (one.problems.length === 0) return one.owner;
  return one.there && known.isActive(one.there) ? known.ownerOf(one.there) : undefined;
}

class Directory {
  readonly #places: ReadonlyMap<string, KnownCharacter>;
  readonly #names: ReadonlyMap<string, readonly KnownCharacter[]>;
  readonly #ids: ReadonlyMap<PersonId, Owner>;
  /** People by folded name: the guild's, and those that the import adds. */
  readonly #people: Map<string, Owner>;
  /** People of the guild with a character, and people whom a new character of this import joined. */
  readonly #played: Set<Owner>;
  readonly #mains: ReadonlyMap<PersonId, KnownCharacter>;

  constructor({ characters, people }: KnownRoster) {
    const owners = people.map((known): [PersonId, Owner] => [
      known.id,
      { known, name: known.name },
    ]);
    this.#ids = new Map(owners);
    this.#people = new Map(owners.map(([, owner]) => [foldName(owner.name), owner]));
    this.#places = new Map(characters.toReversed().map((one) => [placeKey(one), one]));
    const active = characters.filter((one) => this.isActive(one));
    this.#names = Map.groupBy(active, ({ name }) => foldName(name));
    this.#played = new Set(characters.map((one) => this.ownerOf(one)));
    this.#mains = new Map(
      active.flatMap((one) => (one.isMain ? [[one.personId, one] as const] : [])),
    );
  }

  readonly hasPlace = (key: string): boolean => this.#places.has(key);

  at(place: Place): KnownCharacter | undefined {
    return this.#places.get(placeKey(place));
  }

  /** Characters of active people with this name, on every realm. */
  named(name: string): readonly KnownCharacter[] {
    return this.#names.get(foldName(name)) ?? [];
  }

  ownerOf({ personId }: KnownCharacter): Owner {
    return this.#ids.get(personId)!;
  }

  isActive({ personId }: KnownCharacter): boolean {
    return this.#ids.get(personId)!.known!.status === "active";
  }

  person(name: string): Owner | undefined {
    return this.#people.get(foldName(name));
  }

  mainOf(owner: Owner | undefined): KnownCharacter | undefined {
    return owner?.known && this.#mains.get(owner.known.id);
  }

  /** The active person of this name. Adds the name if it is free. Undefined for an archived person. */
  personNamed(name: string): Owner | undefined {
    const owner = this.person(name) ?? { name };
    if (owner.known?.status === "archived") return undefined;
    this.#people.set(foldName(name), owner);
    return owner;
  }

  /** Marks a person who gets a character in this import. */
  join(owner: Owner): void {
    this.#played.add(owner);
  }

  /**
   * The person of a new character: an active one of this name without a character, or a new one. If the
   * name is taken, the realm is added to it.
   */
  personFor(place: Place): Owner | undefined {
    for (const name of new Set([place.name, placeText(place)])) {
      const owner = this.person(name);
      const isFree = owner === undefined || !this.#played.has(owner);
      if (!isFree || name.length > limits.roster.nameCharsMax) continue;
      const found = this.personNamed(name);
      if (!found) continue;
      this.join(found);
      return found;
    }
    return undefined;
  }
}

/**
 * Matches each line to a character of the guild, and no two lines to the same one: the one with this
 * name and realm, or the only one of this name if the line or the character has no realm.
 */
function claimCharacters(lines: readonly PlannedLine[], known: Directory): void {
  const named = lines.filter((line) => valid(line));
  const taken = new Set<KnownCharacter>();
  const claim = (line: PlannedLine, there: KnownCharacter) => {
    line.there = there;
    taken.add(there);
    if (!known.isActive(there)) line.problems.push("archived");
  };
  for (const line of named) {
    const exact = known.at(line.pasted.character!);
    if (exact) claim(line, exact);
  }
  for (const line of named) {
    const { name, realm } = line.pasted.character!;
    if (line.there || realm === "") continue;
    const bare = known.at({ name, realm: "" });
    if (bare && known.isActive(bare) && !taken.has(bare)) claim(line, bare);
  }
  // Characters that the text adds count as well, so that the same text means the same next time.
  const added = Map.groupBy(
    named.filter(({ there, pasted }) => !there && pasted.character!.realm !== ""),
    ({ pasted }) => foldName(pasted.character!.name),
  );
  for (const line of named) {
    const { name, realm } = line.pasted.character!;
    if (line.there || realm !== "") continue;
    const there = known.named(name);
    const isAdded = added.has(foldName(name));
    if (there.length + (isAdded ? 1 : 0) > 1) line.problems.push("realm-missing");
    else if (there.some((one) => taken.has(one))) line.problems.push("twice");
    else if (there[0]) claim(line, there[0]);
    else if (isAdded) line.problems.push("realm-missing");
  }
}

/** Lines that say of two characters of one person that they are the main are all refused. */
function refuseTwoMains(lines: readonly PlannedLine[], known: Directory): void {
  const said = lines.filter((line) => valid(line)?.isMain);
  const groups = Map.groupBy(said, (line) => {
    const name = line.pasted.character!.person ?? (line.there && known.ownerOf(line.there).name);
    return name === undefined ? undefined : foldName(name);
  });
  for (const [person, group] of groups) {
    if (person === undefined || group.length < 2) continue;
    for (const line of group) line.problems.push("two-mains");
  }
}

/** Finds the person of each line that is not an alt, and of each line without a character. */
function placeMains(lines: readonly PlannedLine[], known: Directory): void {
  const own: PlannedLine[] = [];
  for (const line of lines) {
    const { character, person = character?.person } = line.pasted;
    if (line.problems.length > 0 || character?.mainName !== undefined) continue;
    if (person !== undefined) setOwner(line, known.personNamed(person), "archived");
    else if (line.there) line.owner = known.ownerOf(line.there);
    else own.push(line);
    if (line.owner && character) known.join(line.owner);
  }
  // After the named people, so that these keep their names.
  for (const line of own) setOwner(line, known.personFor(line.pasted.character!), "person-taken");
}

function setOwner(line: PlannedLine, owner: Owner | undefined, problem: LineProblem): void {
  if (owner) line.owner = owner;
  else line.problems.push(problem);
}

/** Finds the person of each alt: the one of its main, which may be an alt in turn. */
function placeAlts(lines: readonly PlannedLine[], known: Directory): void {
  const alts = lines.filter((line) => valid(line)?.mainName !== undefined);
  const findMain = mainFinder(lines, known);
  for (const line of alts) {
    const main = findMain(line);
    if (typeof main === "string") line.problems.push(main);
    else line.main = main;
  }
  const waiting = new Set(alts);
  for (const start of alts) {
    const chain: PlannedLine[] = [];
    for (let next: PlannedLine | KnownCharacter | undefined = start; next !== undefined; ) {
      if (!("pasted" in next) || !waiting.has(next)) break;
      waiting.delete(next);
      chain.push(next);
      next = next.main;
      const at = chain.indexOf(next as PlannedLine);
      for (const one of at < 0 ? [] : chain.slice(at)) one.problems.push("main-loop");
    }
    for (const line of chain.toReversed()) placeAlt(line, known);
  }
}

function placeAlt(line: PlannedLine, known: Directory): void {
  if (line.problems.length > 0) return;
  setOwner(line, line.main && ownerAfter(line.main, known), "main-missing");
  const { person } = line.pasted.character!;
  if (line.owner && person !== undefined && foldName(person) !== foldName(line.owner.name)) {
    line.problems.push("other-person");
  }
}

type FindMain = (line: PlannedLine) => PlannedLine | KnownCharacter | LineProblem;

function mainFinder(lines: readonly PlannedLine[], known: Directory): FindMain {
  const good = lines.filter((line) => valid(line));
  const byThere = new Map(
    good.flatMap((line) => (line.there ? [[line.there, line] as const] : [])),
  );
  const byPlace = new Map(good.map((line) => [placeKey(line.pasted.character!), line]));
  const byName = Map.groupBy(good, (line) => foldName(line.pasted.character!.name));
  const mains = good.filter((line) => valid(line)?.mainName === undefined);
  const byPerson = new Map(
    mains
      .toReversed()
      .flatMap((line) => (line.owner ? [[foldName(line.owner.name), line] as const] : [])),
  );
  const current = (one: KnownCharacter) => byThere.get(one) ?? one;
  const at = (place: Place) => {
    const there = known.at(place);
    return (
      byPlace.get(placeKey(place)) ?? (there && known.isActive(there) ? current(there) : undefined)
    );
  };
  return (line) => {
    const { mainName = "", person, ...own } = line.pasted.character!;
    if (mainName === "") return mainOfPerson(line, person);
    const place = placeFrom(mainName, "", known.hasPlace);
    if (!place) return "main-missing";
    const bare = withoutRealm(place.name);
    if (place.realm !== "") return at(place) ?? bare ?? "main-missing";
    const near = at({ ...place, realm: own.realm });
    const found = [...new Set([near, bare].filter((one) => one !== undefined))];
    if (own.realm === "" && !near) {
      const named = [
        ...(byName.get(foldName(place.name)) ?? []),
        ...known.named(place.name).map(current),
      ];
      const all = [...new Set(named)];
      if (all.length > 1) return all.find((one) => isOf(one, person)) ?? "realm-missing";
      found.push(...all);
    }
    return found.find((one) => isOf(one, person)) ?? found[0] ?? "main-missing";
  };

  /** The character of this name without a realm, unless a line gives it one. */
  function withoutRealm(name: string): PlannedLine | KnownCharacter | undefined {
    const found = at({ name, realm: "" });
    const isMoved = found && "pasted" in found && found.pasted.character!.realm !== "";
    return isMoved ? undefined : found;
  }

  function mainOfPerson(line: PlannedLine, person: string | undefined) {
    const owner = person === undefined ? undefined : known.person(person);
    const inText = person === undefined ? undefined : byPerson.get(foldName(person));
    const inGuild = owner?.known?.status === "active" ? known.mainOf(owner) : undefined;
    const main = inText ?? (inGuild && current(inGuild));
    if (main && main !== line) return main;
    const own = line.there && known.mainOf(known.ownerOf(line.there));
    return person === undefined && own && own !== line.there ? current(own) : "main-missing";
  }

  function isOf(one: PlannedLine | KnownCharacter, person: string | undefined): boolean {
    if (person === undefined) return false;
    const owner = ownerAfter(one, known);
    const name = "pasted" in one ? (one.pasted.character!.person ?? owner?.name) : owner?.name;
    return name !== undefined && foldName(name) === foldName(person);
  }
}
