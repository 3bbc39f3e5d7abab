import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { columnsOf, optional, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { characters, persons } from "../roster/schema.ts";
import { gameCharacters, identityLinks, ownershipProofs } from "./schema.ts";

/** Proofs that are not decided: the code was not seen yet, or officers have to decide. */
export const openProofs = prepare(() =>
  build
    .select({
      ...columnsOf(ownershipProofs, "id", "source", "userId", "userName", "codeHash"),
      ...columnsOf(ownershipProofs, "expiresAt", "seenAt", "fault"),
      characterId: ownershipProofs.gameCharacterId,
    })
    .from(ownershipProofs)
    .where(isNull(ownershipProofs.endedAt))
    .orderBy(asc(ownershipProofs.id)),
);
export type StoredProof = Awaited<ReturnType<typeof openProofs.all>>[number];

/** The proofs of a member with their characters, the newest first. */
export const proofsOfUser = prepare(({ userId }: Values<{ userId: string }>) =>
  build
    .select({
      ...columnsOf(ownershipProofs, "id", "source", "fault", "createdAt", "expiresAt"),
      ...columnsOf(ownershipProofs, "seenAt", "provedAt", "endedAt"),
      characterId: gameCharacters.id,
      name: gameCharacters.name,
      realm: gameCharacters.realm,
    })
    .from(ownershipProofs)
    .innerJoin(gameCharacters, eq(gameCharacters.id, ownershipProofs.gameCharacterId))
    .where(sql`${ownershipProofs.userId} = ${userId}`)
    .orderBy(desc(ownershipProofs.createdAt), desc(ownershipProofs.id)),
);

/** Present characters of the guild in the game, each with the person who has it here. */
export const presentCharacters = prepare(() =>
  build
    .select({
      ...columnsOf(gameCharacters, "id", "name", "realm", "edition", "region", "blizzardId"),
      linked: optional(identityLinks.personId),
      source: optional(identityLinks.source),
      placed: optional(characters.personId),
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
    .leftJoin(characters, eq(characters.id, gameCharacters.characterId))
    .where(isNull(gameCharacters.removedAt))
    .orderBy(asc(gameCharacters.nameKey), asc(gameCharacters.id)),
);
export type PresentCharacter = Awaited<ReturnType<typeof presentCharacters.all>>[number];

/** The person of each account that has one. */
export const personsOfAccounts = prepare(() =>
  build
    .select(columnsOf(persons, "id", "userId"))
    .from(persons)
    .where(isNotNull(persons.userId)),
);

/** Which of these roster characters a proof gave to their person. `ids` is a JSON array. */
export const provedOnRoster = prepare(({ ids }: Values<{ ids: string }>) =>
  build
    .select({ id: gameCharacters.characterId, source: identityLinks.source })
    .from(gameCharacters)
    .innerJoin(identityLinks, eq(identityLinks.subject, gameCharacters.id))
    .where(
      and(
        sql`${gameCharacters.characterId} in (select value from json_each(${ids}))`,
        eq(identityLinks.kind, "character"),
        isNull(identityLinks.endedAt),
        inArray(identityLinks.source, ["battlenet", "note_code"]),
      ),
    ),
);
