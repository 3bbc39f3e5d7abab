import { memberLabel } from "../matching/names.ts";
import type { Draft, Picture } from "./check.ts";
import type { KnownCharacter } from "./state.ts";

/** Notes compared with the links of their characters. */
export function noteIssues(picture: Picture): readonly Draft[] {
  return picture.state.characters.flatMap((character) =>
    character.isPresent ? (noteIssue(picture, character) ?? []) : [],
  );
}

function noteIssue({ run }: Picture, character: KnownCharacter): Draft | undefined {
  const owner = run.owners.ofCharacter(character.id);
  if (owner === undefined) return undefined;
  const named = run.noted(character);
  const main = run.mainReading(character);
  const other = named
    ? {
        key: run.owners.ofMember(named.found.id)?.key,
        id: named.found.id,
        name: memberLabel(named.found),
        note: named.note,
      }
    : main.kind === "found"
      ? {
          key: run.owners.ofCharacter(main.found.id)?.key,
          id: main.found.id,
          name: main.found.name,
          note: main.note,
        }
      : undefined;
  if (other === undefined || other.key === owner.key) return undefined;
  // A main without a person contradicts nothing, and so does an account without one that is the first.
  const isFree = other.key === undefined;
  if (isFree && (!named || run.owners.discordsOf(owner.key).size === 0)) return undefined;
  return {
    type: owner.isStrong ? "link_contradicts_note" : "note_mismatch",
    subject: character.id,
    details: {
      characterId: character.id,
      name: character.name,
      note: other.note,
      named: other.name,
    },
    expected: other.id,
    actual: owner.key,
  };
}
