import { compareIds, isHere } from "./directory.ts";
import { exactEvidence, fuzzyEvidence, noteEvidence } from "./evidence.ts";
import { compareCharacters, groupOf, isJoin, type Resolution, type Run } from "./run.ts";
import type { DiscordMember, EndReason, GameCharacter, Link } from "./world.ts";

type Claim = Omit<Resolution, "person" | "key">;

/**
 * Ends automatic links of accounts to persons that existed before when what they were made from has
 * gone: the character belongs to another person, its note changed, or its name is ambiguous.
 */
export function reviewJoins(run: Run): void {
  // A link that ends can take away what another one rests on.
  for (let isChanged = true; isChanged; ) isChanged = endJoins(run);
}

/** Returns whether a link ended. */
function endJoins(run: Run): boolean {
  let isChanged = false;
  for (const member of run.directory.members) {
    const link = run.owners.ofMember(member.id)?.link;
    if (link === undefined || !isJoin(link)) continue;
    const character = run.directory.character(String(link.evidence.details["characterId"]));
    if (character === undefined || !character.isPresent) continue;
    const reason = endOfJoin(run, link, member, character);
    if (reason === undefined) continue;
    run.owners.releaseMember(member.id, reason);
    run.readWithout(link, character);
    isChanged = true;
  }
  return isChanged;
}

function endOfJoin(
  run: Run,
  link: Link,
  member: DiscordMember,
  character: GameCharacter,
): EndReason | undefined {
  if (run.owners.isRejected(character.id, member.id)) return "better-claim";
  const owner = run.owners.ofCharacter(character.id);
  if (owner?.isStrong && owner.key !== `id ${link.personId}`) return "better-claim";
  const group = link.evidence.details["group"];
  if (!owner?.isStrong && group !== undefined && group !== groupOf(character)) {
    return "note-changed";
  }
  if (link.source === "guild_note") {
    const reading = run.memberReading(character);
    if (reading.kind === "unseen") return undefined;
    if (reading.kind === "found" && reading.found.id === member.id) return undefined;
    if (reading.kind === "none") return "note-gone";
    return reading.kind === "ambiguous" ? "ambiguous-now" : "note-changed";
  }
  const isStillEqual =
    member.isPresent && run.directory.keysOf(member.id).has(run.directory.keyOf(character));
  if (link.source !== "exact_name" || !isStillEqual) return undefined;
  return run.exact(character).kind === "unique" ? undefined : "ambiguous-now";
}

/** Gives persons whom officers put on the roster the accounts that notes and equal names show. */
export function joinDecided(run: Run): void {
  joinAll(run, (character) => {
    const reading = run.noted(character);
    if (!reading || !isHere(reading.found)) return undefined;
    const evidence = noteEvidence(reading);
    return { member: reading.found, claim: { source: "guild_note", confidence: "high", evidence } };
  });
  joinAll(run, (character) => {
    const found = run.exact(character);
    if (found.kind !== "unique") return undefined;
    const evidence = exactEvidence(character, found.member);
    return { member: found.member, claim: { source: "exact_name", confidence: "high", evidence } };
  });
}

function joinAll(
  run: Run,
  claimOf: (character: GameCharacter) => { member: DiscordMember; claim: Claim } | undefined,
): void {
  const claims = run.present
    .filter((one) => run.isDecided(one))
    .sort(compareCharacters)
    .flatMap((character) => {
      const found = claimOf(character);
      return found ? [{ character, ...found }] : [];
    });
  const keys = Map.groupBy(claims, ({ member }) => member.id);
  for (const { character, member, claim } of claims) {
    const wanted = keys.get(member.id)!.map((one) => run.owners.ofCharacter(one.character.id)!.key);
    // Two persons claim one account: only a person can say who is right.
    if (new Set(wanted).size > 1) continue;
    join(run, character, member, claim);
  }
}

function join(run: Run, character: GameCharacter, member: DiscordMember, claim: Claim): void {
  const { owners } = run;
  const { person, key } = owners.ofCharacter(character.id)!;
  if (owners.discordsOf(key).size > 0 || owners.isRejected(character.id, member.id)) return;
  const owner = owners.ofMember(member.id);
  // A person who is there by automatic links only gives way to one whom an officer decided.
  if (owner && (owner.isStrong || owners.hasStrong(owner.key))) return;
  if (owner) owners.releaseMember(member.id, "better-claim");
  run.link(member, person, claim, character, false);
}

/** The same by similar names, for accounts that no note and no equal name claims. */
export function* joinDecidedBySimilarity(run: Run): Generator<void> {
  const claimed = new Set<string>();
  for (const character of run.present) {
    if (run.isDecided(character)) continue;
    const noted = run.noted(character);
    const exact = run.exact(character);
    if (noted) claimed.add(noted.found.id);
    if (exact.kind === "unique") claimed.add(exact.member.id);
  }
  const decided = run.present.filter((one) => run.isDecided(one));
  yield* joinSimilar(run, decided, (member) => claimed.has(member.id));
}

/** Links accounts without a person to persons without an account, the most similar names first. */
export function* joinSimilar(
  run: Run,
  characters: readonly GameCharacter[],
  isClaimed: (member: DiscordMember) => boolean,
): Generator<void> {
  const pairs = [];
  for (const character of characters) {
    const owner = run.personOf(character);
    if (!owner || run.owners.discordsOf(owner.key).size > 0) continue;
    const best = run.mostSimilar(character);
    if (best) pairs.push({ character, owner, ...best });
    yield;
  }
  pairs.sort(
    (a, b) =>
      b.similarity - a.similarity ||
      compareCharacters(a.character, b.character) ||
      compareIds(a.member.id, b.member.id),
  );
  for (const { character, owner, member, similarity } of pairs) {
    const isFree = run.owners.ofMember(member.id) === undefined && !isClaimed(member);
    if (!isFree || run.owners.discordsOf(owner.key).size > 0) continue;
    const evidence = fuzzyEvidence(character, member, similarity);
    const claim = { source: "fuzzy", confidence: "medium", evidence } as const;
    run.link(member, owner.person, claim, character, false);
  }
}
