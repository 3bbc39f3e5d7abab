import { realmKey } from "../../kernel/game/realms.ts";
import type { CharacterId, PersonId } from "../../kernel/ids.ts";
import { foldName, placeKey, placeText } from "../roster/names.ts";
import type { PersonStatus } from "../roster/schema.ts";
import type { SourceCharacter, SourcePerson } from "./document.ts";
import type { ImportQuestion } from "./report.ts";
import type { Verdict } from "./schema.ts";

/** The people and characters of the guild that a source is compared with. */
export interface GuildPeople {
  readonly persons: readonly {
    readonly id: PersonId;
    readonly name: string;
    readonly status: PersonStatus;
  }[];
  readonly characters: readonly {
    readonly id: CharacterId;
    readonly personId: PersonId;
    readonly name: string;
    readonly realm: string;
  }[];
  /** The persons of this source's earlier imports, by key. */
  readonly earlier: ReadonlyMap<string, PersonId>;
  /** Persons that a reverted import of this source has archived. An import restores them. */
  readonly reverted: ReadonlySet<PersonId>;
}

/** People and characters of a source by their key, in the source's order. */
export interface SourcePeople {
  readonly persons: ReadonlyMap<string, SourcePerson>;
  readonly characters: ReadonlyMap<string, SourceCharacter>;
}

/** What becomes of a person of the source. `id` is absent while a question is open. */
interface PersonMatch {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly id?: PersonId;
  /** For a new person: a name that no one in the guild has. */
  readonly name?: string;
}

interface CharacterMatch {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly id?: CharacterId;
  readonly isMain?: boolean;
}

export interface PeopleMatches {
  readonly persons: ReadonlyMap<string, PersonMatch>;
  readonly characters: ReadonlyMap<string, CharacterMatch>;
  readonly questions: readonly ImportQuestion[];
}

/** The answer for a person of their own. */
const NEW_PERSON = "new";

/**
 * Finds the people of a source in the guild. Pure. A character is name and realm; one without a realm in
 * the guild is the same one. A name that fits several people, or an archived one, is asked about.
 */
export function matchPeople(
  source: SourcePeople,
  guild: GuildPeople,
  answers: Readonly<Record<string, string>>,
  newId: <T extends string>() => T,
): PeopleMatches {
  const matcher = new Matcher(guild, answers, newId);
  const own = Map.groupBy(source.characters, ([, { person }]) => person);
  matcher.findDoubles(source);
  for (const [key, person] of source.persons) {
    const characters = (own.get(key) ?? []).map(([, character]) => character);
    matcher.addPerson(key, person, characters);
  }
  for (const [key, character] of source.characters) matcher.addCharacter(key, character);
  return matcher;
}

class Matcher implements PeopleMatches {
  readonly persons = new Map<string, PersonMatch>();
  readonly characters = new Map<string, CharacterMatch>();
  readonly questions: ImportQuestion[] = [];
  readonly #guild: GuildPeople;
  readonly #answers: Readonly<Record<string, string>>;
  readonly #newId: <T extends string>() => T;
  readonly #byId: ReadonlyMap<string, GuildPeople["persons"][number]>;
  readonly #byName: Map<string, PersonId>;
  readonly #byPlace = new Map<string, GuildPeople["characters"][number]>();
  readonly #byCharacter: ReadonlyMap<string, readonly GuildPeople["characters"][number][]>;
  readonly #hasCharacter: ReadonlySet<PersonId>;
  /** The places of characters that this import adds, and the persons that get their first one. */
  readonly #added = new Set<string>();
  readonly #withMain = new Set<PersonId>();
  /** For the second character of one name in the source: the key of the first one's person. */
  readonly #doubles = new Map<string, { question: string; first: string }>();

  constructor(
    guild: GuildPeople,
    answers: Readonly<Record<string, string>>,
    newId: <T extends string>() => T,
  ) {
    this.#guild = guild;
    this.#answers = answers;
    this.#newId = newId;
    this.#byId = new Map(guild.persons.map((person) => [person.id, person]));
    this.#byName = new Map(guild.persons.map(({ id, name }) => [foldName(name), id]));
    for (const one of guild.characters) this.#byPlace.set(placeKey(one), one);
    this.#byCharacter = Map.groupBy(guild.characters, ({ name }) => foldName(name));
    this.#hasCharacter = new Set(guild.characters.map(({ personId }) => personId));
  }

  /** Asks about characters of the source that have one name and realm, but two ids. */
  findDoubles({ characters }: SourcePeople): void {
    const places = Map.groupBy(characters.values(), (one) => placeKey(one));
    for (const [place, all] of places) {
      const [first, ...others] = [...new Set(all.map(({ person }) => person))];
      if (others.length === 0) continue;
      const question = `same-name:${place.replace("\n", "-")}`;
      this.#ask({
        id: question,
        kind: "same-name",
        subject: placeText(all[0]!),
        options: [
          { value: "one", label: "" },
          { value: "several", label: "" },
        ],
      });
      for (const other of others) this.#doubles.set(other, { question, first: first! });
    }
  }

  addPerson(key: string, person: SourcePerson, characters: readonly SourceCharacter[]): void {
    this.persons.set(key, this.#personOf(key, person, characters));
  }

  #personOf(
    key: string,
    person: SourcePerson,
    characters: readonly SourceCharacter[],
  ): PersonMatch {
    const known = person.personId ?? this.#guild.earlier.get(key);
    if (known !== undefined && this.#byId.has(known)) return found(known as PersonId);
    const double = this.#doubles.get(key);
    if (double) {
      const answer = this.#answers[double.question];
      if (answer === undefined) return OPEN;
      if (answer === "one") {
        const first = this.persons.get(double.first);
        if (first?.id !== undefined) return { ...found(first.id), reason: "same-person" };
        return first ?? OPEN;
      }
      return this.#newPerson(person, characters);
    }
    const candidates = this.#candidates(person, characters);
    const answer = this.#answers[`person:${key}`];
    if (answer === NEW_PERSON) return this.#newPerson(person, characters);
    if (answer !== undefined && this.#byId.has(answer)) return found(answer as PersonId);
    if (candidates.length === 0) return this.#newPerson(person, characters);
    const [only, second] = candidates;
    const status = this.#byId.get(only!.id)!.status;
    if (second === undefined && only!.isSure) {
      if (status === "active") return found(only!.id);
      if (this.#guild.reverted.has(only!.id)) {
        return { verdict: "changed", reason: "restored", id: only!.id };
      }
      if (person.isArchived) return found(only!.id);
    }
    this.#ask({
      id: `person:${key}`,
      kind: second === undefined && status === "archived" ? "archived" : "which-person",
      subject: characters[0] ? placeText(characters[0]) : person.name,
      options: [
        ...candidates.map(({ id }) => ({ value: id, label: this.#byId.get(id)!.name })),
        { value: NEW_PERSON, label: "" },
      ],
    });
    return OPEN;
  }

  /** The people of the guild that may be this person. Sure are those found by a character or as a person. */
  #candidates(
    person: SourcePerson,
    characters: readonly SourceCharacter[],
  ): readonly { readonly id: PersonId; readonly isSure: boolean }[] {
    const byCharacter = characters.flatMap((one) => this.#owners(one));
    if (byCharacter.length > 0) {
      return [...new Set(byCharacter)].map((id) => ({ id, isSure: true }));
    }
    const named = this.#byName.get(foldName(person.name));
    // A person whom this import adds has the name: two persons of the source are never one.
    if (named === undefined || !this.#byId.has(named)) return [];
    const isCharacterName = characters.some(({ name }) => foldName(name) === foldName(person.name));
    if (!isCharacterName || !this.#hasCharacter.has(named)) return [{ id: named, isSure: true }];
    // A character on another realm is another character, so its person is another person.
    const own = this.#byCharacter.get(foldName(person.name)) ?? [];
    if (own.some(({ personId }) => personId === named)) return [];
    return [{ id: named, isSure: false }];
  }

  #owners(character: SourceCharacter): readonly PersonId[] {
    const exact = this.#byPlace.get(placeKey(character));
    if (exact) return [exact.personId];
    const named = this.#byCharacter.get(foldName(character.name)) ?? [];
    const isBare = realmKey(character.realm) === "";
    const fitting = named.filter(({ realm }) => isBare || realmKey(realm) === "");
    return fitting.map(({ personId }) => personId);
  }

  #newPerson(person: SourcePerson, characters: readonly SourceCharacter[]): PersonMatch {
    const place = characters[0] && placeText({ ...characters[0], name: person.name });
    const wanted = [person.name, ...(place === undefined ? [] : [place])];
    let name = wanted.find((one) => !this.#byName.has(foldName(one)));
    for (let number = 2; name === undefined; number++) {
      const next = `${person.name} ${number}`;
      if (!this.#byName.has(foldName(next))) name = next;
    }
    const id = this.#newId<PersonId>();
    this.#byName.set(foldName(name), id);
    return { verdict: "new", reason: "", id, name };
  }

  addCharacter(key: string, character: SourceCharacter): void {
    this.characters.set(key, this.#characterOf(character));
  }

  #characterOf(character: SourceCharacter): CharacterMatch {
    const person = this.persons.get(character.person);
    if (person?.id === undefined) return person?.verdict === "unassignable" ? LOST : OPEN;
    const there = this.#thereOf(character, person.id);
    if (there) {
      const isOther = there.personId !== person.id;
      return {
        verdict: isOther ? "conflicting" : "unchanged",
        reason: isOther ? "other-person" : "",
        id: there.id,
      };
    }
    if (character.class === null) return { verdict: "unchanged", reason: "no-class" };
    if (this.#added.has(placeKey(character))) {
      return { verdict: "unchanged", reason: "same-name" };
    }
    this.#added.add(placeKey(character));
    const isFirst = !this.#withMain.has(person.id) && !this.#hasCharacter.has(person.id);
    if (isFirst) this.#withMain.add(person.id);
    return { verdict: "new", reason: "", id: this.#newId<CharacterId>(), isMain: isFirst };
  }

  #thereOf(character: SourceCharacter, personId: PersonId) {
    const exact = this.#byPlace.get(placeKey(character));
    if (exact) return exact;
    const named = this.#byCharacter.get(foldName(character.name)) ?? [];
    const isBare = realmKey(character.realm) === "";
    return named.find((one) => one.personId === personId && (isBare || realmKey(one.realm) === ""));
  }

  #ask(question: ImportQuestion): void {
    if (this.questions.some(({ id }) => id === question.id)) return;
    this.questions.push(question);
  }
}

const OPEN = { verdict: "conflicting", reason: "question" } as const;
const LOST = { verdict: "unassignable", reason: "person" } as const;

function found(id: PersonId): PersonMatch {
  return { verdict: "unchanged", reason: "", id };
}
