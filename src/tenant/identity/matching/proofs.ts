import { codesIn } from "./codes.ts";
import { compareIds, Directory } from "./directory.ts";
import { isVerified, type Owner, Owners, type PersonKey } from "./owners.ts";
import type { GameCharacter, Link, PersonRef, World } from "./world.ts";

/** How a member proves that a character is theirs. */
export type ProofSource = "note_code" | "battlenet";

/** Why a proof made no link. The last two are for officers to decide. */
export const PROOF_FAULTS = [
  "expired",
  "replaced",
  "officer-note",
  "several-characters",
  "several-codes",
  "other-character",
  "taken",
  "decided-otherwise",
] as const;
export type ProofFault = (typeof PROOF_FAULTS)[number];

/** Proofs that show whose a character is, and that an earlier decision contradicts. */
type Contest = Extract<ProofFault, "taken" | "decided-otherwise">;

/** A proof that has not ended. */
export interface OpenProof {
  readonly id: string;
  readonly source: ProofSource;
  readonly userId: string;
  readonly userName: string;
  readonly characterId: string;
  readonly codeHash: string | null;
  readonly expiresAt: number;
  /** When the character proved to be the member's. Null: its code was not found yet. */
  readonly seenAt: number | null;
}

export interface ProofInput {
  readonly proofs: readonly OpenProof[];
  /** The person of each account that has one. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Persons with a character that an officer put on the roster. */
  readonly decided: ReadonlySet<string>;
  readonly hash: (code: string) => string;
  readonly nowMs: number;
}

/** What one proof comes to. A proof without a decision waits. */
export type ProofDecision =
  | {
      readonly kind: "proved";
      readonly proof: OpenProof;
      readonly person: PersonRef;
      /** The account has no person yet, and gets this one. */
      readonly isFirst: boolean;
      /** The claim that the proof replaces. */
      readonly ends?: Link;
      /** False for a character that an earlier proof gave to the same person. */
      readonly isNew: boolean;
    }
  | {
      readonly kind: "contested";
      readonly proof: OpenProof;
      readonly fault: Contest;
    }
  | { readonly kind: "refused"; readonly proof: OpenProof; readonly fault: ProofFault };

type Seen = "seen" | "waits" | ProofFault;

/**
 * What the open proofs come to, in the order of their ids. A proof outranks what automation found. It
 * never takes a character from another member, and never moves what an officer decided: then officers
 * decide.
 */
export function decideProofs(world: World, input: ProofInput): readonly ProofDecision[] {
  return new ProofRun(world, input).decide();
}

class ProofRun {
  readonly #directory: Directory;
  readonly #owners: Owners;
  readonly #input: ProofInput;
  /** Where each code stands, by its hash. */
  readonly #codes: ReadonlyMap<string, readonly Place[]>;
  readonly #personOf: Map<string, PersonKey>;
  readonly #accountOf: Map<PersonKey, string>;
  readonly #proved = new Map<string, PersonKey>();

  constructor(world: World, input: ProofInput) {
    this.#directory = new Directory(world);
    this.#owners = new Owners(world, this.#directory);
    this.#input = input;
    this.#codes = placesOf(this.#directory.characters, input.hash);
    const accounts = [...input.accounts].map(([user, person]) => [user, `id ${person}`] as const);
    this.#personOf = new Map(accounts);
    this.#accountOf = new Map(accounts.map(([user, key]) => [key, user]));
  }

  decide(): readonly ProofDecision[] {
    const sorted = [...this.#input.proofs].sort((a, b) => compareIds(a.id, b.id));
    const states = sorted.map((proof) => [proof, this.#stateOf(proof)] as const);
    const seen = states.filter(([, state]) => state === "seen").map(([proof]) => proof);
    return states.flatMap(([proof, state]): readonly ProofDecision[] => {
      if (state === "waits") return [];
      return [
        state === "seen" ? this.#decide(proof, seen) : { kind: "refused", proof, fault: state },
      ];
    });
  }

  #stateOf(proof: OpenProof): Seen {
    const isOver = proof.expiresAt <= this.#input.nowMs;
    if (proof.seenAt !== null) return isOver ? "expired" : "seen";
    const places = this.#codes.get(proof.codeHash ?? "") ?? [];
    if (isOver) return "expired";
    const open = places.filter(({ isPublic }) => isPublic);
    if (open.length === 0) return places.length === 0 ? "waits" : "officer-note";
    if (open.length > 1) return "several-characters";
    if (open[0]!.characterId !== proof.characterId) return "other-character";
    // Two members may have asked for one character: a note with both codes says nothing.
    const rivals = this.#input.proofs.some(
      ({ codeHash, userId }) =>
        codeHash !== null && userId !== proof.userId && open[0]!.hashes.includes(codeHash),
    );
    return rivals ? "several-codes" : "seen";
  }

  #decide(proof: OpenProof, seen: readonly OpenProof[]): ProofDecision {
    const { characterId, userId } = proof;
    const mine = this.#personOf.get(userId);
    const owner = this.#ownerOf(characterId);
    if (owner === undefined) return this.#prove(proof, this.#ownPerson(proof), undefined);
    if (owner.key === mine) return this.#prove(proof, owner.person, owner.link);
    const contest = (fault: Contest) => ({ kind: "contested", proof, fault }) as const;
    if (this.#accountOf.has(owner.key) || isVerified(owner)) return contest("taken");
    if (owner.isStrong) {
      if (mine !== undefined) return contest("decided-otherwise");
      return this.#prove(proof, owner.person, owner.link);
    }
    const joins = mine === undefined && this.#hasNothingElse(owner.key, userId, seen);
    return this.#prove(proof, joins ? owner.person : this.#ownPerson(proof), owner.link);
  }

  /** An earlier proof of this run comes before what was known. */
  #ownerOf(characterId: string): Owner | undefined {
    const key = this.#proved.get(characterId);
    if (key === undefined) return this.#owners.ofCharacter(characterId);
    return { person: refOf(key, ""), key, source: "note_code", isStrong: true };
  }

  #ownPerson(proof: OpenProof): PersonRef {
    const mine = this.#personOf.get(proof.userId);
    return refOf(mine ?? `new ${proof.userId}`, proof.userName);
  }

  #prove(proof: OpenProof, person: PersonRef, link: Link | undefined): ProofDecision {
    const key = "id" in person ? `id ${person.id}` : `new ${person.newFor}`;
    const isFirst = !this.#personOf.has(proof.userId);
    this.#personOf.set(proof.userId, key);
    this.#accountOf.set(key, proof.userId);
    const isKnown = this.#proved.has(proof.characterId) || (link !== undefined && isVerified(link));
    this.#proved.set(proof.characterId, key);
    const isNew = !isKnown;
    return { kind: "proved", proof, person, isFirst, isNew, ...(isNew && link && { ends: link }) };
  }

  /**
   * Was a person made for nothing but characters that this member proves? Automation may have put a
   * character to another human's person by its name, and their points must not go with it.
   */
  #hasNothingElse(key: PersonKey, userId: string, seen: readonly OpenProof[]): boolean {
    if (this.#owners.hasStrong(key) || this.#input.decided.has(key.replace(/^id /, "")))
      return false;
    const own = new Set(
      seen.filter((one) => one.userId === userId).map(({ characterId }) => characterId),
    );
    return this.#directory.characters.every(
      ({ id }) => this.#owners.ofCharacter(id)?.key !== key || own.has(id),
    );
  }
}

function refOf(key: PersonKey, name: string): PersonRef {
  return key.startsWith("id ") ? { id: key.slice(3) } : { newFor: key.slice(4), name };
}

/** A note that has a code. */
interface Place {
  readonly characterId: string;
  readonly isPublic: boolean;
  /** Of all codes of that note. */
  readonly hashes: readonly string[];
}

function placesOf(
  characters: readonly GameCharacter[],
  hash: (code: string) => string,
): ReadonlyMap<string, readonly Place[]> {
  const found = new Map<string, Place[]>();
  for (const { id, note, officerNote, isPresent } of characters) {
    if (!isPresent) continue;
    for (const [text, isPublic] of [
      [note, true],
      [officerNote, false],
    ] as const) {
      const hashes = codesIn(text).map(hash);
      for (const one of hashes) {
        found.set(one, [...(found.get(one) ?? []), { characterId: id, isPublic, hashes }]);
      }
    }
  }
  return found;
}
