import { sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { type CharacterId, newId, type PersonId, type UserId } from "../../kernel/ids.ts";
import { nameFrom } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import type { ClassId } from "./classes.ts";
import { foldName } from "./names.ts";
import type { PersonStatus, RaidRole } from "./schema.ts";

export type { RaidRole };

export interface Character {
  readonly id: CharacterId;
  readonly name: string;
  readonly realm: string;
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
  readonly realm?: string | undefined;
  readonly class: ClassId;
  readonly spec?: string | undefined;
  readonly role?: RaidRole | null | undefined;
}

export interface PersonChange {
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly officerNote?: string | undefined;
}

export interface RosterQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly q?: string | undefined;
  readonly class?: string | undefined;
  readonly role?: string | undefined;
  readonly status?: PersonStatus | undefined;
}

export interface RosterSummary {
  readonly people: number;
  /** People with a character: none, as long as nobody has filled in the roster. */
  readonly mains: number;
  readonly roles: Readonly<Partial<Record<RaidRole, number>>>;
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
    (SELECT json_group_array(json_object('id', c.id, 'name', c.name, 'realm', c.realm,
        'class', c.class, 'spec', c.spec, 'role', c.role, 'isMain', c.is_main))
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

/** How many active people the guild has, and how many of their mains play each role. */
export async function rosterSummary(ctx: GuildContext): Promise<RosterSummary> {
  allow(ctx, "roster.view");
  const rows = await ctx.db.all<{ role: RaidRole | null; people: number; mains: number }>(
    `SELECT m.role, count(*) AS people, count(m.id) AS mains FROM persons p
     LEFT JOIN characters m ON m.person_id = p.id AND m.is_main = 1
     WHERE p.status = 'active' AND p.is_example = 0 GROUP BY m.role`,
  );
  const roles = rows.flatMap(({ role, people }) => (role ? [[role, people]] : []));
  return {
    people: rows.reduce((sum, row) => sum + row.people, 0),
    mains: rows.reduce((sum, row) => sum + row.mains, 0),
    roles: Object.fromEntries(roles),
  };
}

/** The roster as rows of a file: a line for each character, and for each person without any. */
export async function rosterRows(ctx: GuildContext): Promise<readonly (readonly string[])[]> {
  allow(ctx, "roster.view");
  const rows = await ctx.db.all<Record<string, string | null>>(
    `SELECT c.name, c.class, c.spec, c.role, CASE c.is_main WHEN 1 THEN 'main' ELSE m.name END AS main,
       c.realm, p.name AS person
     FROM persons p LEFT JOIN characters c ON c.person_id = p.id
     LEFT JOIN characters m ON m.person_id = p.id AND m.is_main = 1
     WHERE p.status = 'active' AND p.is_example = 0
     ORDER BY p.name_key, c.is_main DESC, c.name_key LIMIT ?`,
    limits.roster.csvRowsMax,
  );
  const head = ["name", "class", "spec", "role", "main", "realm", "person"];
  return [head, ...rows.map((row) => head.map((column) => row[column] ?? ""))];
}

/** @throws {NotFound} `roster/person-not-found` */
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
    ...(input.character ? [insertCharacter(ctx, id, input.character)] : []),
    record(ctx, "person.add", id, { after: input }),
  ]);
  return await person(ctx, id);
}

/**
 * Changes name or notes; what is left out stays.
 * @throws {NotFound} `roster/person-not-found`
 * @throws {Conflict} `roster/name-taken`
 */
export async function changePerson(
  ctx: GuildContext,
  id: string,
  change: PersonChange,
): Promise<Person> {
  allow(ctx, "roster.manage");
  if (change.officerNote !== undefined) allow(ctx, "notes.view");
  const { name, note } = await person(ctx, id);
  // The note itself stays out: who may read the log need not be one who may read notes.
  const { officerNote, ...after } = change;
  const changed = officerNote === undefined ? {} : { officerNote: "changed" };
  await writeUnique(ctx, [
    personExists(id),
    {
      sql: `UPDATE persons SET name = coalesce(?1, name), name_key = coalesce(?2, name_key),
              note = coalesce(?3, note), officer_note = coalesce(?4, officer_note),
              updated_at = ?5 WHERE id = ?6`,
      args: [
        change.name?.trim() ?? null,
        change.name === undefined ? null : foldName(change.name),
        change.note ?? null,
        change.officerNote ?? null,
        ctx.now().getTime(),
        id,
      ],
    },
    record(ctx, "person.change", id, { before: { name, note }, after: { ...after, ...changed } }),
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
  const status: PersonStatus = isArchived ? "archived" : "active";
  await write(ctx.db, [
    personExists(id),
    {
      sql: "UPDATE persons SET status = ?, updated_at = ? WHERE id = ?",
      args: [status, ctx.now().getTime(), id],
    },
    record(ctx, isArchived ? "person.archive" : "person.restore", id),
  ]);
  return await person(ctx, id);
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
    const name = await freeName(ctx, nameFrom(actor.name, limits.roster.nameCharsMax));
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

/** The statement that adds a character; a person's first one is the main. */
export function insertCharacter(
  ctx: Pick<GuildContext, "now">,
  personId: PersonId,
  input: NewCharacter,
): Writable {
  const realm = input.realm?.trim() ?? "";
  return {
    sql: `INSERT INTO characters
            (id, person_id, name, name_key, realm, realm_key, class, spec, role, is_main, created_at)
          SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
            NOT EXISTS (SELECT 1 FROM characters WHERE person_id = ?2 AND is_main = 1), ?10`,
    args: [
      newId<CharacterId>(),
      personId,
      input.name.trim(),
      foldName(input.name),
      realm,
      foldName(realm),
      input.class,
      input.spec ?? "",
      input.role ?? null,
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
  return new NotFound("roster/person-not-found", "There is no such person in this roster.");
}

/** Refuses unless the person is there, inside a write: `roster/person-not-found`. */
export function personExists(id: string): Guard {
  return guard(sql`exists (select 1 from persons where id = ${id})`, noSuchPerson);
}
