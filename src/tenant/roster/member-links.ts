import { and, eq, isNull, not, sql } from "drizzle-orm";
import { existsIn, isTrue } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { membersWithoutCharacter, userOfPerson } from "./queries.ts";
import { characters, persons } from "./schema.ts";
import { isPerson, type Person, person, personExists } from "./service.ts";

export interface LooseMember {
  readonly id: PersonId;
  readonly name: string;
}

/** Lists members whose person has no character. Most are in the pasted roster under another name. */
export async function looseMembers(ctx: GuildContext): Promise<readonly LooseMember[]> {
  allow(ctx, "roster.manage");
  return await membersWithoutCharacter.all(ctx.db);
}

/**
 * Links the member of person `fromId` to person `id` of the roster. Person `fromId` keeps its history, and
 * is archived if it has no characters. Officers do this for members, because the points of a person belong
 * to the linked member.
 * @throws {NotFound} `roster/person-not-found`, also if no member is linked to `fromId`.
 * @throws {Conflict} `roster/already-linked`
 */
export async function linkMember(ctx: GuildContext, id: string, fromId: string): Promise<Person> {
  allow(ctx, "roster.manage");
  const from = await userOfPerson.first(ctx.db, { id: fromId });
  if (!from?.userId) {
    throw new NotFound(
      "roster/person-not-found",
      "This person is not a member. Choose another one.",
    );
  }
  const { userId } = from;
  const nowMs = ctx.now().getTime();
  const hasCharacter = existsIn(characters, sql`${characters.personId} = ${fromId}`);
  await write(ctx.db, [
    personExists(id),
    guard(
      sql`${existsIn(persons, and(isPerson(id), isNull(persons.userId), not(isTrue(persons.isExample))))}
        and ${existsIn(persons, and(isPerson(fromId), eq(persons.userId, userId)))}`,
      () =>
        new Conflict(
          "roster/already-linked",
          "This person already belongs to a member or to the example. Reload the roster.",
        ),
    ),
    build
      .update(persons)
      .set({
        userId: null,
        updatedAt: nowMs,
        status: sql`case when ${hasCharacter} then ${persons.status} else 'archived' end`,
      })
      .where(isPerson(fromId)),
    build.update(persons).set({ userId, updatedAt: nowMs }).where(isPerson(id)),
    record(ctx, "person.link", id, { before: { personId: fromId }, after: { userId } }),
  ]);
  return await person(ctx, id);
}
