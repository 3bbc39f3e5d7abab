import { and, eq } from "drizzle-orm";
import { type Writable, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { GameCharacterId, PersonId } from "../../kernel/ids.ts";
import { nameFrom } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import { describe, record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { type IdentityPerson, personsOf } from "./board.ts";
import type { StoredCharacter } from "./character-changes.ts";
import { nameOf, type StoredMember } from "./discord-sync.ts";
import { LinkWrites } from "./link-writes.ts";
import type { Evidence, LinkSource } from "./matching/world.ts";
import { type IdentityState, readState, rosterPlaces, type StoredLink } from "./queries.ts";
import { linkSuggestions } from "./schema.ts";

/** Sources of proved claims. To claim something else, an officer must end the proved claim first. */
const VERIFIED: ReadonlySet<LinkSource> = new Set(["battlenet", "note_code"]);

/**
 * An officer says that a character belongs to a Discord account. The claim outranks every automatic
 * one and is never changed by automation.
 * @throws {NotFound} `identity/character-not-found`, `identity/member-not-found`
 * @throws {Conflict} `identity/verified`, `identity/changed`
 */
export async function linkCharacter(
  ctx: GuildContext,
  input: { readonly characterId: string; readonly discordId: string },
): Promise<IdentityPerson> {
  allowIdentity(ctx);
  const state = await readState(ctx);
  const character = state.characters.find(({ id }) => id === input.characterId);
  if (character === undefined) throw noSuchCharacter();
  const member = state.members.find(({ id }) => id === input.discordId);
  if (member === undefined) throw noSuchMember();
  const before = linkOf(state, "character", character.id);
  const discord = linkOf(state, "discord", member.id);
  const writes = new LinkWrites(ctx, state);
  const personId =
    discord?.personId ??
    personWithoutDiscord(state, character) ??
    writes.addPerson(personName(member));
  const evidence: Evidence = {
    rule: "manual",
    text: `${character.name} belongs to ${nameOf(member)}.`,
    details: { by: describe(ctx.actor).name },
  };
  const claim = {
    personId,
    source: "manual",
    confidence: "high",
    evidence,
    isConfirmed: true,
  } as const;
  const isVerified = before !== undefined && VERIFIED.has(before.source);
  if (isVerified && before.personId !== personId) throw verified();
  if (before && !isVerified) writes.end(before, "manual");
  if (!isVerified) writes.add({ ...claim, kind: "character", subject: character.id });
  if (discord === undefined) writes.add({ ...claim, kind: "discord", subject: member.id });
  else writes.confirm(discord);
  writes.finish();
  await write(ctx.db, [
    ...writes.take(),
    ...notRejected(ctx, character.id, member.id),
    record(ctx, "identity.link", personId, {
      before: before ? { personId: before.personId, source: before.source } : null,
      after: { characterId: character.id, discordId: member.id },
    }),
  ]);
  return await identityPerson(ctx, personId);
}

/**
 * Confirms a link that automation made: it stays from now on. Confirming again changes nothing.
 * @throws {NotFound} `identity/link-not-found`
 */
export async function confirmLink(ctx: GuildContext, linkId: string): Promise<IdentityPerson> {
  allowIdentity(ctx);
  const state = await readState(ctx);
  const link = state.links.find(({ id }) => id === linkId);
  if (link === undefined) throw noSuchLink();
  if (link.confirmedAt === null) {
    const writes = new LinkWrites(ctx, state);
    writes.confirm(link);
    await write(ctx.db, [
      ...writes.take(),
      record(ctx, "identity.confirm", link.id, { after: { personId: link.personId } }),
    ]);
  }
  return await identityPerson(ctx, link.personId);
}

/**
 * Ends a link that is wrong. The matching does not make it again.
 * @throws {NotFound} `identity/link-not-found`
 */
export async function removeLink(ctx: GuildContext, linkId: string): Promise<void> {
  allowIdentity(ctx);
  const state = await readState(ctx);
  const link = state.links.find(({ id }) => id === linkId);
  if (link === undefined) throw noSuchLink();
  const writes = new LinkWrites(ctx, state);
  writes.end(link, "removed");
  writes.finish();
  await write(ctx.db, [
    ...writes.take(),
    ...rejections(ctx, state, link),
    record(ctx, "identity.unlink", link.id, {
      before: {
        personId: link.personId,
        kind: link.kind,
        subject: link.subject,
        source: link.source,
      },
    }),
  ]);
}

/**
 * Says no to a suggested pair; it is not suggested again.
 * @throws {NotFound} `identity/suggestion-not-found`
 */
export async function rejectSuggestion(
  ctx: GuildContext,
  input: { readonly characterId: string; readonly discordId: string },
): Promise<void> {
  allowIdentity(ctx);
  const { orm } = ctx.db;
  const pair = and(
    eq(linkSuggestions.gameCharacterId, input.characterId as GameCharacterId),
    eq(linkSuggestions.discordId, input.discordId),
  );
  const [row] = await orm.select().from(linkSuggestions).where(pair);
  if (row === undefined) {
    throw new NotFound("identity/suggestion-not-found", "This pair is not suggested any more.");
  }
  if (row.rejectedAt !== null) return;
  await write(ctx.db, [
    orm
      .update(linkSuggestions)
      .set({ rejectedAt: ctx.now().getTime(), rejectedBy: describe(ctx.actor).id })
      .where(pair),
    record(ctx, "identity.reject", input.characterId, { after: { discordId: input.discordId } }),
  ]);
}

async function identityPerson(ctx: GuildContext, id: PersonId): Promise<IdentityPerson> {
  const found = personsOf(await readState(ctx)).find((one) => one.id === id);
  if (found) return found;
  throw noSuchLink();
}

function linkOf(
  state: IdentityState,
  kind: StoredLink["kind"],
  subject: string,
): StoredLink | undefined {
  return state.links.find((one) => one.kind === kind && one.subject === subject);
}

/** The character's person, unless a Discord account is linked to that one already. */
function personWithoutDiscord(
  state: IdentityState,
  character: StoredCharacter,
): PersonId | undefined {
  const personId =
    linkOf(state, "character", character.id)?.personId ??
    rosterPlaces(state).get(character.id)?.personId;
  const isTaken = state.links.some((one) => one.kind === "discord" && one.personId === personId);
  return isTaken ? undefined : personId;
}

function personName(member: StoredMember): string {
  return nameFrom(nameOf(member), limits.roster.nameCharsMax, "Member");
}

/** What a removed link joined is never matched again by itself. */
function rejections(
  ctx: GuildContext,
  state: IdentityState,
  link: StoredLink,
): readonly Writable[] {
  const own = state.links.filter(({ personId }) => personId === link.personId);
  const pairs =
    link.kind === "character"
      ? own
          .filter(({ kind }) => kind === "discord")
          .map(({ subject }) => ({ characterId: link.subject, discordId: subject }))
      : own
          .filter(({ kind }) => kind === "character")
          .map(({ subject }) => ({ characterId: subject, discordId: link.subject }));
  // A sheet may name an account that the server never had: nothing would suggest it again.
  const known = new Set(state.members.map(({ id }) => id));
  const rejected = { rejectedAt: ctx.now().getTime(), rejectedBy: describe(ctx.actor).id };
  return pairs
    .filter(({ discordId }) => known.has(discordId))
    .map(({ characterId, discordId }) =>
      ctx.db.orm
        .insert(linkSuggestions)
        .values({
          gameCharacterId: characterId as GameCharacterId,
          discordId,
          similarity: 0,
          evidence: link.evidence,
          suggestedAt: rejected.rejectedAt,
          ...rejected,
        })
        .onConflictDoUpdate({
          target: [linkSuggestions.gameCharacterId, linkSuggestions.discordId],
          set: rejected,
        }),
    );
}

function notRejected(
  ctx: GuildContext,
  characterId: GameCharacterId,
  discordId: string,
): readonly Writable[] {
  return [
    ctx.db.orm
      .delete(linkSuggestions)
      .where(
        and(
          eq(linkSuggestions.gameCharacterId, characterId),
          eq(linkSuggestions.discordId, discordId),
        ),
      ),
  ];
}

function noSuchCharacter(): NotFound {
  return new NotFound(
    "identity/character-not-found",
    "No source has seen this character. Use an id from the lists of identity.",
  );
}

function noSuchMember(): NotFound {
  return new NotFound(
    "identity/member-not-found",
    "The Discord server has no such member. Use an id from the lists of identity.",
  );
}

function noSuchLink(): NotFound {
  return new NotFound("identity/link-not-found", "There is no such link. It may have ended.");
}

function verified(): Conflict {
  return new Conflict(
    "identity/verified",
    "The character's owner proved that it is theirs. Remove that link first.",
  );
}
