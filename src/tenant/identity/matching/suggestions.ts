import { compareIds } from "./directory.ts";
import { exactEvidence, fuzzyEvidence } from "./evidence.ts";
import { wholeName } from "./notes.ts";
import { type Candidate, type Run, SUGGESTION_SIMILARITY_MIN } from "./run.ts";
import type { AltSuggestion, GameCharacter, Suggestion } from "./world.ts";

/** More similar names than this are no help to an officer. */
const SIMILAR_MAX = 3;

/** Pairs that an officer may confirm, for characters whose person has no account yet. */
export function* suggestionsOf(run: Run): Generator<void, readonly Suggestion[]> {
  const found: Suggestion[] = [];
  for (const character of run.present) {
    const person = run.personOf(character);
    if (person && run.owners.discordsOf(person.key).size > 0) continue;
    const pairs = new Map<string, Suggestion>();
    for (const { member, similarity } of candidatesOf(run, character)) {
      const isTaken = person !== undefined && run.owners.ofMember(member.id) !== undefined;
      if (isTaken || run.owners.isRejected(character.id, member.id)) continue;
      const evidence =
        similarity === 1
          ? exactEvidence(character, member)
          : fuzzyEvidence(character, member, similarity);
      const pair = { characterId: character.id, discordId: member.id, similarity, evidence };
      pairs.set(member.id, pair);
    }
    for (const pair of byNote(run, character)) pairs.set(pair.discordId, pair);
    found.push(...pairs.values());
    yield;
  }
  return found.sort(
    (a, b) =>
      b.similarity - a.similarity ||
      compareIds(a.characterId, b.characterId) ||
      compareIds(a.discordId, b.discordId),
  );
}

function candidatesOf(run: Run, character: GameCharacter): readonly Candidate[] {
  const exact = run.exact(character);
  const equal =
    exact.kind === "none" ? [] : exact.kind === "unique" ? [exact.member] : exact.members;
  const similar = run
    .similar(character)
    .filter(
      ({ member, similarity }) =>
        similarity >= SUGGESTION_SIMILARITY_MIN && !equal.includes(member),
    );
  return [...equal.map((member) => ({ member, similarity: 1 })), ...similar.slice(0, SIMILAR_MAX)];
}

/** The account of the character that a note is the name of. */
function byNote(run: Run, character: GameCharacter): readonly Suggestion[] {
  const named = namedByNote(run, character);
  if (named === undefined || run.personOf(character) !== undefined) return [];
  const owner = run.personOf(named.main);
  const discords = owner ? [...run.owners.discordsOf(owner.key)].sort(compareIds) : [];
  return discords.slice(0, 1).flatMap((discordId) => {
    if (run.owners.isRejected(character.id, discordId)) return [];
    return [{ characterId: character.id, discordId, similarity: 1, evidence: named.evidence }];
  });
}

/** Characters whose note is another one's name, unless both are one person's already. */
export function altSuggestionsOf(run: Run): readonly AltSuggestion[] {
  return run.directory.characters.flatMap((character) => {
    const named = namedByNote(run, character);
    if (named === undefined) return [];
    const own = run.personOf(character)?.key;
    const other = run.personOf(named.main)?.key;
    if (own !== undefined && (own === other || run.isDecided(character))) return [];
    return [{ characterId: character.id, mainId: named.main.id, evidence: named.evidence }];
  });
}

function namedByNote(run: Run, character: GameCharacter) {
  for (const note of [character.note, character.officerNote]) {
    const name = note === null ? undefined : wholeName(note);
    const main = name === undefined ? undefined : run.directory.namedBy(character, name);
    if (main === undefined || main === "ambiguous") continue;
    const details = { mainId: main.id, main: main.name };
    return { main, evidence: { rule: "note_is_name", text: String(note), details } };
  }
  return undefined;
}
