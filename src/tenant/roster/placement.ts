import { and, asc, eq, inArray, not, or } from "drizzle-orm";
import { columnsOf, existsIn, isTrue, prepare } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { type CharacterId, newId, type PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import type { ClassId } from "./classes.ts";
import { foldName } from "./names.ts";
import { characters, persons } from "./schema.ts";

// Statements that put characters below persons. They stand in a write of the caller, which records why.

/** A character on the roster, with its person. Examples are left out. */
export const placedCharacters = prepare(() =>
  build
    .select(columnsOf(characters, "id", "personId", "name", "realm", "isMain"))
    .from(characters)
    .innerJoin(persons, eq(persons.id, characters.personId))
    .where(not(isTrue(persons.isExample)))
    .orderBy(asc(characters.id)),
);
export type PlacedCharacter = Awaited<ReturnType<typeof placedCharacters.all>>[number];

/** Every person of the guild by id and name, archived ones too. */
export const everyPerson = prepare(() =>
  build
    .select(columnsOf(persons, "id", "name"))
    .from(persons)
    .orderBy(asc(persons.id)),
);

/** Adds a character below a person. The first one of a person becomes the main. */
export function placeCharacter(
  ctx: Pick<GuildContext, "now">,
  personId: PersonId,
  input: {
    readonly name: string;
    readonly realm: string;
    readonly class: ClassId;
    readonly spec: string;
  },
): { readonly id: CharacterId; readonly statements: readonly Writable[] } {
  const id = newId<CharacterId>();
  const row = insertInto(characters, {
    ...input,
    id,
    personId,
    nameKey: foldName(input.name),
    realmKey: realmKey(input.realm),
    role: null,
    isMain: not(hasMain(personId)),
    createdAt: ctx.now().getTime(),
  });
  return { id, statements: [row] };
}

/** Moves a character to another person. Each of the two persons keeps one main. */
export function moveCharacter(
  { id, personId: from }: Pick<PlacedCharacter, "id" | "personId">,
  personId: PersonId,
): readonly Writable[] {
  const isIt = eq(characters.id, id);
  return [
    build.update(characters).set({ isMain: false }).where(isIt),
    build.update(characters).set({ personId }).where(isIt),
    build
      .update(characters)
      .set({ isMain: true })
      .where(and(isIt, not(hasMain(personId)))),
    ...promoteOldest(from),
  ];
}

interface PlaceBefore {
  readonly fromId: PersonId;
  readonly intoId: PersonId;
  /** The main of each person before the move. */
  readonly fromMain: CharacterId | null;
  readonly intoMain: CharacterId | null;
}

/** Gives a moved character back to its person, and each person the main of before. */
export function putBack(
  id: CharacterId,
  { fromId, intoId, fromMain, intoMain }: PlaceBefore,
): readonly Writable[] {
  const both = or(eq(characters.personId, fromId), eq(characters.personId, intoId));
  const mains = [fromMain, intoMain].filter((one) => one !== null);
  return [
    build.update(characters).set({ isMain: false }).where(both),
    build
      .update(characters)
      .set({ personId: fromId })
      .where(and(eq(characters.id, id), eq(characters.personId, intoId))),
    build
      .update(characters)
      .set({ isMain: true })
      .where(and(inArray(characters.id, mains), both)),
    ...promoteOldest(fromId),
    ...promoteOldest(intoId),
  ];
}

/** Takes a character off the roster. */
export function unplaceCharacter({
  id,
  personId,
}: Pick<PlacedCharacter, "id" | "personId">): readonly Writable[] {
  return [build.delete(characters).where(eq(characters.id, id)), ...promoteOldest(personId)];
}

/** Makes the oldest character the main if the person has no main. */
export function promoteOldest(personId: PersonId): readonly Writable[] {
  const oldest = build
    .select({ id: characters.id })
    .from(characters)
    .where(eq(characters.personId, personId))
    .orderBy(asc(characters.createdAt), asc(characters.id))
    .limit(1);
  return [
    build
      .update(characters)
      .set({ isMain: true })
      .where(and(eq(characters.id, oldest), not(hasMain(personId)))),
  ];
}

function hasMain(personId: PersonId) {
  return existsIn(characters, and(eq(characters.personId, personId), isTrue(characters.isMain)));
}
