import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { asNumber, asText, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { CharacterId, PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { everyPerson, type PlacedCharacter, placedCharacters } from "../roster/placement.ts";
import { placeOf, type StoredCharacter } from "./character-changes.ts";
import type { StoredMember } from "./discord-sync.ts";
import { guildRoleIds, rankRoles } from "./integrity/rank-roles.ts";
import { codesIn } from "./matching/codes.ts";
import type { World } from "./matching/world.ts";
import {
  discordMembers,
  discordRoles,
  gameCharacters,
  identityLinks,
  integrityIssues,
  linkSuggestions,
} from "./schema.ts";
import type { IdentitySettings } from "./settings.ts";

export type StoredLink = typeof identityLinks.$inferSelect;
type StoredRole = typeof discordRoles.$inferSelect;
/** How many issues are open, as a column. */
export const openIssueCount = asNumber(
  sql`(select count(*) from ${integrityIssues} where ${integrityIssues.resolvedAt} is null)`,
);

type StoredSuggestion = typeof linkSuggestions.$inferSelect;

/** Everything that the guild knows of who is who, as rows. */
export interface IdentityState {
  readonly characters: readonly StoredCharacter[];
  readonly members: readonly StoredMember[];
  readonly roles: readonly StoredRole[];
  /** The links that hold. */
  readonly links: readonly StoredLink[];
  readonly suggestions: readonly StoredSuggestion[];
  readonly persons: readonly { readonly id: PersonId; readonly name: string }[];
  readonly roster: readonly PlacedCharacter[];
}

/** Reads the whole state in one round trip of reads. */
export async function readState(ctx: GuildContext): Promise<IdentityState> {
  const { orm } = ctx.db;
  return {
    characters: await orm.select().from(gameCharacters).orderBy(gameCharacters.id),
    members: await orm.select().from(discordMembers).orderBy(discordMembers.id),
    roles: await orm.select().from(discordRoles).where(isNull(discordRoles.removedAt)),
    links: await orm
      .select()
      .from(identityLinks)
      .where(isNull(identityLinks.endedAt))
      .orderBy(identityLinks.id),
    suggestions: await orm.select().from(linkSuggestions),
    persons: await everyPerson.all(ctx.db),
    roster: await placedCharacters.all(ctx.db),
  };
}

/**
 * The roster row of each game character, by the character's id: the one it is bound to, or the one
 * of its realm and name. A row of the roster without a realm fits a name that the guild has once.
 */
export function rosterPlaces(state: IdentityState): ReadonlyMap<string, PlacedCharacter> {
  const byId = new Map(state.roster.map((row) => [row.id, row]));
  const byPlace = new Map(state.roster.map((row) => [placeOf(row.realm, row.name), row]));
  const names = Map.groupBy(
    state.characters.filter(({ removedAt }) => removedAt === null),
    ({ nameKey }) => nameKey,
  );
  const found = new Map<string, PlacedCharacter>();
  const taken = new Set<CharacterId>();
  const claim = (id: string, row: PlacedCharacter | undefined) => {
    if (row === undefined || taken.has(row.id) || found.has(id)) return;
    found.set(id, row);
    taken.add(row.id);
  };
  for (const one of state.characters) {
    if (one.characterId !== null) claim(one.id, byId.get(one.characterId));
  }
  for (const one of state.characters) {
    if (one.characterId === null) claim(one.id, byPlace.get(placeOf(one.realm, one.name)));
  }
  for (const one of state.characters) {
    if (one.characterId !== null || names.get(one.nameKey)?.length !== 1) continue;
    claim(one.id, byPlace.get(placeOf("", one.name)));
  }
  return found;
}

/** What the matching reads, from the rows. */
export function worldOf(state: IdentityState, settings: IdentitySettings): World {
  const rows = rosterPlaces(state);
  return {
    characters: state.characters.map((one) => ({
      id: one.id,
      name: one.name,
      realmKey: one.realmKey,
      rank: one.rank,
      // A note with a code stands there for a while: what it said before still counts.
      note: codesIn(one.publicNote).length > 0 ? null : one.publicNote,
      officerNote: one.officerNote,
      altGroup: one.altGroup,
      isMain: one.isMain,
      isPresent: one.removedAt === null,
      rosterPersonId: one.hasOwnRosterRow ? null : (rows.get(one.id)?.personId ?? null),
    })),
    members: state.members.map((one) => ({ ...one, isPresent: one.leftAt === null })),
    links: state.links.map((one) => ({ ...one, isConfirmed: one.confirmedAt !== null })),
    rejected: new Set(
      state.suggestions
        .filter(({ rejectedAt }) => rejectedAt !== null)
        .map(({ gameCharacterId, discordId }) => `${gameCharacterId} ${discordId}`),
    ),
    guildRoleIds: membershipRoles(state, settings),
  };
}

/** What the checks read of the settings. A rank without a mapped role asks for the one of its name. */
export function rankSettings(state: IdentityState, { rankToRole }: IdentitySettings) {
  return {
    rankToRole,
    rankNames: Object.fromEntries(
      state.characters.flatMap(({ rank, rankName }) =>
        rank === null || rankName === null ? [] : [[String(rank), rankName]],
      ),
    ),
    exceptions: {},
  };
}

/** The roles that mean membership of the guild, by id. */
export function membershipRoles(
  state: IdentityState,
  settings: IdentitySettings,
): ReadonlySet<string> {
  return guildRoleIds(rankRoles(rankSettings(state, settings), state.roles));
}

/** The Discord accounts that are linked to one of two persons now. */
export const discordLinks = prepare(({ one, other }: Values<{ one: string; other: string }>) =>
  build
    .select({
      name: asText(
        sql`coalesce(${discordMembers.nick}, ${discordMembers.displayName}, ${discordMembers.username}, ${identityLinks.subject})`,
      ),
    })
    .from(identityLinks)
    .leftJoin(discordMembers, eq(discordMembers.id, identityLinks.subject))
    .where(
      and(
        isNull(identityLinks.endedAt),
        eq(identityLinks.kind, "discord"),
        inArray(identityLinks.personId, [one, other]),
      ),
    )
    .orderBy(identityLinks.createdAt),
);

/** The link of the game character that a character of the roster is, if it has one. */
export const linkOfCharacter = prepare(({ characterId }: Values<{ characterId: string }>) =>
  build
    .select({
      link: identityLinks.id,
      source: identityLinks.source,
      subject: gameCharacters.id,
      name: gameCharacters.name,
      hasOwnRosterRow: gameCharacters.hasOwnRosterRow,
    })
    .from(gameCharacters)
    .leftJoin(
      identityLinks,
      and(
        eq(identityLinks.subject, gameCharacters.id),
        eq(identityLinks.kind, "character"),
        isNull(identityLinks.endedAt),
      ),
    )
    .where(sql`${gameCharacters.characterId} = ${characterId}`),
);
