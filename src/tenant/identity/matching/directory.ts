import { splitName } from "../../../kernel/game/characters.ts";
import { realmKey } from "../../../kernel/game/realms.ts";
import { foldName } from "../../../kernel/names.ts";
import { matchKey, memberKeys } from "./names.ts";
import type { DiscordMember, GameCharacter, World } from "./world.ts";

/** The character that a name means: one, several, or none. */
export type Named = GameCharacter | "ambiguous" | undefined;

/** By code units, so that every runtime and language sorts alike. */
export function compareIds(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Is the account one of a person who is on the server now? Only such accounts get links. */
export function isHere(member: DiscordMember): boolean {
  return member.isPresent && !member.isBot;
}

/** The characters and members of a world in a fixed order, by id and by name. */
export class Directory {
  readonly characters: readonly GameCharacter[];
  readonly members: readonly DiscordMember[];
  readonly #characterById: ReadonlyMap<string, GameCharacter>;
  readonly #memberById: ReadonlyMap<string, DiscordMember>;
  readonly #byFold: ReadonlyMap<string, readonly GameCharacter[]>;
  readonly #keyOf: ReadonlyMap<string, string>;
  readonly #byKey: ReadonlyMap<string, readonly GameCharacter[]>;
  readonly #keysOfMembers = new Map<string, ReadonlySet<string>>();
  readonly #membersByKey = new Map<string, DiscordMember[]>();

  constructor(world: World) {
    this.characters = [...world.characters].sort((a, b) => compareIds(a.id, b.id));
    this.members = [...world.members].sort((a, b) => compareIds(a.id, b.id));
    this.#characterById = new Map(this.characters.map((one) => [one.id, one]));
    this.#memberById = new Map(this.members.map((one) => [one.id, one]));
    this.#byFold = Map.groupBy(this.characters, (one) => foldName(one.name));
    this.#keyOf = new Map(this.characters.map((one) => [one.id, matchKey(one.name)]));
    this.#byKey = Map.groupBy(this.characters, (one) => this.keyOf(one));
    for (const member of this.members) {
      const keys = memberKeys(member);
      this.#keysOfMembers.set(member.id, keys);
      if (!isHere(member)) continue;
      for (const key of keys) {
        const same = this.#membersByKey.get(key);
        if (same) same.push(member);
        else this.#membersByKey.set(key, [member]);
      }
    }
  }

  character(id: string): GameCharacter | undefined {
    return this.#characterById.get(id);
  }

  member(id: string): DiscordMember | undefined {
    return this.#memberById.get(id);
  }

  /** The key of a character's name. */
  keyOf(character: GameCharacter): string {
    return this.#keyOf.get(character.id) ?? matchKey(character.name);
  }

  /** Everything that a member is called, as keys. */
  keysOf(memberId: string): ReadonlySet<string> {
    return this.#keysOfMembers.get(memberId) ?? new Set();
  }

  /** The present people who are called so. Bots are never among them. */
  membersNamed(key: string): readonly DiscordMember[] {
    return this.#membersByKey.get(key) ?? [];
  }

  /** The present characters with this key. */
  charactersNamed(key: string): readonly GameCharacter[] {
    return (this.#byKey.get(key) ?? []).filter((one) => one.isPresent);
  }

  /**
   * The roster's character that a note of `self` means: of the named realm, else of the same realm,
   * else of any. The name as it is written comes before the name without accents, and who is in the
   * guild before who left it.
   */
  namedBy(self: GameCharacter, text: string): Named {
    const split = splitName("retail", text);
    if (split === undefined) return undefined;
    const wanted = split.realm === null ? undefined : realmKey(split.realm);
    const others = (found: readonly GameCharacter[] | undefined) =>
      (found ?? []).filter(
        (one) => one.id !== self.id && (wanted === undefined || one.realmKey === wanted),
      );
    const written = others(this.#byFold.get(foldName(split.name)));
    const plain = others(this.#byKey.get(matchKey(split.name)));
    for (const isPresent of [true, false]) {
      for (const list of [written, plain]) {
        const found = list.filter((one) => one.isPresent === isPresent);
        const near = found.filter((one) => one.realmKey === self.realmKey);
        const best = near.length > 0 ? near : found;
        if (best.length > 0) return best.length === 1 ? best[0] : "ambiguous";
      }
    }
    return undefined;
  }
}
