import { and, asc, eq, inArray, not, sql } from "drizzle-orm";
import {
  asNumber,
  columnsOf,
  existsIn,
  isTrue,
  prepare,
  type Values,
} from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import type { CharacterId, UserId } from "../../kernel/ids.ts";
import { searchKey } from "../../kernel/names.ts";
import type { GuildContext } from "../context.ts";
import { type ClaimState, characterClaims, characters, persons } from "./schema.ts";

// A new member says which character of the roster is theirs, and an officer confirms it. Until then the
// member has no person: a second one would stand beside the person with their points.

export const claimOfUser = prepare(({ userId }: Values<{ userId: string }>) =>
  build
    .select(columnsOf(characterClaims, "userId", "userName", "state", "characterId", "at"))
    .from(characterClaims)
    .where(sql`${characterClaims.userId} = ${userId}`),
);

/** Claims that officers have to decide, the oldest first: a chosen character, or no choice yet. */
export const openClaims = prepare(() =>
  build
    .select({
      ...columnsOf(characterClaims, "userId", "userName", "state", "characterId", "at"),
      character: characters.name,
      realm: characters.realm,
      personId: persons.id,
      person: persons.name,
      personUser: persons.userId,
    })
    .from(characterClaims)
    .leftJoin(characters, eq(characters.id, characterClaims.characterId))
    .leftJoin(persons, eq(persons.id, characters.personId))
    .where(inArray(characterClaims.state, ["asked", "chosen"]))
    .orderBy(asc(characterClaims.at), asc(characterClaims.userId)),
);

/** How many claims officers have to decide, as a column. */
export const openClaimCount = asNumber(
  sql`(select count(*) from ${characterClaims} where ${characterClaims.state} in ('asked', 'chosen'))`,
);

/** Characters of active people with the account of the person, by the order of the roster. */
const activeCharacters = prepare(() =>
  build
    .select({
      ...columnsOf(characters, "id", "name", "realm", "class", "personId"),
      person: persons.name,
      userId: persons.userId,
    })
    .from(characters)
    .innerJoin(persons, eq(persons.id, characters.personId))
    .where(and(eq(persons.status, "active"), not(isTrue(persons.isExample))))
    .orderBy(asc(persons.nameKey), sql`${characters.isMain} desc`, asc(characters.nameKey)),
);
export type FreeCharacter = Awaited<ReturnType<typeof activeCharacters.all>>[number];

/** Characters of active people without a member. With `members`, a person whose account left counts too. */
export async function freeCharacters(
  ctx: Pick<GuildContext, "db">,
  members?: ReadonlySet<UserId>,
): Promise<readonly FreeCharacter[]> {
  const all = await activeCharacters.all(ctx.db);
  const isFree = ({ userId }: FreeCharacter) =>
    userId === null || (members !== undefined && !members.has(userId));
  return all.filter(isFree);
}

/** Does this name belong to a character, or to its person? Case and accents do not count. */
export function isNamed(name: string, { name: character, person }: FreeCharacter): boolean {
  const wanted = searchKey(name);
  return wanted !== "" && [character, person].some((one) => searchKey(one) === wanted);
}

/** States in which a member waits for a person. */
const WAITING: ReadonlySet<ClaimState> = new Set(["asked", "chosen", "refused"]);

/**
 * Must this new member say first who they are? They must after the join page asked them, and if the
 * roster has a character of their name.
 */
export async function mustChoose(
  ctx: GuildContext,
  member: { readonly userId: UserId; readonly name: string },
): Promise<boolean> {
  const claim = await claimOfUser.first(ctx.db, { userId: member.userId });
  if (claim !== undefined) return WAITING.has(claim.state);
  return (await freeCharacters(ctx)).some((one) => isNamed(member.name, one));
}

/** Stores a claim, or replaces the member's claim of before. */
export function claimStatement(
  ctx: Pick<GuildContext, "now">,
  claim: {
    readonly userId: UserId;
    readonly userName: string;
    readonly state: ClaimState;
    readonly characterId: CharacterId | null;
  },
): Writable {
  const at = ctx.now().getTime();
  const { userName, state, characterId } = claim;
  return insertInto(
    characterClaims,
    { ...claim, at },
    {
      on: [characterClaims.userId],
      set: { userName, state, characterId, at, decidedAt: null, decidedBy: null },
    },
  );
}

/** Ends a claim that waits for a decision. */
export function decideStatement(
  ctx: Pick<GuildContext, "now">,
  userId: UserId,
  state: ClaimState,
  by: string,
): Writable {
  return build
    .update(characterClaims)
    .set({ state, decidedAt: ctx.now().getTime(), decidedBy: by })
    .where(eq(characterClaims.userId, userId));
}

/** A condition: the claim is still the one that was read. */
export function isClaim(userId: UserId, characterId: CharacterId | null) {
  return existsIn(
    characterClaims,
    and(
      eq(characterClaims.userId, userId),
      inArray(characterClaims.state, ["asked", "chosen"]),
      sql`${characterClaims.characterId} is ${characterId}`,
    ),
  );
}
