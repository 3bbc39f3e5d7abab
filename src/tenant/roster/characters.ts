import { eq, type SQL, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import type { ClassId } from "./classes.ts";
import { foldName, type Place } from "./names.ts";
import { promoteOldest } from "./placement.ts";
import { ownerOfCharacter } from "./queries.ts";
import { characters, type RaidRole } from "./schema.ts";
import {
  insertCharacter,
  type NewCharacter,
  type Person,
  person,
  personExists,
  placeOf,
  writeUnique,
} from "./service.ts";

export interface CharacterChange {
  readonly name?: string | undefined;
  readonly realm?: string | undefined;
  readonly class?: ClassId | undefined;
  readonly spec?: string | undefined;
  readonly role?: RaidRole | null | undefined;
}

/**
 * Adds a character. The first one of a person becomes the main.
 * @throws {NotFound} `roster/person-not-found`
 * @throws {Conflict} `roster/name-taken`
 */
export async function addCharacter(
  ctx: GuildContext,
  personId: string,
  input: NewCharacter,
): Promise<Person> {
  allow(ctx, "roster.manage");
  await writeUnique(ctx, [
    personExists(personId),
    insertCharacter(ctx, personId as PersonId, input),
    record(ctx, "character.add", personId, { after: input }),
  ]);
  return await person(ctx, personId);
}

/**
 * Changes a character. Fields that are left out keep their value.
 * @throws {NotFound} `roster/character-not-found`
 * @throws {Conflict} `roster/name-taken`
 */
export async function changeCharacter(
  ctx: GuildContext,
  id: string,
  change: CharacterChange,
): Promise<Person> {
  allow(ctx, "roster.manage");
  const owner = await person(ctx, await ownerOf(ctx, id));
  const before = owner.characters.find((one) => one.id === id);
  await writeUnique(ctx, [
    characterExists(id),
    ...changes(id, change, before),
    record(ctx, "character.change", id, { before, after: change }),
  ]);
  return await person(ctx, owner.id);
}

/**
 * Makes this character the main of its person. The former main becomes an alt.
 * @throws {NotFound} `roster/character-not-found`
 */
export async function makeMain(ctx: GuildContext, id: string): Promise<Person> {
  allow(ctx, "roster.manage");
  const personId = await ownerOf(ctx, id);
  await write(ctx.db, [
    characterExists(id),
    build.update(characters).set({ isMain: false }).where(eq(characters.personId, personId)),
    build.update(characters).set({ isMain: true }).where(isCharacter(id)),
    record(ctx, "character.main", id, { after: { personId } }),
  ]);
  return await person(ctx, personId);
}

/**
 * Removes a character. The person and the points stay. After a main, the oldest alt becomes the main.
 * @throws {NotFound} `roster/character-not-found`
 */
export async function removeCharacter(ctx: GuildContext, id: string): Promise<void> {
  allow(ctx, "roster.manage");
  const owner = await person(ctx, await ownerOf(ctx, id));
  const before = owner.characters.find((one) => one.id === id);
  await write(ctx.db, [
    characterExists(id),
    build.delete(characters).where(isCharacter(id)),
    ...promoteOldest(owner.id),
    record(ctx, "character.remove", id, { before: { personId: owner.id, ...before } }),
  ]);
}

/** Returns the update for the fields that a change names. There is none if it names no field. */
function changes(id: string, change: CharacterChange, before: Place | undefined) {
  if (Object.values(change).every((value) => value === undefined)) return [];
  const place = placeAfter(change, before);
  return [
    build
      .update(characters)
      .set({
        name: place?.name,
        nameKey: place && foldName(place.name),
        realm: place?.realm,
        realmKey: place && realmKey(place.realm),
        class: change.class,
        spec: change.spec,
        role: change.role,
      })
      .where(isCharacter(id)),
  ];
}

/** The name and realm after a change. A name without a realm keeps the realm of before. */
function placeAfter(change: CharacterChange, before: Place | undefined): Place | undefined {
  const { name = before?.name, realm } = change;
  if (name === undefined || (change.name === undefined && realm === undefined)) return undefined;
  // A stored name may contain a hyphen. It keeps it until it is changed.
  const isStored = before !== undefined && foldName(name) === foldName(before.name);
  const place = placeOf({ name, realm }, () => isStored);
  return realm === undefined && place.realm === ""
    ? { ...place, realm: before?.realm ?? "" }
    : place;
}

/** The person of a character. @throws {NotFound} `roster/character-not-found` */
export async function ownerOf(ctx: GuildContext, id: string): Promise<PersonId> {
  const owner = await ownerOfCharacter.first(ctx.db, { id });
  if (owner) return owner.personId;
  throw noSuchCharacter();
}

function characterExists(id: string): Guard {
  return guard(existsIn(characters, isCharacter(id)), noSuchCharacter);
}

function isCharacter(id: string): SQL {
  return sql`${characters.id} = ${id}`;
}

function noSuchCharacter(): NotFound {
  return new NotFound(
    "roster/character-not-found",
    "This character does not exist. Reload the page of the person.",
  );
}
