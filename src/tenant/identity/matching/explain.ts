import { decide } from "./match.ts";
import { memberLabel } from "./names.ts";
import { groupOf, LINK_SIMILARITY_MIN, Run } from "./run.ts";
import type { Evidence, GameCharacter, LinkSource, PersonRef, World } from "./world.ts";

/**
 * `decides`: the character's person comes from this rule. `outranked`: the rule has an answer, and a
 * stronger one decided. `circle`: the notes lead back to where they began. `split`: the alt group has
 * several persons. `unseen`: no source could see the note. `none`: the rule has nothing to go by.
 */
type RuleOutcome =
  | "decides"
  | "outranked"
  | "suggests"
  | "ambiguous"
  | "unknown"
  | "rejected"
  | "circle"
  | "split"
  | "unseen"
  | "none";

interface RuleReport {
  /** `claim`, or the source of the links that the rule makes. */
  readonly rule: "claim" | "guild_note" | "alt_of_note" | "alt_group" | "exact_name" | "fuzzy";
  readonly outcome: RuleOutcome;
  /** What the rule compared: a note, two names, a group. Empty if there was nothing. */
  readonly text: string;
  readonly details: Evidence["details"];
}

export interface Explanation {
  readonly characterId: string;
  /** Does the character have a person after the run? */
  readonly isLinked: boolean;
  /** Whose it is after the run, and by which claim. */
  readonly person?: PersonRef;
  readonly source?: LinkSource;
  readonly evidence?: Evidence;
  /** All rules in their order. */
  readonly rules: readonly RuleReport[];
}

/** Why a character belongs to whom it does, or to no one. Undefined for an unknown character. */
export function explain(world: World, characterId: string): Explanation | undefined {
  const run = decided(world);
  const character = run.directory.character(characterId);
  return character && explanationOf(run, character);
}

/** The same for every character, by one run. */
export function explainAll(world: World): readonly Explanation[] {
  const run = decided(world);
  return run.directory.characters.map((one) => explanationOf(run, one));
}

function decided(world: World): Run {
  const run = new Run(world);
  for (const _ of decide(run));
  return run;
}

function explanationOf(run: Run, character: GameCharacter): Explanation {
  const owner = run.owners.ofCharacter(character.id);
  const found = run.isDecided(character) ? owner : (run.resolutions.get(character.id) ?? owner);
  const decider = run.isDecided(character) ? "claim" : found?.source;
  const rules = [claimReport, noteReport, mainReport, groupReport, exactReport, fuzzyReport].map(
    (report) => ranked(report(run, character), decider),
  );
  return {
    characterId: character.id,
    isLinked: decider !== undefined,
    ...(found && { person: found.person, source: found.source }),
    ...(found?.evidence && { evidence: found.evidence }),
    rules,
  };
}

/** A rule that has an answer decides or is outranked. */
function ranked(report: RuleReport, decider: string | undefined): RuleReport {
  if (report.outcome !== "decides") return report;
  return report.rule === decider ? report : { ...report, outcome: "outranked" };
}

function claimReport(run: Run, character: GameCharacter): RuleReport {
  const owner = run.owners.ofCharacter(character.id);
  if (!owner?.isStrong) return report("claim", "none");
  const text = owner.link?.evidence.text ?? character.name;
  return report("claim", "decides", text, { source: owner.source });
}

function noteReport(run: Run, character: GameCharacter): RuleReport {
  const reading = run.memberReading(character);
  if (reading.kind === "none" || reading.kind === "unseen") {
    return report("guild_note", reading.kind);
  }
  const { field, note } = reading;
  if (reading.kind !== "found") return report("guild_note", reading.kind, note, { field });
  const missing = run.isLost(reading.found) ? "unknown" : "rejected";
  const outcome = run.noted(character) ? "decides" : missing;
  return report("guild_note", outcome, note, { field, discordId: reading.found.id });
}

function mainReport(run: Run, character: GameCharacter): RuleReport {
  const reading = run.mainReading(character);
  if (reading.kind === "none" || reading.kind === "unseen") {
    return report("alt_of_note", reading.kind);
  }
  const { field, note } = reading;
  const isKept = run.resolutions.get(character.id)?.source === "alt_of_note";
  if (reading.kind !== "found") {
    return report("alt_of_note", isKept ? "decides" : reading.kind, note, { field });
  }
  const details = { field, mainId: reading.found.id, main: reading.found.name };
  if (leadsBack(run, character)) return report("alt_of_note", "circle", note, details);
  const owner = run.personOf(reading.found);
  if (owner === undefined) return report("alt_of_note", "unknown", note, details);
  const isBarred = run.owners.isBarred(character.id, owner.key);
  return report("alt_of_note", isBarred ? "rejected" : "decides", note, details);
}

function leadsBack(run: Run, character: GameCharacter): boolean {
  const seen = new Set<string>();
  for (let at: GameCharacter | undefined = character; at && !seen.has(at.id); ) {
    seen.add(at.id);
    const reading = run.mainReading(at);
    at = reading.kind === "found" ? reading.found : undefined;
    if (at?.id === character.id) return true;
  }
  return false;
}

function groupReport(run: Run, character: GameCharacter): RuleReport {
  const group = groupOf(character);
  if (group === null) return report("alt_group", "none");
  const others = run.group(group).filter((one) => one.id !== character.id);
  const text = others.map((one) => one.name).join(", ");
  const outcome = run.splitGroups.has(group) ? "split" : others.length > 0 ? "decides" : "none";
  return report("alt_group", outcome, text, { group });
}

function exactReport(run: Run, character: GameCharacter): RuleReport {
  const found = run.exact(character);
  if (found.kind === "none") return report("exact_name", "none");
  const members = found.kind === "unique" ? [found.member] : found.members;
  const text = members.map(memberLabel).join(", ");
  if (found.kind === "ambiguous") return report("exact_name", "ambiguous", text);
  const isRejected = run.owners.isRejected(character.id, found.member.id);
  return report("exact_name", isRejected ? "rejected" : "decides", text, {
    discordId: found.member.id,
  });
}

function fuzzyReport(run: Run, character: GameCharacter): RuleReport {
  if (run.exact(character).kind !== "none") return report("fuzzy", "none");
  const [best, second] = run.similar(character);
  if (best === undefined) return report("fuzzy", "none");
  const similarity = Math.round(best.similarity * 1_000) / 1_000;
  const details = { discordId: best.member.id, similarity };
  const text = memberLabel(best.member);
  if (run.owners.isRejected(character.id, best.member.id)) {
    return report("fuzzy", "rejected", text, details);
  }
  if (best.similarity < LINK_SIMILARITY_MIN) return report("fuzzy", "suggests", text, details);
  const isTie = second?.similarity === best.similarity;
  return report("fuzzy", isTie ? "ambiguous" : "decides", text, details);
}

function report(
  rule: RuleReport["rule"],
  outcome: RuleOutcome,
  text = "",
  details: Evidence["details"] = {},
): RuleReport {
  return { rule, outcome, text, details };
}
