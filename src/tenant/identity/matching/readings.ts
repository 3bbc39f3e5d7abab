import { cleanName } from "../../../kernel/names.ts";
import { type Directory, isHere } from "./directory.ts";
import { matchKey } from "./names.ts";
import { discordNames, mainNames } from "./notes.ts";
import type { DiscordMember, GameCharacter, Link } from "./world.ts";

type NoteField = "public" | "officer";

/**
 * What the notes of a character say. `none`: no note has such a mark. `unknown`: a note names
 * something that is not there. `unseen`: the note that the link came from could not be seen this time.
 */
type NoteReading<T> =
  | { readonly kind: "none" }
  | { readonly kind: "unseen" }
  | { readonly kind: "unknown"; readonly field: NoteField; readonly note: string }
  | { readonly kind: "ambiguous"; readonly field: NoteField; readonly note: string }
  | {
      readonly kind: "found";
      readonly found: T;
      readonly field: NoteField;
      readonly note: string;
    };

export type MemberReading = NoteReading<DiscordMember>;
export type MainReading = NoteReading<GameCharacter>;

/** The Discord account that the notes of a character name, given the automatic link made from them. */
export function readMember(
  directory: Directory,
  character: GameCharacter,
  link: Link | undefined,
): MemberReading {
  const linked = link && directory.member(String(link.evidence.details["discordId"] ?? ""));
  const reading = readNotes(character, link, discordNames, (names) => {
    for (const name of names) {
      const found = directory.membersNamed(matchKey(name));
      if (found.length > 0) return found.length === 1 ? found[0] : "ambiguous";
    }
    return undefined;
  });
  if (linked === undefined || link === undefined || reading.kind === "none") return reading;
  if (reading.kind === "unseen") return seenBefore(link, linked);
  // The note is the old one and its account is called something else now: it is the same account.
  const isSameNote = reading.note === link.evidence.details["note"];
  const keys = directory.keysOf(linked.id);
  const isRenamed = !discordNames(reading.note).some((name) => keys.has(matchKey(name)));
  const keeps = isHere(linked) ? isRenamed : reading.kind !== "found";
  return isSameNote && keeps ? seenBefore(link, linked) : reading;
}

/** The main that a character's notes name. Links are ignored. */
export function readMain(
  directory: Directory,
  character: GameCharacter,
  link: Link | undefined,
): MainReading {
  return readNotes(character, link, mainNames, (names) => {
    for (const name of names) {
      const found = directory.namedBy(character, name);
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

/**
 * Does the link of an alt outlive what its note means now? It does while the note is the old one, or
 * was not seen, and the main it was made from was renamed or left.
 */
export function isMainKept(directory: Directory, reading: MainReading, link: Link): boolean {
  const { note, mainId } = link.evidence.details;
  if (reading.kind === "unseen") return true;
  if (reading.kind === "none" || reading.kind === "ambiguous" || reading.note !== note)
    return false;
  const isOther = reading.kind !== "found" || reading.found.id !== mainId;
  return isOther && directory.character(String(mainId ?? "")) !== undefined;
}

/** The first note with a mark decides, the public one first. */
function readNotes<T>(
  character: GameCharacter,
  link: Link | undefined,
  namesIn: (note: string) => readonly string[],
  find: (names: readonly string[]) => T | "ambiguous" | undefined,
): NoteReading<T> {
  const notes = [
    { field: "public", note: character.note },
    { field: "officer", note: character.officerNote },
  ] as const;
  for (const { field, note } of notes) {
    if (note === null) {
      const seen = link?.evidence.details["field"] ?? "public";
      if (link !== undefined && seen === field) return { kind: "unseen" };
      continue;
    }
    const names = namesIn(note);
    if (names.length === 0) continue;
    const found = find(names);
    const text = cleanName(note);
    if (found === undefined) return { kind: "unknown", field, note: text };
    if (found === "ambiguous") return { kind: "ambiguous", field, note: text };
    return { kind: "found", found, field, note: text };
  }
  return { kind: "none" };
}

function seenBefore<T>(link: Link, found: T): NoteReading<T> {
  const { field, note } = link.evidence.details;
  return {
    kind: "found",
    found,
    field: field === "officer" ? "officer" : "public",
    note: String(note ?? ""),
  };
}
