import type { z } from "@hono/zod-openapi";
import { and, eq, not, type SQL, sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { existsIn, isTrue } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { localDateOf, startOfDay } from "../../kernel/calendar.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { type CharacterId, newId, type PersonId, type UserId } from "../../kernel/ids.ts";
import { nameFrom } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import type { personChange } from "./api.ts";
import { mustChoose } from "./claims.ts";
import type { ClassId } from "./classes.ts";
import { alreadyJoined, hasJoins, isJoined } from "./joins.ts";
import { foldName, type Place, placeFrom, placeText } from "./names.ts";
import {
  activeCharacters,
  type PersonRow,
  peopleByRole,
  personById,
  personByName,
  personOfUser,
  personsPage,
} from "./queries.ts";
import type { PersonStatus, RaidRole } from "./schema.ts";
import * as tables from "./schema.ts";
import { personIdsNamed } from "./search.ts";

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

/** A person as a reader of the roster sees it: the columns of `PERSON`, except those of `Hidden`. */
export interface Person extends Omit<PersonRow, Hidden> {
  readonly isMember: boolean;
  readonly note: string;
  /** Absent for callers who may not read officers' notes. */
  readonly officerNote?: string;
  /** The local date since which raids count for the person; null for the day they were added. */
  readonly memberSince: string | null;
}

/** Columns that not every reader may see, or that readers see in another form. */
type Hidden = "nameKey" | "userId" | "note" | "officerNote" | "memberSince";

export interface NewCharacter {
  readonly name: string;
  readonly realm?: string | undefined;
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

export interface RosterSummary {
  readonly people: number;
  /** People with a main. It is 0 until the roster is filled in. */
  readonly mains: number;
  readonly roles: Readonly<Partial<Record<RaidRole, number>>>;
}

/** Lists the people of the guild with their characters, by name. */
export async function persons(ctx: GuildContext, query: RosterQuery): Promise<Page<Person>> {
  allow(ctx, "roster.view");
  const [after] = query.cursor === undefined ? [""] : decodeCursor(query.cursor, 1);
  const rows = await personsPage.all(ctx.db, {
    after: String(after),
    status: query.status ?? "active",
    ids: await personIdsNamed(ctx, query.q),
    class: query.class ?? "",
    role: query.role ?? "",
    limit: query.limit + 1,
  });
  const { items, next } = toPage(rows, query.limit, (last) => [last.nameKey]);
  const shown = items.map((row) => toPerson(ctx, row));
  return next === undefined ? { items: shown } : { items: shown, next };
}

/** Counts the active people, and how many of their mains play each role. */
export async function rosterSummary(ctx: GuildContext): Promise<RosterSummary> {
  allow(ctx, "roster.view");
  const rows = await peopleByRole.all(ctx.db);
  const roles = rows.flatMap(({ role, people }) => (role ? [[role, people]] : []));
  return {
    people: rows.reduce((sum, row) => sum + row.people, 0),
    mains: rows.reduce((sum, row) => sum + row.mains, 0),
    roles: Object.fromEntries(roles),
  };
}

/** Returns the rows of a CSV file: one for each character, and one for each person without any. */
export async function rosterRows(ctx: GuildContext): Promise<readonly (readonly string[])[]> {
  allow(ctx, "roster.view");
  const rows = await activeCharacters.all(ctx.db, { limit: limits.roster.csvRowsMax });
  return [
    ["name", "class", "spec", "role", "main", "realm", "person"],
    ...rows.map((row) => [
      row.name ?? "",
      row.class ?? "",
      row.spec ?? "",
      row.role ?? "",
      row.isMain ? "main" : placeText({ name: row.mainName ?? "", realm: row.mainRealm ?? "" }),
      row.realm ?? "",
      row.person,
    ]),
  ];
}

/** @throws {NotFound} `roster/person-not-found` */
export async function person(ctx: GuildContext, id: string): Promise<Person> {
  allow(ctx, "roster.view");
  const row = await personById.first(ctx.db, { id });
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
 * Changes the name or the notes. Fields that are left out keep their value.
 * @throws {NotFound} `roster/person-not-found`
 * @throws {Conflict} `roster/name-taken`
 */
export async function changePerson(
  ctx: GuildContext,
  id: string,
  change: z.infer<typeof personChange>,
): Promise<Person> {
  allow(ctx, "roster.manage");
  if (change.officerNote !== undefined) allow(ctx, "notes.view");
  const { name, note } = await person(ctx, id);
  // Readers of the audit log may not be allowed to read notes, so the text stays out of it.
  const { officerNote, ...after } = change;
  const changed = officerNote === undefined ? {} : { officerNote: "changed" };
  await writeUnique(ctx, [
    personExists(id),
    build
      .update(tables.persons)
      .set({
        ...change,
        name: change.name?.trim(),
        nameKey: change.name === undefined ? undefined : foldName(change.name),
        memberSince: momentOf(ctx, change.memberSince),
        updatedAt: ctx.now().getTime(),
      })
      .where(isPerson(id)),
    record(ctx, "person.change", id, { before: { name, note }, after: { ...after, ...changed } }),
  ]);
  return await person(ctx, id);
}

/** The first moment of a local date. */
function momentOf(ctx: GuildContext, date: string | null | undefined) {
  return typeof date === "string" ? startOfDay(date, ctx.guild.timeZone) : date;
}

/** Archives a person, or restores an archived one. Points and history stay. */
export async function setArchived(
  ctx: GuildContext,
  id: string,
  isArchived: boolean,
): Promise<Person> {
  allow(ctx, "roster.manage");
  const status: PersonStatus = isArchived ? "archived" : "active";
  await write(ctx.db, [
    personExists(id),
    ...(isArchived || !hasJoins(ctx) ? [] : [guard(not(isJoined(id)), alreadyJoined)]),
    build
      .update(tables.persons)
      .set({ status, updatedAt: ctx.now().getTime() })
      .where(isPerson(id)),
    record(ctx, isArchived ? "person.archive" : "person.restore", id),
  ]);
  return await person(ctx, id);
}

/**
 * Returns the caller's own person. A member's first visit creates it, unless the member has to say first
 * which character of the roster is theirs. Undefined until then, and for visitors and the system.
 */
export async function ownPerson(ctx: GuildContext): Promise<Person | undefined> {
  const { actor } = ctx;
  if (actor.type !== "user") return undefined;
  const find = () => personOfUser.first(ctx.db, { userId: actor.userId });
  let row = await find();
  if (row === undefined) {
    if (hasJoins(ctx) && (await mustChoose(ctx, actor))) return undefined;
    const name = await freeName(ctx, nameFrom(actor.name, limits.roster.nameCharsMax));
    await write(ctx.db, [
      insertPerson(ctx, newId<PersonId>(), name, actor.userId),
      record(ctx, "person.join", actor.userId, { after: { name } }),
    ]).catch((error: unknown) => {
      // Another first visit of the same member created it at the same time.
      if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
    });
    row = await find();
  }
  return row && toPerson(ctx, row);
}

/** Returns the statement that adds a person. Use it in `writeUnique`, which reports a name that is taken. */
export function insertPerson(
  ctx: Pick<GuildContext, "now">,
  id: PersonId,
  name: string,
  userId: UserId | null = null,
  isExample = false,
): Writable {
  return insertInto(tables.persons, personRow(ctx, id, name, userId, isExample));
}

/** The row of a new person. */
export function personRow(
  ctx: Pick<GuildContext, "now">,
  id: PersonId,
  name: string,
  userId: UserId | null = null,
  isExample = false,
) {
  const nowMs = ctx.now().getTime();
  return {
    id,
    name: name.trim(),
    nameKey: foldName(name),
    userId,
    isExample,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
}

/** Returns the statement that adds a character. The first one of a person becomes the main. */
export function insertCharacter(
  ctx: Pick<GuildContext, "now">,
  personId: PersonId,
  input: NewCharacter,
): Writable {
  const { characters } = tables;
  const hasMain = existsIn(
    characters,
    and(eq(characters.personId, personId), isTrue(characters.isMain)),
  );
  return insertInto(characters, { ...characterRow(ctx, personId, input), isMain: not(hasMain) });
}

/** The row of a new character, without whether it is the main. */
export function characterRow(
  ctx: Pick<GuildContext, "now">,
  personId: PersonId,
  input: NewCharacter,
) {
  const { name, realm } = placeOf(input);
  return {
    id: newId<CharacterId>(),
    personId,
    name,
    nameKey: foldName(name),
    realm,
    realmKey: realmKey(realm),
    class: input.class,
    spec: input.spec ?? "",
    role: input.role ?? null,
    createdAt: ctx.now().getTime(),
  };
}

/**
 * The name and realm of a character. `Name-Realm`, as addons write it, names both.
 * @throws {Invalid} if the name and the realm name two realms.
 */
export function placeOf(
  input: Pick<NewCharacter, "name" | "realm">,
  isKnown?: (key: string) => boolean,
): Place {
  const place = placeFrom(input.name, input.realm ?? "", isKnown);
  if (place) return place;
  throw new Invalid("request/invalid", "Some of the input is not right. See each field.", {
    errors: [
      { pointer: "/realm", detail: "The name contains another realm. Give one of the two." },
    ],
  });
}

/** Writes. A broken unique rule means a name that is taken. @throws {Conflict} `roster/name-taken` */
export async function writeUnique(
  ctx: GuildContext,
  statements: readonly (Writable | Guard)[],
): Promise<void> {
  try {
    await write(ctx.db, statements);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
    throw new Conflict(
      "roster/name-taken",
      "A person in this guild already has this name. Choose another one.",
      {
        errors: [
          {
            pointer: "/name",
            detail: "A person in this guild already has this name. Choose another one.",
          },
        ],
      },
    );
  }
}

/** The name, or the name with the first number that is free. */
export async function freeName(ctx: GuildContext, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    const taken = await personByName.first(ctx.db, { nameKey: foldName(name) });
    if (taken === undefined) return name;
  }
}

function toPerson(ctx: GuildContext, row: PersonRow): Person {
  const { nameKey: _, userId, note, officerNote, memberSince, ...shown } = row;
  return {
    ...shown,
    isMember: userId !== null,
    note: may(ctx, "members.view") ? note : "",
    ...(may(ctx, "notes.view") && { officerNote }),
    memberSince: memberSince === null ? null : localDateOf(memberSince, ctx.guild.timeZone),
  };
}

export function noSuchPerson(): NotFound {
  return new NotFound("roster/person-not-found", "This person does not exist in the roster.");
}

/** Guards a write: `roster/person-not-found` unless the person exists. */
export function personExists(id: string): Guard {
  return guard(existsIn(tables.persons, isPerson(id)), noSuchPerson);
}

/** A condition for the row of this id, which may be any text of a request. */
function isPerson(id: string): SQL {
  return sql`${tables.persons.id} = ${id}`;
}
