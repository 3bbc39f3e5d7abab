import { sql } from "drizzle-orm";
import { type Guard, guard, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import type { ClassId } from "./classes.ts";
import { foldName } from "./names.ts";
import type { RaidRole } from "./schema.ts";
import {
  insertCharacter,
  type NewCharacter,
  type Person,
  person,
  personExists,
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
 * Adds a character; a person's first one is the main.
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
 * Changes what is known of a character; what is left out stays.
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
    {
      sql: `UPDATE characters SET name = coalesce(?1, name), name_key = coalesce(?2, name_key),
              realm = coalesce(?3, realm), realm_key = coalesce(?4, realm_key),
              class = coalesce(?5, class), spec = coalesce(?6, spec),
              role = CASE WHEN ?7 THEN ?8 ELSE role END WHERE id = ?9`,
      args: [
        change.name?.trim() ?? null,
        change.name === undefined ? null : foldName(change.name),
        change.realm?.trim() ?? null,
        change.realm === undefined ? null : foldName(change.realm),
        change.class ?? null,
        change.spec ?? null,
        change.role !== undefined,
        change.role ?? null,
        id,
      ],
    },
    record(ctx, "character.change", id, { before, after: change }),
  ]);
  return await person(ctx, owner.id);
}

/**
 * Makes this character the main of its person; the former main becomes an alt.
 * @throws {NotFound} `roster/character-not-found`
 */
export async function makeMain(ctx: GuildContext, id: string): Promise<Person> {
  allow(ctx, "roster.manage");
  const personId = await ownerOf(ctx, id);
  await write(ctx.db, [
    characterExists(id),
    { sql: "UPDATE characters SET is_main = 0 WHERE person_id = ?", args: [personId] },
    { sql: "UPDATE characters SET is_main = 1 WHERE id = ?", args: [id] },
    record(ctx, "character.main", id, { after: { personId } }),
  ]);
  return await person(ctx, personId);
}

/**
 * Removes a character. The person, and so the points, stay; after a main the oldest alt follows.
 * @throws {NotFound} `roster/character-not-found`
 */
export async function removeCharacter(ctx: GuildContext, id: string): Promise<void> {
  allow(ctx, "roster.manage");
  const owner = await person(ctx, await ownerOf(ctx, id));
  const before = owner.characters.find((one) => one.id === id);
  await write(ctx.db, [
    characterExists(id),
    { sql: "DELETE FROM characters WHERE id = ?", args: [id] },
    {
      sql: `UPDATE characters SET is_main = 1 WHERE id = (
              SELECT id FROM characters WHERE person_id = ?1 ORDER BY created_at, id LIMIT 1)
            AND NOT EXISTS (SELECT 1 FROM characters WHERE person_id = ?1 AND is_main = 1)`,
      args: [owner.id],
    },
    record(ctx, "character.remove", id, { before: { personId: owner.id, ...before } }),
  ]);
}

async function ownerOf(ctx: GuildContext, id: string): Promise<PersonId> {
  const row = await ctx.db.first<{ person_id: PersonId }>(
    "SELECT person_id FROM characters WHERE id = ?",
    id,
  );
  if (row) return row.person_id;
  throw noSuchCharacter();
}

function characterExists(id: string): Guard {
  return guard(sql`exists (select 1 from characters where id = ${id})`, noSuchCharacter);
}

function noSuchCharacter(): NotFound {
  return new NotFound(
    "roster/character-not-found",
    "There is no such character in this roster. Look at the person again.",
  );
}
