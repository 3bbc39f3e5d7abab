import { compareIds } from "./directory.ts";
import { ROSTER_RULE } from "./owners.ts";
import { groupOf, type Resolution, type Run } from "./run.ts";
import type { Decision, EndReason, GameCharacter, Link } from "./world.ts";

/** What has to change so that the links say what the run found: ends first, then accounts. */
export function decisionsOf(run: Run): readonly Decision[] {
  const ends = [...run.owners.ends];
  const links: Decision[] = [];
  for (const character of run.present) {
    if (run.isDecided(character)) {
      links.push(...rosterLink(run, character));
      continue;
    }
    const found = run.resolutions.get(character.id);
    const link = run.weakLink(character);
    if (link && found && isKept(run, character, link, found)) continue;
    if (link) {
      ends.push({ kind: "end", linkId: link.id, reason: reasonOf(run, character, link) });
    }
    if (found) links.push(linkOf(character, found));
  }
  ends.sort((a, b) => compareIds(a.linkId, b.linkId));
  const accounts = [...run.owners.memberLinks].sort((a, b) => compareIds(a.subject, b.subject));
  return [...ends, ...accounts, ...links];
}

/** The link of a character whose person an officer chose on the roster. */
function rosterLink(run: Run, character: GameCharacter): readonly Decision[] {
  const owner = run.owners.ofCharacter(character.id)!;
  if (owner.link) return [];
  const evidence = { rule: ROSTER_RULE, text: character.name, details: {} };
  const { person, source } = owner;
  const subject = { subjectKind: "character", subject: character.id } as const;
  return [{ kind: "link", ...subject, person, source, confidence: "high", evidence }];
}

function linkOf(character: GameCharacter, found: Resolution): Decision {
  const { person, source, confidence, evidence } = found;
  const subject = { subjectKind: "character", subject: character.id } as const;
  return { kind: "link", ...subject, person, source, confidence, evidence };
}

/** Does a link stay as it is? It does for the same person, while what it was made from is there. */
function isKept(run: Run, character: GameCharacter, link: Link, found: Resolution): boolean {
  if (found.key !== `id ${link.personId}`) return false;
  if (link.confidence === "medium" && found.confidence === "high") return false;
  return link.source === found.source || isStillTrue(run, character, link);
}

function isStillTrue(run: Run, character: GameCharacter, link: Link): boolean {
  const key = `id ${link.personId}`;
  switch (link.source) {
    case "guild_note": {
      const reading = run.memberReading(character);
      if (reading.kind === "unseen") return true;
      return reading.kind === "found" && run.owners.ofMember(reading.found.id)?.key === key;
    }
    case "alt_of_note": {
      const reading = run.mainReading(character);
      if (reading.kind === "unseen") return true;
      return reading.kind === "found" && run.personOf(reading.found)?.key === key;
    }
    case "alt_group": {
      const group = groupOf(character);
      return (
        group !== null && group === link.evidence.details["group"] && !run.splitGroups.has(group)
      );
    }
    case "exact_name":
      return run.exact(character).kind !== "ambiguous";
    default:
      return true;
  }
}

/** Why a link ends, from what it was made from. */
function reasonOf(run: Run, character: GameCharacter, link: Link): EndReason {
  switch (link.source) {
    case "guild_note": {
      const reading = run.memberReading(character);
      const isLost = reading.kind === "found" && run.isLost(reading.found);
      return isLost ? "note-gone" : reasonOfNote(reading, link);
    }
    case "alt_of_note": {
      const reading = run.mainReading(character);
      const isLost = reading.kind === "found" && run.personOf(reading.found) === undefined;
      return isLost ? "note-gone" : reasonOfNote(reading, link);
    }
    case "alt_group": {
      const group = groupOf(character);
      if (group === null) return "note-gone";
      if (run.splitGroups.has(group)) return "ambiguous-now";
      return group === link.evidence.details["group"] ? "better-claim" : "note-changed";
    }
    case "exact_name": {
      const isBetter = run.resolutions.has(character.id);
      return run.exact(character).kind === "ambiguous" && !isBetter
        ? "ambiguous-now"
        : "better-claim";
    }
    default:
      return "better-claim";
  }
}

function reasonOfNote(
  reading: { readonly kind: string; readonly note?: string },
  link: Link,
): EndReason {
  if (reading.kind === "none") return "note-gone";
  if (reading.kind === "ambiguous") return "ambiguous-now";
  return reading.note === link.evidence.details["note"] ? "better-claim" : "note-changed";
}
