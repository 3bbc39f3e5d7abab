import { compareIds, type Directory } from "./directory.ts";
import {
  type Confidence,
  type Decision,
  type EndReason,
  type Evidence,
  LINK_SOURCES,
  type Link,
  type LinkSource,
  type PersonRef,
  type World,
} from "./world.ts";

/** A person's key: the id of one that exists, or what the new one is for. */
export type PersonKey = string;

/** Whose a character or an account is, and by which claim. */
export interface Owner {
  readonly person: PersonRef;
  readonly key: PersonKey;
  readonly source: LinkSource;
  readonly isStrong: boolean;
  /** The link that says so. Missing: it is made in this run. */
  readonly link?: Link;
  /** Why. Missing: the roster says so. */
  readonly evidence?: Evidence;
}

/** Evidence rule of links that follow the roster. */
export const ROSTER_RULE = "roster";

function personKey(person: PersonRef): PersonKey {
  return "id" in person ? `id ${person.id}` : `new ${person.newFor}`;
}

/** Proofs, officers' decisions, migrated sheets and confirmed links: automation leaves them alone. */
export function isStrong(link: Link): boolean {
  return link.isConfirmed || LINK_SOURCES.indexOf(link.source) <= STRONG_LAST;
}

const STRONG_LAST = LINK_SOURCES.indexOf("migrated_sheet");
const VERIFIED_LAST = LINK_SOURCES.indexOf("note_code");

/** Did the owner prove it? */
export function isVerified({ source }: { readonly source: LinkSource }): boolean {
  return LINK_SOURCES.indexOf(source) <= VERIFIED_LAST;
}

/** The order of claims: verified, manual, confirmed, automatic. Smaller is stronger. */
function rankOf(link: Link): number {
  const source = LINK_SOURCES.indexOf(link.source);
  if (source <= VERIFIED_LAST || !link.isConfirmed || source <= STRONG_LAST) return source;
  return STRONG_LAST + 0.5;
}

/** Who owns what while a run decides, and the decisions so far. */
export class Owners {
  readonly ends: (Decision & { kind: "end" })[] = [];
  readonly memberLinks: (Decision & { kind: "link" })[] = [];
  readonly #characters = new Map<string, Owner>();
  readonly #members = new Map<string, Owner>();
  readonly #discords = new Map<PersonKey, Set<string>>();
  readonly #strong = new Map<PersonKey, number>();
  readonly #rejected: ReadonlySet<string>;

  constructor(world: World, directory: Directory) {
    this.#rejected = world.rejected;
    const links = [...world.links].sort((a, b) => rankOf(a) - rankOf(b) || compareIds(a.id, b.id));
    for (const link of links) this.#load(link);
    for (const { id, rosterPersonId, isPresent } of directory.characters) {
      if (isPresent && rosterPersonId !== null) this.#claimByRoster(id, rosterPersonId);
    }
  }

  ofCharacter(id: string): Owner | undefined {
    return this.#characters.get(id);
  }

  ofMember(id: string): Owner | undefined {
    return this.#members.get(id);
  }

  /** The accounts of a person. */
  discordsOf(key: PersonKey): ReadonlySet<string> {
    return this.#discords.get(key) ?? new Set();
  }

  /** Has a person a link that automation leaves alone? */
  hasStrong(key: PersonKey): boolean {
    return (this.#strong.get(key) ?? 0) > 0;
  }

  /** Did an officer reject the account, or another one of the same person, for the character? */
  isRejected(characterId: string, discordId: string): boolean {
    if (this.#rejected.has(`${characterId} ${discordId}`)) return true;
    const owner = this.#members.get(discordId);
    return owner !== undefined && this.isBarred(characterId, owner.key);
  }

  /** Did an officer reject the character for one of a person's accounts? */
  isBarred(characterId: string, key: PersonKey): boolean {
    if (this.#rejected.size === 0) return false;
    return [...this.discordsOf(key)].some((id) => this.#rejected.has(`${characterId} ${id}`));
  }

  /** Ends the automatic link of an account. */
  releaseMember(id: string, reason: EndReason): void {
    const owner = this.#members.get(id);
    if (owner === undefined) return;
    this.#members.delete(id);
    this.#discords.get(owner.key)?.delete(id);
    if (owner.link) this.ends.push({ kind: "end", linkId: owner.link.id, reason });
  }

  linkMember(
    id: string,
    person: PersonRef,
    source: LinkSource,
    confidence: Confidence,
    evidence: Evidence,
  ): Owner {
    const owner = { person, key: personKey(person), source, isStrong: false, evidence };
    this.#own(this.#members, id, owner);
    this.#addDiscord(owner.key, id);
    const subject = { subjectKind: "discord", subject: id } as const;
    this.memberLinks.push({ kind: "link", ...subject, person, source, confidence, evidence });
    return owner;
  }

  #load(link: Link): void {
    const isCharacter = link.kind === "character";
    const owners = isCharacter ? this.#characters : this.#members;
    const person = { id: link.personId };
    if (owners.has(link.subject)) {
      // One subject, one person: the stronger claim came first.
      if (!isStrong(link)) this.#end(link, "better-claim");
      return;
    }
    const { source, evidence } = link;
    const key = personKey(person);
    const owner = { person, key, source, isStrong: isStrong(link), link, evidence };
    this.#own(owners, link.subject, owner);
    if (!isCharacter) this.#addDiscord(owner.key, link.subject);
  }

  #own(owners: Map<string, Owner>, subject: string, owner: Owner): void {
    owners.set(subject, owner);
    if (owner.isStrong) this.#strong.set(owner.key, (this.#strong.get(owner.key) ?? 0) + 1);
  }

  #addDiscord(key: PersonKey, id: string): void {
    const ids = this.#discords.get(key);
    if (ids) ids.add(id);
    else this.#discords.set(key, new Set([id]));
  }

  /** A roster row is an officer's claim. An explicit claim on the character comes before it. */
  #claimByRoster(id: string, personId: string): void {
    const owner = this.#characters.get(id);
    const person = { id: personId };
    const follows = owner?.link?.evidence.rule === ROSTER_RULE && owner.source === "manual";
    if (owner?.isStrong && (!follows || owner.key === personKey(person))) return;
    if (owner?.link) this.#end(owner.link, "better-claim");
    if (owner?.isStrong) this.#strong.set(owner.key, this.#strong.get(owner.key)! - 1);
    const made = { person, key: personKey(person), source: "manual", isStrong: true } as const;
    this.#own(this.#characters, id, made);
  }

  #end(link: Link, reason: EndReason): void {
    this.ends.push({ kind: "end", linkId: link.id, reason });
  }
}
