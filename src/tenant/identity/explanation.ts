import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { nameOf } from "./discord-sync.ts";
import { explainAll } from "./matching/explain.ts";
import { match } from "./matching/match.ts";
import type { Evidence, LinkSource, PersonRef } from "./matching/world.ts";
import { readState, worldOf } from "./queries.ts";
import { readSettings } from "./settings.ts";

interface ExplainedRule {
  readonly rule: string;
  readonly outcome: string;
  readonly text: string;
}

/** Whose a character is after a matching, and why. */
interface ExplainedCharacter {
  readonly id: string;
  readonly name: string;
  readonly realm: string;
  /** Null for a character that belongs to no person. */
  readonly person: string | null;
  readonly source: LinkSource | null;
  readonly evidence: Evidence | null;
  /** What each rule found, in the order of the rules. */
  readonly rules: readonly ExplainedRule[];
}

interface ExplainedSuggestion {
  readonly character: string;
  readonly member: string;
  readonly similarity: number;
  readonly evidence: Evidence;
}

/** What a matching would do now, and the evidence of every link and suggestion. Nothing is written. */
export interface MatchExplanation {
  /** Links that the matching would make and end. */
  readonly links: number;
  readonly ends: number;
  readonly characters: readonly ExplainedCharacter[];
  readonly suggestions: readonly ExplainedSuggestion[];
}

/** Explains a matching of the state of now, for characters whose name contains `q`. Changes nothing. */
export async function explainMatching(ctx: GuildContext, q = ""): Promise<MatchExplanation> {
  allowIdentity(ctx);
  const state = await readState(ctx);
  const world = worldOf(state, await readSettings(ctx));
  const { decisions, suggestions } = match(world);
  const characters = new Map(state.characters.map((one) => [one.id as string, one]));
  const members = new Map(state.members.map((one) => [one.id, nameOf(one)]));
  const persons = new Map(state.persons.map(({ id, name }) => [id as string, name]));
  const isWanted = (id: string) =>
    (characters.get(id)?.name.toLowerCase() ?? "").includes(q.toLowerCase());
  const personName = (person: PersonRef | undefined) =>
    person === undefined
      ? null
      : "id" in person
        ? (persons.get(person.id) ?? person.id)
        : person.name;
  return {
    links: decisions.filter(({ kind }) => kind === "link").length,
    ends: decisions.filter(({ kind }) => kind === "end").length,
    characters: explainAll(world)
      .filter(({ characterId: id }) => characters.get(id)?.removedAt === null && isWanted(id))
      .map(({ characterId: id, person, source = null, evidence = null, rules }) => ({
        id,
        name: characters.get(id)!.name,
        realm: characters.get(id)!.realm,
        person: personName(person),
        source,
        evidence,
        rules: rules.map(({ rule, outcome, text }) => ({ rule, outcome, text })),
      }))
      .toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1)),
    suggestions: suggestions
      .filter(({ characterId }) => isWanted(characterId))
      .map(({ characterId, discordId, similarity, evidence }) => ({
        character: characters.get(characterId)?.name ?? characterId,
        member: members.get(discordId) ?? discordId,
        similarity: Math.round(similarity * 1_000) / 1_000,
        evidence,
      })),
  };
}
