import type { Cluster, Mains } from "./clusters.ts";
import {
  altEvidence,
  exactEvidence,
  fuzzyEvidence,
  groupEvidence,
  noteEvidence,
} from "./evidence.ts";
import type { PersonKey } from "./owners.ts";
import { isMainKept } from "./readings.ts";
import { compareCharacters, groupOf, type Resolution, type Run } from "./run.ts";
import type { GameCharacter, PersonRef } from "./world.ts";

type Person = { readonly person: PersonRef; readonly key: PersonKey };

/** Finds alt groups whose characters officers or notes give to different persons. */
export function findSplitGroups(run: Run): void {
  const groups = new Set(run.present.map(groupOf).filter((group) => group !== null));
  for (const group of groups) {
    const characters = run.group(group).filter((one) => one.isPresent);
    const decided = characters.filter((one) => run.isDecided(one));
    const persons = new Set(decided.map((one) => run.owners.ofCharacter(one.id)!.key));
    if (persons.size === 0) {
      for (const one of characters) {
        const noted = run.noted(one)?.found.id;
        if (noted) persons.add(run.owners.ofMember(noted)?.key ?? `member ${noted}`);
      }
    }
    if (persons.size > 1) run.splitGroups.add(group);
  }
}

/** Finds the person of each character of a cluster that no strong claim decides. */
export function resolveCluster(run: Run, cluster: Cluster, mains: Mains): void {
  const existing = existingPerson(run, cluster);
  let free: readonly GameCharacter[] = cluster.characters.filter((one) => !run.isDecided(one));
  free = free.filter((character) => {
    const reading = run.noted(character);
    if (!reading) return true;
    const claim = {
      source: "guild_note",
      confidence: "high",
      evidence: noteEvidence(reading),
    } as const;
    const joined = existing?.isBare === true ? existing.person : undefined;
    const { person, key } = run.ownerFor(reading.found, claim, character, joined);
    run.resolutions.set(character.id, { person, key, ...claim });
    return false;
  });
  free = withMains(run, free, mains);
  if (cluster.group !== null) free = withGroup(run, cluster, cluster.group, free, existing);
  for (const character of free) {
    const found = exactOf(run, character) ?? similarOf(run, character);
    if (found) run.resolutions.set(character.id, found);
  }
}

/** Gives each character whose note names a main that main's person. */
function withMains(
  run: Run,
  free: readonly GameCharacter[],
  mains: Mains,
): readonly GameCharacter[] {
  let left = free;
  for (let before = -1; left.length !== before; ) {
    before = left.length;
    left = left.filter((character) => {
      const kept = keptAlt(run, character);
      if (kept) {
        run.resolutions.set(character.id, kept);
        return false;
      }
      const reading = run.mainReading(character);
      const main = mains.get(character.id);
      if (main === undefined || reading.kind !== "found") return true;
      const owner = run.personOf(main);
      if (owner === undefined || run.owners.isBarred(character.id, owner.key)) return true;
      const { person, key } = owner;
      const evidence = altEvidence(reading);
      const source = "alt_of_note";
      run.resolutions.set(character.id, { person, key, source, confidence: "high", evidence });
      return false;
    });
  }
  return left;
}

function keptAlt(run: Run, character: GameCharacter): Resolution | undefined {
  const link = run.weakLink(character);
  if (link?.source !== "alt_of_note") return undefined;
  if (!isMainKept(run.directory, run.mainReading(character), link)) return undefined;
  const key = `id ${link.personId}`;
  if (run.owners.isBarred(character.id, key)) return undefined;
  const { source, confidence, evidence } = link;
  return { person: { id: link.personId }, key, source, confidence, evidence };
}

/** Gives the characters of an alt group that nothing else decides the person of the others. */
function withGroup(
  run: Run,
  cluster: Cluster,
  group: string,
  free: readonly GameCharacter[],
  existing: ExistingPerson | undefined,
): readonly GameCharacter[] {
  if (free.length === 0 || run.splitGroups.has(group)) return free;
  const known = anchorOf(run, cluster, free, existing);
  if (known === "split") {
    run.splitGroups.add(group);
    return free;
  }
  const canFound = cluster.characters.length > 1;
  if (known === undefined && existing === undefined && !canFound) return free;
  const main = [...run.group(group)].sort(compareCharacters)[0]!;
  const person = known?.person ?? existing?.person ?? { newFor: group, name: main.name };
  const key = known?.key ?? existing?.key ?? `new ${group}`;
  return free.filter((character) => {
    if (run.resolutions.has(character.id)) return false;
    if (run.owners.isBarred(character.id, key)) return true;
    const similar = known === undefined ? keptSimilar(run, character) : undefined;
    const evidence = groupEvidence(group, main);
    const found = { person, key, source: "alt_group", confidence: "high", evidence } as const;
    run.resolutions.set(character.id, similar?.key === key ? similar : found);
    return false;
  });
}

/** The person that the best evidence inside a group names. `split`: it names several. */
function anchorOf(
  run: Run,
  cluster: Cluster,
  free: readonly GameCharacter[],
  existing: ExistingPerson | undefined,
): Person | "split" | undefined {
  const decided = cluster.characters.filter((one) => run.isDecided(one));
  const found = cluster.characters.filter((one) => run.resolutions.has(one.id));
  const of = (source: string) =>
    found.filter((one) => run.resolutions.get(one.id)!.source === source);
  for (const level of [decided, of("guild_note"), of("alt_of_note")]) {
    const persons = new Map(level.map((one) => [run.personOf(one)!.key, run.personOf(one)!]));
    if (persons.size > 1) return "split";
    if (persons.size === 1) return [...persons.values()][0]!;
  }
  const exact = free.filter((one) => exactTarget(run, one) !== undefined);
  const targets = new Set(exact.map((one) => exactTarget(run, one)));
  if (targets.size > 1) return "split";
  const joined = existing?.isBare === true ? existing.person : undefined;
  for (const one of exact) run.resolutions.set(one.id, exactOf(run, one, joined)!);
  return exact.length > 0 ? run.resolutions.get(exact[0]!.id) : undefined;
}

interface ExistingPerson extends Person {
  /** Has it no account and nothing that an officer decided? Then a found account joins it. */
  readonly isBare: boolean;
}

/** The person whom a group has from earlier runs, or by characters that left the guild. */
function existingPerson(run: Run, cluster: Cluster): ExistingPerson | undefined {
  const { group } = cluster;
  if (group === null) return undefined;
  const characters = [...run.group(group)].sort(compareCharacters);
  const weak = (source: string) => characters.filter((one) => run.weakLink(one)?.source === source);
  const owner = [
    ...[
      ...weak("alt_group").filter((one) => run.isMadeFor(group, run.weakLink(one)!)),
      ...characters.filter((one) => !one.isPresent),
    ].map((one) => run.owners.ofCharacter(one.id)),
    // A link by a similar name counts while it is kept: an officer may have rejected it.
    ...weak("fuzzy").map((one) => keptSimilar(run, one)),
  ].find((one) => one !== undefined);
  if (owner === undefined) return undefined;
  const { person, key } = owner;
  const isBare = run.owners.discordsOf(key).size === 0 && !run.owners.hasStrong(key);
  return { person, key, isBare };
}

/** The person or account that an equal name leads to, as a key. */
function exactTarget(run: Run, character: GameCharacter): string | undefined {
  const kept = keptExact(run, character);
  if (kept) return kept.key;
  const found = run.exact(character);
  if (found.kind !== "unique" || run.owners.isRejected(character.id, found.member.id)) {
    return undefined;
  }
  return run.owners.ofMember(found.member.id)?.key ?? `member ${found.member.id}`;
}

function exactOf(run: Run, character: GameCharacter, existing?: PersonRef): Resolution | undefined {
  const kept = keptExact(run, character);
  if (kept) return kept;
  const found = run.exact(character);
  if (found.kind !== "unique" || run.owners.isRejected(character.id, found.member.id)) {
    return undefined;
  }
  const evidence = exactEvidence(character, found.member);
  const claim = { source: "exact_name", confidence: "high", evidence } as const;
  const { person, key } = run.ownerFor(found.member, claim, character, existing);
  return { person, key, ...claim };
}

/** A link by an equal name outlives a rename of either side. It ends when the name is ambiguous. */
function keptExact(run: Run, character: GameCharacter): Resolution | undefined {
  const link = run.weakLink(character);
  if (link?.source !== "exact_name") return undefined;
  const member = run.directory.member(String(link.evidence.details["discordId"] ?? ""));
  const isEqual =
    member?.isPresent === true &&
    run.directory.keysOf(member.id).has(run.directory.keyOf(character));
  return isEqual ? undefined : keptLink(run, character);
}

function similarOf(run: Run, character: GameCharacter): Resolution | undefined {
  const kept = keptSimilar(run, character);
  if (kept) return kept;
  const best = run.mostSimilar(character);
  if (best === undefined) return undefined;
  const evidence = fuzzyEvidence(character, best.member, best.similarity);
  const claim = { source: "fuzzy", confidence: "medium", evidence } as const;
  const { person, key } = run.ownerFor(best.member, claim, character, undefined);
  return run.owners.isBarred(character.id, key) ? undefined : { person, key, ...claim };
}

function keptSimilar(run: Run, character: GameCharacter): Resolution | undefined {
  return run.weakLink(character)?.source === "fuzzy" ? keptLink(run, character) : undefined;
}

/** Resolves a character by its stored link, to the person who has the link's account now. */
function keptLink(run: Run, character: GameCharacter): Resolution | undefined {
  const link = run.weakLink(character)!;
  const discordId = String(link.evidence.details["discordId"] ?? "");
  const owner = run.owners.ofMember(discordId) ?? {
    person: { id: link.personId },
    key: `id ${link.personId}`,
  };
  const isRejected = run.owners.isRejected(character.id, discordId);
  if (isRejected || run.owners.isBarred(character.id, owner.key)) return undefined;
  const { source, confidence, evidence } = link;
  return { person: owner.person, key: owner.key, source, confidence, evidence };
}

/**
 * The characters of groups without an account, for which similar names are tried. A group that a note
 * gives to a person from outside has none of its own: the names of that person's characters count.
 */
export function charactersOfBareGroups(run: Run): readonly GameCharacter[] {
  const led = new Set<string | null>();
  for (const character of run.present) {
    const found = run.resolutions.get(character.id);
    if (found?.source !== "alt_of_note") continue;
    const main = run.directory.character(String(found.evidence.details["mainId"]));
    if (main === undefined || groupOf(main) !== groupOf(character)) led.add(groupOf(character));
  }
  return run.present.filter((character) => {
    const found = run.resolutions.get(character.id);
    if (found?.source !== "alt_group" || led.has(groupOf(character))) return false;
    return run.owners.discordsOf(found.key).size === 0;
  });
}
