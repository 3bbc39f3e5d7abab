import { sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { type CharacterId, newId, type PersonId, type UserId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { type ClassId, foldName } from "./classes.ts";
import type { PersonStatus, RaidRole } from "./schema.ts";

export interface Character {
  readonly id: CharacterId;
  readonly name: string;
  readonly class: ClassId;
  readonly spec: string;
  readonly role: RaidRole | null;
  readonly isMain: boolean;
}

export interface Person {
  readonly id: PersonId;
  readonly name: string;
  readonly status: PersonStatus;
  readonly isMember: boolean;
  readonly isExample: boolean;
  readonly note: string;
  /** Only for those who may read officers' notes. */
  readonly officerNote?: string;
  readonly characters: readonly Character[];
}

export interface NewCharacter {
  readonly name: string;
  readonly class: ClassId;
  readonly spec?: string | undefined;
  readonly role?: RaidRole | null | undefined;
}

export interface RosterQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly q?: string | undefined;
  readonly class?: string | undefined;
  readonly role?: string | undefined;
  readonly status?: PersonStatus | undefined;
}

interface PersonRow {
  readonly id: PersonId;
  readonly name: string;
  readonly name_key: string;
  readonly status: PersonStatus;
  readonly user_id: string | null;
  readonly is_example: number;
  readonly note: string;
  readonly officer_note: string;
  readonly characters: string;
}

const PERSON = `
  SELECT p.id, p.name, p.name_key, p.status, p.user_id, p.is_example, p.note, p.officer_note,
    (SELECT json_group_array(json_object('id', c.id, 'name', c.name, 'class', c.class,
        'spec', c.spec, 'role', c.role, 'isMain', c.is_main))
     FROM (SELECT * FROM characters WHERE person_id = p.id
           ORDER BY is_main DESC, name_key) c) AS characters
  FROM persons p`;

const PAGE = `${PERSON}
  WHERE p.name_key > ?1 AND p.status = ?2
    AND (?3 = '' OR instr(p.name_key, ?3) > 0 OR EXISTS (SELECT 1 FROM characters c
         WHERE c.person_id = p.id AND instr(c.name_key, ?3) > 0))
    AND (?4 = '' OR EXISTS (SELECT 1 FROM characters c WHERE c.person_id = p.id AND c.class = ?4))
    AND (?5 = '' OR EXISTS (SELECT 1 FROM characters c WHERE c.person_id = p.id AND c.role = ?5))
  ORDER BY p.name_key LIMIT ?6`;

/** The people of the guild with their characters, by name. */
export async function persons(ctx: GuildContext, query: RosterQuery): Promise<Page<Person>> {
  allow(ctx, "roster.view");
  const [after] = query.cursor === undefined ? [""] : decodeCursor(query.cursor, 1);
  const rows = await ctx.db.all<PersonRow>(
    PAGE,
    String(after),
    query.status ?? "active",
    foldName(query.q ?? ""),
    query.class ?? "",
    query.role ?? "",
    query.limit + 1,
  );
  const { items, next } = toPage(rows, query.limit, (last) => [last.name_key]);
  const shown = items.map((row) => toPerson(ctx, row));
  return next === undefined ? { items: shown } : { items: shown, next };
}

/** @throws {NotFound} `roster/no-such-person` */
export async function person(ctx: GuildContext, id: string): Promise<Person> {
  allow(ctx, "roster.view");
  const row = await ctx.db.first<PersonRow>(`${PERSON} WHERE p.id = ?`, id);
  if (row) return toPerson(ctx, row);
  throw noSuchPerson();
}

/** @throws {Conflict} `roster/name-taken` for a person or character of this name. */
export async function addPerson(
  ctx: GuildContext,
  input: { name: string; character?: NewCharacter | undefined },
): Promise<Person> {
  allow(ctx, "roster.manage");
  const id = newId<PersonId>();
  await writeUnique(ctx, [
    insertPerson(ctx, id, input.name),
    ...(input.character ? [insertCharacter(ctx, id, input.character, true)] : []),
    record(ctx, "person.add", id, { after: input }),
  ]);
  return await person(ctx, id);
}

/** Changes name or notes; what is left out stays. */
export async function changePerson(
  ctx: GuildContext,
  id: string,
  change: {
    name?: string | undefined;
    note?: string | undefined;
    officerNote?: string | undefined;
  },
): Promise<Person> {
  allow(ctx, "roster.manage");
  if (change.officerNote !== undefined) allow(ctx, "notes.view");
  const before = await person(ctx, id);
  const after = {
    name: before.name,
    note: before.note,
    officerNote: before.officerNote,
    ...change,
  };
  await writeUnique(ctx, [
    {
      sql: `UPDATE persons SET name = ?, name_key = ?, note = ?,
              officer_note = coalesce(?, officer_note), updated_at = ? WHERE id = ?`,
      args: [
        after.name ?? before.name,
        foldName(after.name ?? before.name),
        after.note ?? before.note,
        change.officerNote ?? null,
        ctx.now().getTime(),
        id,
      ],
    },
    record(ctx, "person.change", id, {
      before: { name: before.name, note: before.note },
      after: { name: after.name, note: after.note },
    }),
  ]);
  return await person(ctx, id);
}

/** Takes a person out of the lists, or puts them back; their points and history stay. */
export async function setArchived(
  ctx: GuildContext,
  id: string,
  isArchived: boolean,
): Promise<Person> {
  allow(ctx, "roster.manage");
  await person(ctx, id);
  const status: PersonStatus = isArchived ? "archived" : "active";
  await write(ctx.db, [
    {
      sql: "UPDATE persons SET status = ?, updated_at = ? WHERE id = ?",
      args: [status, ctx.now().getTime(), id],
    },
    record(ctx, isArchived ? "person.archive" : "person.restore", id),
  ]);
  return await person(ctx, id);
}

/** Adds a character; a person's first one is the main. */
export async function addCharacter(
  ctx: GuildContext,
  personId: string,
  input: NewCharacter,
): Promise<Person> {
  allow(ctx, "roster.manage");
  const { characters, id } = await person(ctx, personId);
  const isMain = !characters.some((one) => one.isMain);
  await writeUnique(ctx, [
    insertCharacter(ctx, id, input, isMain),
    record(ctx, "character.add", personId, { after: input }),
  ]);
  return await person(ctx, personId);
}

/** Makes this character the main of its person; the former main becomes an alt. */
export async function makeMain(ctx: GuildContext, characterId: string): Promise<Person> {
  allow(ctx, "roster.manage");
  const personId = await ownerOf(ctx, characterId);
  await write(ctx.db, [
    { sql: "UPDATE characters SET is_main = 0 WHERE person_id = ?", args: [personId] },
    { sql: "UPDATE characters SET is_main = 1 WHERE id = ?", args: [characterId] },
    record(ctx, "character.main", characterId, { after: { personId } }),
  ]);
  return await person(ctx, personId);
}

/** Removes a character. The person, and so the points, stay. */
export async function removeCharacter(ctx: GuildContext, characterId: string): Promise<void> {
  allow(ctx, "roster.manage");
  const personId = await ownerOf(ctx, characterId);
  await write(ctx.db, [
    { sql: "DELETE FROM characters WHERE id = ?", args: [characterId] },
    record(ctx, "character.remove", characterId, { before: { personId } }),
  ]);
}

/**
 * The caller's own person in this guild; made on the first visit of a member. Undefined for
 * visitors and the system.
 */
export async function ownPerson(ctx: GuildContext): Promise<Person | undefined> {
  const { actor } = ctx;
  if (actor.type !== "user") return undefined;
  const find = () => ctx.db.first<PersonRow>(`${PERSON} WHERE p.user_id = ?`, actor.userId);
  let row = await find();
  if (row === undefined) {
    const name = await freeName(ctx, actor.name);
    await write(ctx.db, [
      insertPerson(ctx, newId<PersonId>(), name, actor.userId),
      record(ctx, "person.join", actor.userId, { after: { name } }),
    ]).catch((error: unknown) => {
      // Two first visits at once: the other one has made it.
      if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
    });
    row = await find();
  }
  return row && toPerson(ctx, row);
}

/** The statement that adds a person; a repeated name fails, as `roster/name-taken`. */
export function insertPerson(
  ctx: Pick<GuildContext, "now">,
  id: PersonId,
  name: string,
  userId: UserId | null = null,
  isExample = false,
): Writable {
  const nowMs = ctx.now().getTime();
  return {
    sql: `INSERT INTO persons (id, name, name_key, user_id, is_example, created_at, updated_at)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)`,
    args: [id, name.trim(), foldName(name), userId, isExample, nowMs],
  };
}

export function insertCharacter(
  ctx: Pick<GuildContext, "now">,
  personId: PersonId,
  input: NewCharacter,
  isMain: boolean,
): Writable {
  return {
    sql: `INSERT INTO characters
            (id, person_id, name, name_key, class, spec, role, is_main, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      newId<CharacterId>(),
      personId,
      input.name.trim(),
      foldName(input.name),
      input.class,
      input.spec ?? "",
      input.role ?? null,
      isMain,
      ctx.now().getTime(),
    ],
  };
}

/** One write whose broken unique rule means that a name is taken. */
export async function writeUnique(
  ctx: GuildContext,
  statements: readonly (Writable | Guard)[],
): Promise<void> {
  try {
    await write(ctx.db, statements);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
    throw new Conflict("roster/name-taken", "Somebody in the guild has this name already.", {
      errors: [{ pointer: "/name", detail: "Taken." }],
    });
  }
}

async function ownerOf(ctx: GuildContext, characterId: string): Promise<PersonId> {
  const row = await ctx.db.first<{ person_id: PersonId }>(
    "SELECT person_id FROM characters WHERE id = ?",
    characterId,
  );
  if (row) return row.person_id;
  throw new NotFound("roster/no-such-character", "No character of this guild has this id.");
}

async function freeName(ctx: GuildContext, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    const taken = await ctx.db.first("SELECT 1 FROM persons WHERE name_key = ?", foldName(name));
    if (taken === undefined) return name;
  }
}

function toPerson(ctx: GuildContext, row: PersonRow): Person {
  const characters = JSON.parse(row.characters) as (Omit<Character, "isMain"> & {
    isMain: number;
  })[];
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    isMember: row.user_id !== null,
    isExample: row.is_example === 1,
    note: may(ctx, "members.view") ? row.note : "",
    ...(may(ctx, "notes.view") && { officerNote: row.officer_note }),
    characters: characters.map((one) => ({ ...one, isMain: one.isMain === 1 })),
  };
}

function noSuchPerson(): NotFound {
  return new NotFound("roster/no-such-person", "Nobody in this guild has this id.");
}

/** Refuses unless the person is there, inside a write. */
export function personExists(id: string): Guard {
  return guard(sql`exists (select 1 from persons where id = ${id})`, noSuchPerson);
}
