import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  isNotNull,
  not,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import {
  asColumn,
  columnOr,
  columnsOf,
  existsIn,
  isTrue,
  listOf,
  prepare,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { characters, type PersonStatus, persons } from "./schema.ts";

const CHARACTER = columnsOf(characters, "id", "name", "realm", "class", "spec", "role", "isMain");

/** What is read of a person. Readers of the roster see it, except the columns in `Hidden` of the service. */
const PERSON = {
  ...columnsOf(persons, "id", "name", "nameKey", "status", "userId", "isExample"),
  ...columnsOf(persons, "note", "officerNote"),
  memberSince: columnOr(persons.memberSince, "NULL"),
  isRaider: columnOr(persons.isRaider, "1"),
  /** The main comes first, the others by name. */
  characters: listOf(
    CHARACTER,
    (row) => sql`(
      select json_group_array(${row}) from (
        select * from ${characters} where ${characters.personId} = ${persons.id}
        order by ${characters.isMain} desc, ${characters.nameKey}) as ${characters})`,
  ),
};

/** A person with the characters and both notes. Who may read the notes is decided by the service. */
export type PersonRow = NonNullable<Awaited<ReturnType<typeof personById.first>>>;

export const personById = prepare(({ id }: Values<{ id: string }>) =>
  build.select(PERSON).from(persons).where(eq(persons.id, id)),
);

export const personOfUser = prepare(({ userId }: Values<{ userId: string }>) =>
  build.select(PERSON).from(persons).where(eq(persons.userId, userId)),
);

/** The person of this user as a column. Null for a user without one. */
export const personIdOfUser = (userId: SQLWrapper) =>
  asColumn(
    persons.id,
    sql`(select ${persons.id} from ${persons} where ${persons.userId} = ${userId})`,
  );

/** What a page of the roster is filtered by. An empty text does not filter. */
export interface PageValues {
  /** The `nameKey` of the last person of the page before. */
  readonly after: string;
  readonly status: PersonStatus;
  /** The ids of the people who may be found, as a JSON array. */
  readonly ids: string;
  readonly class: string;
  readonly role: string;
  readonly limit: number;
}

export const personsPage = prepare((value: Values<PageValues>) => {
  const hasCharacter = (condition: ReturnType<typeof sql>) =>
    existsIn(characters, and(eq(characters.personId, persons.id), condition));
  return build
    .select(PERSON)
    .from(persons)
    .where(
      and(
        gt(persons.nameKey, value.after),
        eq(persons.status, value.status),
        sql`(${value.ids} = '' or ${persons.id} in (
          select value from json_each(case when ${value.ids} = '' then '[]' else ${value.ids} end)))`,
        sql`(${value.class} = '' or ${hasCharacter(eq(characters.class, value.class))})`,
        sql`(${value.role} = '' or ${hasCharacter(eq(characters.role, value.role))})`,
      ),
    )
    .orderBy(asc(persons.nameKey))
    .limit(value.limit);
});

/** Names of active people of these ids, a JSON array. */
export const peopleOf = prepare(({ ids, limit }: Values<{ ids: string; limit: number }>) =>
  build
    .select(columnsOf(persons, "id", "name"))
    .from(persons)
    .where(
      and(
        sql`${persons.id} in (select value from json_each(${ids}))`,
        eq(persons.status, "active"),
      ),
    )
    .orderBy(asc(persons.nameKey))
    .limit(limit),
);

/** The class of a person's main, as an expression. Null for a person without a main. */
export function classOfMain(personId: SQLWrapper) {
  return asColumn(
    characters.class,
    sql`(select ${characters.class} from ${characters}
      where ${characters.personId} = ${personId} and ${isTrue(characters.isMain)})`,
  );
}

/** The class of a person's main. */
export const classOf = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select({ class: classOfMain(persons.id) })
    .from(persons)
    .where(sql`${persons.id} = ${id}`),
);

/** A condition: the person exists and is active. */
export function isActivePerson(id: SQLWrapper | string) {
  return existsIn(persons, and(sql`${persons.id} = ${id}`, eq(persons.status, "active")));
}

/** A condition: a person has a character of one of these classes and roles. Null means all of them. */
export function hasCharacterFor(
  personId: SQLWrapper,
  item: { readonly classes: readonly string[] | null; readonly roles: readonly string[] | null },
): SQL {
  const { classes, roles } = item;
  return hasCharacterAmong(personId, {
    classes: sql`${classes && JSON.stringify(classes)}`,
    roles: sql`${roles && JSON.stringify(roles)}`,
  });
}

/** The same for JSON lists that a query gets as its values. */
export function hasCharacterAmong(
  personId: SQLWrapper,
  { classes, roles }: { readonly classes: SQLWrapper; readonly roles: SQLWrapper },
): SQL {
  const isOneOf = (column: SQLWrapper, list: SQLWrapper) =>
    sql`(${list} is null or ${column} in (select value from json_each(${list})))`;
  const isFor = and(
    sql`${characters.personId} = ${personId}`,
    isOneOf(characters.class, classes),
    isOneOf(characters.role, roles),
  );
  return sql`((${classes} is null and ${roles} is null) or ${existsIn(characters, isFor)})`;
}

const mains = alias(characters, "mains");
const isActive = and(eq(persons.status, "active"), not(isTrue(persons.isExample)));

/** How many active people have a main of each role, and how many have no main. */
export const peopleByRole = prepare(() =>
  build
    .select({ role: mains.role, people: count(), mains: count(mains.id) })
    .from(persons)
    .leftJoin(mains, and(eq(mains.personId, persons.id), isTrue(mains.isMain)))
    .where(isActive)
    .groupBy(mains.role),
);

/** Active people with their characters: a row for each character, and for each person without any. */
export const activeCharacters = prepare(({ limit }: Values<{ limit: number }>) =>
  build
    .select({
      ...columnsOf(characters, "name", "class", "spec", "role", "realm", "isMain"),
      mainName: mains.name,
      mainRealm: mains.realm,
      person: persons.name,
    })
    .from(persons)
    .leftJoin(characters, eq(characters.personId, persons.id))
    .leftJoin(mains, and(eq(mains.personId, persons.id), isTrue(mains.isMain)))
    .where(isActive)
    .orderBy(asc(persons.nameKey), desc(characters.isMain), asc(characters.nameKey))
    .limit(limit),
);

export const personByName = prepare(({ nameKey }: Values<{ nameKey: string }>) =>
  build.select({ id: persons.id }).from(persons).where(eq(persons.nameKey, nameKey)),
);

/** Every person, archived ones too. */
export const allPeople = prepare(() =>
  build.select(columnsOf(persons, "id", "name", "status", "isExample")).from(persons),
);

/** Active members whose person has no character, by name. */
export const membersWithoutCharacter = prepare(() =>
  build
    .select(columnsOf(persons, "id", "name"))
    .from(persons)
    .where(
      and(
        isNotNull(persons.userId),
        eq(persons.status, "active"),
        not(existsIn(characters, eq(characters.personId, persons.id))),
      ),
    )
    .orderBy(asc(persons.nameKey)),
);

export const ownerOfCharacter = prepare(({ id }: Values<{ id: string }>) =>
  build.select({ personId: characters.personId }).from(characters).where(eq(characters.id, id)),
);

/** Every character, as an import compares it, the oldest first. */
export const allCharacters = prepare(() =>
  build
    .select(
      columnsOf(characters, "id", "personId", "name", "realm", "class", "spec", "role", "isMain"),
    )
    .from(characters)
    .orderBy(asc(characters.createdAt), asc(characters.id)),
);
