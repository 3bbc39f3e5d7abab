import { and, eq, sql } from "drizzle-orm";
import { existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import type { CharacterId, PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import type { ClassId } from "./classes.ts";
import { promoteOldest } from "./placement.ts";
import { characters, type PersonStatus, persons, type RaidRole } from "./schema.ts";
import { characterRow, personRow } from "./service.ts";

// People of the past, as imports write them. The statements belong to a write of the caller, which
// records why.

export interface PastPerson {
  readonly id: PersonId;
  readonly name: string;
  readonly note: string;
  readonly officerNote: string;
  readonly status: PersonStatus;
  /** Since when attendance counts: the start of the day on which they joined, or of their first entry. */
  readonly since: number | null;
}

export function pastPerson(ctx: GuildContext, person: PastPerson): Writable {
  const { note, officerNote, status, since } = person;
  const row = personRow(ctx, person.id, person.name);
  return insertInto(persons, { ...row, note, officerNote, status, memberSince: since });
}

export function pastCharacter(
  ctx: GuildContext,
  character: {
    readonly id: CharacterId;
    readonly personId: PersonId;
    readonly name: string;
    readonly realm: string;
    readonly class: ClassId;
    readonly spec: string;
    readonly role: RaidRole | null;
    readonly isMain: boolean;
  },
): Writable {
  const { id, personId, isMain, ...rest } = character;
  const row = characterRow(ctx, personId, rest);
  return insertInto(characters, { ...row, id, isMain });
}

/** Archives a person, or restores an archived one. */
export function pastStatus(ctx: GuildContext, id: string, status: PersonStatus): Writable {
  return build
    .update(persons)
    .set({ status, updatedAt: ctx.now().getTime() })
    .where(sql`${persons.id} = ${id}`);
}

/** Removes a character that an import added. Its person keeps a main. */
export function withoutCharacter(id: string, personId: PersonId): readonly Writable[] {
  return [
    build.delete(characters).where(sql`${characters.id} = ${id}`),
    ...promoteOldest(personId),
  ];
}

/** Removes a person whom nothing refers to. */
export function withoutPerson(id: string): Writable {
  return build
    .delete(persons)
    .where(
      and(
        sql`${persons.id} = ${id}`,
        sql`not ${existsIn(characters, eq(characters.personId, persons.id))}`,
      ),
    );
}

/** People of this list who belong to an account, or got another character since. */
export const peopleInUse = prepare((value: Values<{ people: string; made: string }>) =>
  build
    .selectDistinct({ id: persons.id, name: persons.name })
    .from(persons)
    .leftJoin(characters, eq(characters.personId, persons.id))
    .where(
      and(
        sql`${persons.id} in (select value from json_each(${value.people}))`,
        sql`(${persons.userId} is not null or (${characters.id} is not null
          and ${characters.id} not in (select value from json_each(${value.made}))))`,
      ),
    ),
);
