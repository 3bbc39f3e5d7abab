import type { GameCharacterId, IdentityLinkId, PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import type { PlacedCharacter } from "../roster/placement.ts";
import { allowIdentity } from "./access.ts";
import type { StoredCharacter } from "./character-changes.ts";
import { nameOf, type StoredMember } from "./discord-sync.ts";
import type { Confidence, Evidence, LinkSource } from "./matching/world.ts";
import {
  type IdentityState,
  membershipRoles,
  readState,
  rosterPlaces,
  type StoredLink,
} from "./queries.ts";
import { readSettings } from "./settings.ts";

/** A link as people see it. */
export interface LinkView {
  readonly id: IdentityLinkId;
  readonly source: LinkSource;
  readonly confidence: Confidence;
  readonly confirmed: boolean;
  readonly evidence: Evidence;
  readonly createdAt: number;
}

export interface CharacterView {
  readonly id: GameCharacterId;
  readonly blizzardId: number | null;
  readonly name: string;
  readonly realm: string;
}

interface LinkedCharacter extends CharacterView {
  readonly isMain: boolean;
  readonly hasLeft: boolean;
  readonly link: LinkView;
}

/** A person with all that is linked to them. */
export interface IdentityPerson {
  readonly id: PersonId;
  readonly name: string;
  readonly characters: readonly LinkedCharacter[];
  readonly discord: {
    readonly id: string;
    readonly name: string;
    readonly hasLeft: boolean;
    readonly link: LinkView;
  } | null;
}

export interface SuggestionView {
  readonly character: CharacterView;
  readonly discord: { readonly id: string; readonly name: string };
  readonly similarity: number;
  readonly evidence: Evidence;
}

/** Everything that the page of identity shows. */
export interface IdentityBoard {
  readonly persons: readonly IdentityPerson[];
  readonly suggestions: readonly SuggestionView[];
  readonly orphanCharacters: readonly CharacterView[];
  readonly orphanMembers: readonly OrphanMember[];
}

interface OrphanMember {
  readonly discordId: string;
  readonly name: string;
}

/**
 * Who is who: the people with a linked character or Discord account by name, the pairs that wait for
 * a decision with the most similar first, present characters without a Discord account, and present
 * members without a person. Bots and members without a guild role are left out.
 */
export async function identityBoard(ctx: GuildContext): Promise<IdentityBoard> {
  allowIdentity(ctx);
  const state = await readState(ctx);
  const roleIds = membershipRoles(state, await readSettings(ctx));
  return {
    persons: personsOf(state),
    suggestions: suggestionsOf(state),
    orphanCharacters: orphanCharactersOf(state).map(characterView),
    orphanMembers: orphanMembersOf(state, roleIds).map((one) => ({
      discordId: one.id,
      name: nameOf(one),
    })),
  };
}

export function personsOf(state: IdentityState): readonly IdentityPerson[] {
  const characters = new Map(state.characters.map((one) => [one.id as string, one]));
  const members = new Map(state.members.map((one) => [one.id, one]));
  const rows = rosterPlaces(state);
  const links = Map.groupBy(state.links, ({ personId }) => personId);
  return state.persons
    .flatMap((person) => {
      const own = links.get(person.id);
      return own === undefined ? [] : [personView(person, own, characters, members, rows)];
    })
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

/** Present members of the server, with a guild role where roles are mapped, who have no person. */
function orphanMembersOf(
  state: IdentityState,
  roleIds: ReadonlySet<string>,
): readonly StoredMember[] {
  const linked = new Set(
    state.links.filter(({ kind }) => kind === "discord").map(({ subject }) => subject),
  );
  return state.members.filter(
    (one) =>
      one.leftAt === null &&
      !one.isBot &&
      !linked.has(one.id) &&
      (roleIds.size === 0 || one.roleIds.some((id) => roleIds.has(id))),
  );
}

function suggestionsOf(state: IdentityState): readonly SuggestionView[] {
  const characters = new Map(state.characters.map((one) => [one.id, one]));
  const members = new Map(state.members.map((one) => [one.id, one]));
  return state.suggestions
    .filter(({ rejectedAt }) => rejectedAt === null)
    .map(({ gameCharacterId, discordId, similarity, evidence }) => ({
      character: characterView(characters.get(gameCharacterId)!),
      discord: { id: discordId, name: nameOf(members.get(discordId)!) },
      similarity,
      evidence,
    }))
    .toSorted((a, b) => b.similarity - a.similarity || (a.character.id < b.character.id ? -1 : 1));
}

/** Present characters without a Discord account behind them. */
function orphanCharactersOf(state: IdentityState): readonly StoredCharacter[] {
  const rows = rosterPlaces(state);
  const withDiscord = new Set(
    state.links.filter(({ kind }) => kind === "discord").map(({ personId }) => personId),
  );
  const persons = new Map(
    state.links
      .filter(({ kind }) => kind === "character")
      .map(({ subject, personId }) => [subject, personId]),
  );
  return state.characters.filter((one) => {
    if (one.removedAt !== null) return false;
    const personId = persons.get(one.id) ?? rows.get(one.id)?.personId;
    return personId === undefined || !withDiscord.has(personId);
  });
}

function personView(
  { id, name }: { readonly id: PersonId; readonly name: string },
  links: readonly StoredLink[],
  characters: ReadonlyMap<string, StoredCharacter>,
  members: ReadonlyMap<string, StoredMember>,
  rows: ReadonlyMap<string, PlacedCharacter>,
): IdentityPerson {
  const discord = links.find(({ kind }) => kind === "discord");
  const member = discord && members.get(discord.subject);
  return {
    id,
    name,
    characters: links.flatMap((link) => {
      const character = link.kind === "character" ? characters.get(link.subject) : undefined;
      if (character === undefined) return [];
      return [
        {
          ...characterView(character),
          isMain: rows.get(character.id)?.isMain ?? character.isMain,
          hasLeft: character.removedAt !== null,
          link: linkView(link),
        },
      ];
    }),
    discord:
      discord && member
        ? {
            id: member.id,
            name: nameOf(member),
            hasLeft: member.leftAt !== null,
            link: linkView(discord),
          }
        : null,
  };
}

function linkView(link: StoredLink): LinkView {
  const { id, source, confidence, evidence, createdAt, confirmedAt } = link;
  return { id, source, confidence, evidence, createdAt, confirmed: confirmedAt !== null };
}

function characterView({ id, blizzardId, name, realm }: StoredCharacter): CharacterView {
  return { id, blizzardId, name, realm };
}
