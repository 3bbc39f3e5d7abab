import { guard, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { CharacterId, UserId } from "../../kernel/ids.ts";
import { searchKey } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../../platform/store.ts";
import { describe, record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import {
  claimOfUser,
  claimStatement,
  decideStatement,
  type FreeCharacter,
  freeCharacters,
  isClaim,
  isNamed,
  openClaims,
} from "../roster/claims.ts";
import { allowJoins } from "../roster/joins.ts";
import { linkUser } from "../roster/member-links.ts";
import { personOfUser } from "../roster/queries.ts";
import type { ClaimState } from "../roster/schema.ts";
import { currentMembers } from "./members.ts";
import { joinPersons } from "./service.ts";

/** A character that a new member may choose. */
interface Candidate {
  readonly characterId: CharacterId;
  readonly name: string;
  readonly realm: string;
  readonly class: string;
  readonly person: string;
  /** The character or its person has the member's name. */
  readonly isExact: boolean;
}

/** What the join page shows. */
export interface OwnClaim {
  /** `none` before the first visit; `linked` for a member who has a person. */
  readonly state: ClaimState | "none" | "linked";
  readonly characterId: CharacterId | null;
  /** Names equal to the member's first, then by the order of the roster. */
  readonly candidates: readonly Candidate[];
}

export interface OpenClaim {
  readonly userId: UserId;
  readonly userName: string;
  readonly state: ClaimState;
  readonly characterId: CharacterId | null;
  readonly character: string | null;
  readonly person: string | null;
  readonly at: number;
}

/** The caller's claim, and the characters that they may choose. */
export async function ownClaim(
  ctx: GuildContext,
  platform: PlatformStore,
  q = "",
): Promise<OwnClaim> {
  allowJoins(ctx, "roster.view");
  const { userId, name } = memberOf(ctx);
  if ((await personOfUser.first(ctx.db, { userId })) !== undefined) {
    return { state: "linked", characterId: null, candidates: [] };
  }
  const claim = await claimOfUser.first(ctx.db, { userId });
  return {
    state: claim?.state ?? "none",
    characterId: claim?.characterId ?? null,
    candidates: candidatesOf(
      await freeCharacters(ctx, await currentMembers(ctx, platform)),
      name,
      q,
    ),
  };
}

/** Asks the officers about a member who sees the join page, once. */
export async function askForClaim(ctx: GuildContext, platform: PlatformStore): Promise<OwnClaim> {
  const found = await ownClaim(ctx, platform);
  if (found.state !== "none" || found.candidates.length === 0) return found;
  const { userId, name } = memberOf(ctx);
  await write(ctx.db, [
    claimStatement(ctx, { userId, userName: name, state: "asked", characterId: null }),
    record(ctx, "claim.ask", userId, { after: { name } }),
  ]);
  return { ...found, state: "asked" };
}

/**
 * The caller says which character is theirs, or by null that none is. An officer decides.
 * @throws {NotFound} `roster/character-not-found` for one that belongs to a member.
 * @throws {Conflict} `persons/linked-already`
 */
export async function claimCharacter(
  ctx: GuildContext,
  platform: PlatformStore,
  characterId: string | null,
): Promise<OwnClaim> {
  const found = await ownClaim(ctx, platform);
  const { userId, name } = memberOf(ctx);
  const free = await freeCharacters(ctx, await currentMembers(ctx, platform));
  const chosen = characterId === null ? null : free.find(({ id }) => id === characterId)?.id;
  if (chosen === undefined) throw noSuchCharacter();
  if (found.state === "linked") throw linkedAlready();
  await write(ctx.db, [
    claimStatement(ctx, { userId, userName: name, state: "chosen", characterId: chosen }),
    record(ctx, "claim.choose", userId, { after: { characterId: chosen } }),
  ]);
  return await ownClaim(ctx, platform);
}

/** Claims that wait for a decision, the oldest first. */
export async function claims(ctx: GuildContext): Promise<readonly OpenClaim[]> {
  allowJoins(ctx);
  return (await openClaims.all(ctx.db)).map(({ personUser: _, ...claim }) => claim);
}

/** An officer's answer to a claim. */
export interface ClaimDecision {
  readonly confirmed: boolean;
  /** The character that the officer saw, null for none. Left out, the claim of the moment is meant. */
  readonly characterId?: string | null | undefined;
}

/**
 * Confirms or refuses a claim. A confirmed member has the person of the character; a member without a
 * character gets a person of their own. A refused one may choose again.
 * @throws {NotFound} `persons/claim-not-found`
 * @throws {Conflict} `persons/claim-changed`, `roster/already-linked`, and what `joinPersons` throws.
 */
export async function decideClaim(
  ctx: GuildContext,
  platform: PlatformStore,
  userId: string,
  { confirmed, characterId }: ClaimDecision,
): Promise<void> {
  allowJoins(ctx);
  const claim = (await openClaims.all(ctx.db)).find((one) => one.userId === userId);
  if (claim === undefined) throw noSuchClaim();
  if (characterId !== undefined && characterId !== claim.characterId) throw claimChanged();
  const member = claim.userId;
  const own = await personOfUser.first(ctx.db, { userId: member });
  const personId = confirmed ? claim.personId : null;
  const former = personId === null ? null : await formerUser(ctx, platform, claim);
  const state = !confirmed ? "refused" : claim.personId === null ? "new" : "confirmed";
  const decision = [
    guard(isClaim(member, claim.characterId), claimChanged),
    ...(personId !== null && own === undefined ? linkUser(ctx, personId, member, former) : []),
    decideStatement(ctx, member, state, describe(ctx.actor).name),
  ];
  const before = { name: claim.userName };
  const after = { state, characterId: claim.characterId };
  if (personId !== null && own !== undefined && own.id !== personId) {
    const input = { fromId: own.id, intoId: personId };
    const entry = record(ctx, "claim.decide", member, { before, after });
    await joinPersons(ctx, platform, input, [...decision, entry]);
  } else {
    await write(ctx.db, [...decision, record(ctx, "claim.decide", member, { before, after })]);
  }
}

/** The account of the claimed person, if it left the guild. A member's account stays. */
async function formerUser(
  ctx: GuildContext,
  platform: PlatformStore,
  { personUser }: { readonly personUser: UserId | null },
): Promise<UserId | null> {
  if (personUser === null) return null;
  return (await currentMembers(ctx, platform)).has(personUser) ? null : personUser;
}

function candidatesOf(
  all: readonly FreeCharacter[],
  memberName: string,
  q: string,
): readonly Candidate[] {
  const wanted = searchKey(q);
  const found = all
    .filter(({ name, person }) => [name, person].some((one) => searchKey(one).includes(wanted)))
    .map((one) => ({
      characterId: one.id,
      name: one.name,
      realm: one.realm,
      class: one.class,
      person: one.person,
      isExact: isNamed(memberName, one),
    }));
  const exactFirst = [
    ...found.filter(({ isExact }) => isExact),
    ...found.filter(({ isExact }) => !isExact),
  ];
  return exactFirst.slice(0, limits.roster.candidatesMax);
}

/** @throws {NotFound} `roster/person-not-found` for visitors and keys. */
function memberOf(ctx: GuildContext): { readonly userId: UserId; readonly name: string } {
  if (ctx.actor.type === "user") return ctx.actor;
  throw new NotFound("roster/person-not-found", "Only members have a character. Sign in as one.");
}

function noSuchCharacter(): NotFound {
  return new NotFound(
    "roster/character-not-found",
    "This character does not exist, or belongs to a member. Choose one from the list.",
  );
}

function noSuchClaim(): NotFound {
  return new NotFound(
    "persons/claim-not-found",
    "This member does not wait for a decision any more. Reload the page.",
  );
}

function claimChanged(): Conflict {
  return new Conflict(
    "persons/claim-changed",
    "The member has chosen another character since. Reload the page and decide again.",
  );
}

function linkedAlready(): Conflict {
  return new Conflict(
    "persons/linked-already",
    "You already have a character in this guild. Ask an officer to change it.",
  );
}
