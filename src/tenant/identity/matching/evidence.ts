import { memberLabel } from "./names.ts";
import type { MainReading, MemberReading } from "./readings.ts";
import type { DiscordMember, Evidence, GameCharacter } from "./world.ts";

type Details = Evidence["details"];

export function noteEvidence(
  reading: MemberReading & { kind: "found" },
  details: Details = {},
): Evidence {
  const { field, note, found } = reading;
  return {
    rule: "guild_note",
    text: note,
    details: { field, note, discordId: found.id, ...details },
  };
}

export function altEvidence(reading: MainReading & { kind: "found" }): Evidence {
  const { field, note, found } = reading;
  return {
    rule: "alt_of_note",
    text: note,
    details: { field, note, mainId: found.id, main: found.name },
  };
}

export function groupEvidence(group: string, main: GameCharacter): Evidence {
  return { rule: "alt_group", text: main.name, details: { group, mainId: main.id } };
}

export function exactEvidence(character: GameCharacter, member: DiscordMember): Evidence {
  return {
    rule: "exact_name",
    text: `${character.name} = ${memberLabel(member)}`,
    details: { name: character.name, discordId: member.id },
  };
}

/** `similarity` from 0 to 1. */
export function fuzzyEvidence(
  character: GameCharacter,
  member: DiscordMember,
  similarity: number,
): Evidence {
  return {
    rule: "fuzzy",
    text: `${character.name} ~ ${memberLabel(member)}`,
    details: {
      name: character.name,
      discordId: member.id,
      similarity: Math.round(similarity * 1_000) / 1_000,
    },
  };
}

export function withDetails(evidence: Evidence, details: Details): Evidence {
  return { ...evidence, details: { ...evidence.details, ...details } };
}
