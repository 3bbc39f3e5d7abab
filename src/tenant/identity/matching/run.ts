import { compareIds, Directory, isHere } from "./directory.ts";
import { withDetails } from "./evidence.ts";
import { memberLabel } from "./names.ts";
import { isStrong, type Owner, Owners, type PersonKey } from "./owners.ts";
import { type MainReading, type MemberReading, readMain, readMember } from "./readings.ts";
import { SimilarNames } from "./similarity.ts";
import type {
  Confidence,
  DiscordMember,
  Evidence,
  GameCharacter,
  Link,
  LinkSource,
  PersonRef,
  World,
} from "./world.ts";

/** From here on a similar name is linked, and an officer confirms it. */
export const LINK_SIMILARITY_MIN = 0.85;
/** From here on a similar name is suggested. */
export const SUGGESTION_SIMILARITY_MIN = 0.7;

/** What a run has found out about a character that no strong claim decides. */
export interface Resolution {
  readonly person: PersonRef;
  readonly key: PersonKey;
  readonly source: LinkSource;
  readonly confidence: Confidence;
  readonly evidence: Evidence;
}

export type ExactMatch =
  | { readonly kind: "none" }
  | { readonly kind: "unique"; readonly member: DiscordMember }
  | { readonly kind: "ambiguous"; readonly members: readonly DiscordMember[] };

export interface Candidate {
  readonly member: DiscordMember;
  readonly similarity: number;
}

/** The state of one run: what is known, what was read, what was decided so far. */
export class Run {
  readonly directory: Directory;
  readonly owners: Owners;
  readonly resolutions = new Map<string, Resolution>();
  /** Alt groups whose characters belong to different persons for sure. Their rule says nothing. */
  readonly splitGroups = new Set<string>();
  readonly present: readonly GameCharacter[];
  readonly #memberReadings = new Map<string, MemberReading>();
  readonly #mainReadings = new Map<string, MainReading>();
  readonly #groups: ReadonlyMap<string, readonly GameCharacter[]>;
  readonly #similar = new SimilarNames<DiscordMember>();
  readonly #candidates = new Map<string, readonly Candidate[]>();
  /** The automatic links of accounts that the notes of a character joined to its person. */
  readonly #joins: Map<string, readonly Link[]>;

  constructor(world: World) {
    this.directory = new Directory(world);
    this.owners = new Owners(world, this.directory);
    this.present = this.directory.characters.filter((one) => one.isPresent);
    this.#groups = Map.groupBy(
      this.directory.characters.filter((one) => groupOf(one) !== null),
      (one) => groupOf(one)!,
    );
    this.#joins = joinsOf(world);
    for (const character of this.present) this.#read(character);
    for (const member of this.directory.members) {
      const isMember =
        world.guildRoleIds.size === 0 || member.roleIds.some((id) => world.guildRoleIds.has(id));
      if (!isHere(member) || !isMember) continue;
      for (const key of this.directory.keysOf(member.id)) this.#similar.add(key, member);
    }
  }

  /** Reads the notes of a character again, after a link of an account to its person ended. */
  readWithout(link: Link, character: GameCharacter): void {
    const left = this.#joins.get(character.id)?.filter((one) => one !== link) ?? [];
    this.#joins.set(character.id, left);
    this.#read(character);
  }

  #read(character: GameCharacter): void {
    const link = this.weakLink(character);
    const noted = link?.source === "guild_note" ? link : this.#joins.get(character.id)?.[0];
    const alted = link?.source === "alt_of_note" ? link : undefined;
    const reading = readMember(this.directory, character, noted);
    const isRefused =
      reading.kind === "found" && this.owners.isRejected(character.id, reading.found.id);
    this.#memberReadings.set(
      character.id,
      isRefused ? readMember(this.directory, character, undefined) : reading,
    );
    this.#mainReadings.set(character.id, readMain(this.directory, character, alted));
  }

  /** The automatic link that a character has now. */
  weakLink(character: GameCharacter): Link | undefined {
    const owner = this.owners.ofCharacter(character.id);
    return owner && !owner.isStrong ? owner.link : undefined;
  }

  /** Is the character's person decided by a claim that automation leaves alone? */
  isDecided(character: GameCharacter): boolean {
    return this.owners.ofCharacter(character.id)?.isStrong === true;
  }

  /**
   * Undefined once an officer rejected the account for this character, and for an account that left
   * and has no person: it gets none before it comes back.
   */
  noted(character: GameCharacter): (MemberReading & { kind: "found" }) | undefined {
    const reading = this.#memberReadings.get(character.id);
    if (reading?.kind !== "found" || this.isLost(reading.found)) return undefined;
    return this.owners.isRejected(character.id, reading.found.id) ? undefined : reading;
  }

  /** Did an account leave, and does it belong to no person? */
  isLost(member: DiscordMember): boolean {
    return !isHere(member) && this.owners.ofMember(member.id) === undefined;
  }

  memberReading(character: GameCharacter): MemberReading {
    return this.#memberReadings.get(character.id) ?? { kind: "none" };
  }

  mainReading(character: GameCharacter): MainReading {
    return this.#mainReadings.get(character.id) ?? { kind: "none" };
  }

  /** All characters of an alt group, those that left included. */
  group(name: string): readonly GameCharacter[] {
    return this.#groups.get(name) ?? [];
  }

  /** Was the person of a link made for an alt group, and has it nothing from elsewhere? */
  isMadeFor(group: string, link: Link): boolean {
    const key = `id ${link.personId}`;
    return (
      !this.owners.hasStrong(key) &&
      [...this.owners.discordsOf(key)].every((id) => {
        const details = this.owners.ofMember(id)?.evidence?.details;
        return details?.["founded"] === 0 && details["group"] === group;
      })
    );
  }

  /** Whose a character is, as far as this run knows. */
  personOf(character: GameCharacter): { person: PersonRef; key: PersonKey } | undefined {
    if (this.isDecided(character) || !character.isPresent) {
      return this.owners.ofCharacter(character.id);
    }
    return this.resolutions.get(character.id);
  }

  /** The account that is called as the character is, if one account and one person are called so. */
  exact(character: GameCharacter): ExactMatch {
    const key = this.directory.keyOf(character);
    const members = this.directory.membersNamed(key);
    if (members.length === 0) return { kind: "none" };
    const roots = new Set(this.directory.charactersNamed(key).map((one) => this.#rootOf(one)));
    return members.length === 1 && roots.size === 1
      ? { kind: "unique", member: members[0]! }
      : { kind: "ambiguous", members };
  }

  /** The accounts with a similar name, the most similar first. Rejected ones are among them. */
  similar(character: GameCharacter): readonly Candidate[] {
    const key = this.directory.keyOf(character);
    const known = this.#candidates.get(key);
    if (known) return known;
    const found = this.#similar
      .search(key, SUGGESTION_SIMILARITY_MIN)
      .map(({ value, similarity }) => ({ member: value, similarity }))
      .sort((a, b) => b.similarity - a.similarity || compareIds(a.member.id, b.member.id));
    this.#candidates.set(key, found);
    return found;
  }

  /** The one account whose name is alike enough for a link, if no other is as alike. */
  mostSimilar(character: GameCharacter): Candidate | undefined {
    if (this.exact(character).kind !== "none") return undefined;
    const [best, second] = this.similar(character);
    if (best === undefined || best.similarity < LINK_SIMILARITY_MIN) return undefined;
    if (second?.similarity === best.similarity) return undefined;
    return this.owners.isRejected(character.id, best.member.id) ? undefined : best;
  }

  /**
   * The person of an account. If it has none yet, it joins `existing`, or a new person is made for it.
   */
  ownerFor(
    member: DiscordMember,
    claim: Omit<Resolution, "person" | "key">,
    by: GameCharacter,
    existing: PersonRef | undefined,
  ): Owner {
    const owner = this.owners.ofMember(member.id);
    if (owner) return owner;
    const person = existing ?? { newFor: member.id, name: memberLabel(member) };
    return this.link(member, person, claim, by, existing === undefined);
  }

  link(
    member: DiscordMember,
    person: PersonRef,
    { source, confidence, evidence }: Omit<Resolution, "person" | "key">,
    by: GameCharacter,
    isFounded: boolean,
  ): Owner {
    const group = groupOf(by);
    const why = withDetails(evidence, {
      characterId: by.id,
      founded: isFounded ? 1 : 0,
      ...(group !== null && { group }),
    });
    return this.owners.linkMember(member.id, person, source, confidence, why);
  }

  /** What a character hangs on: two with one root are one person's. */
  #rootOf(character: GameCharacter): string {
    const seen = new Set<string>();
    for (let at = character; ; ) {
      if (seen.has(at.id)) return `character ${character.id}`;
      seen.add(at.id);
      const owner = this.owners.ofCharacter(at.id);
      if (owner && (owner.isStrong || !at.isPresent)) return owner.key;
      const noted = this.noted(at);
      if (noted) return this.owners.ofMember(noted.found.id)?.key ?? `member ${noted.found.id}`;
      const main = this.mainReading(at);
      if (main.kind !== "found") return this.#groupRoot(at) ?? `character ${at.id}`;
      at = main.found;
    }
  }

  #groupRoot(character: GameCharacter): string | undefined {
    const group = groupOf(character);
    if (group === null || this.splitGroups.has(group)) return undefined;
    const decided = this.group(group).find((one) => one.isPresent && this.isDecided(one));
    return decided ? this.owners.ofCharacter(decided.id)?.key : `group ${group}`;
  }
}

/** The alt group of a character. An empty name is no group. */
export function groupOf(character: GameCharacter): string | null {
  return character.altGroup === "" ? null : character.altGroup;
}

/** Is this the automatic link of an account to a person that was there before? */
export function isJoin(link: Link): boolean {
  return link.kind === "discord" && !isStrong(link) && link.evidence.details["founded"] === 0;
}

/** The links of accounts that notes joined to a person, by the character whose notes they are. */
function joinsOf(world: World): Map<string, readonly Link[]> {
  const joins = world.links
    .filter((link) => isJoin(link) && link.source === "guild_note")
    .sort((a, b) => compareIds(a.id, b.id));
  return Map.groupBy(joins, (link) => String(link.evidence.details["characterId"]));
}

/** Mains first, then by id. */
export function compareCharacters(a: GameCharacter, b: GameCharacter): number {
  return Number(b.isMain) - Number(a.isMain) || compareIds(a.id, b.id);
}
