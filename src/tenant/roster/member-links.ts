import { and, eq, not, sql } from "drizzle-orm";
import { existsIn, isTrue } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { PersonId, UserId } from "../../kernel/ids.ts";
import { allow, type GuildContext } from "../context.ts";
import { hasJoins, joinsOfPerson, type StoredJoin } from "./joins.ts";
import { allPeople, membersWithoutCharacter, personOfUser } from "./queries.ts";
import { persons } from "./schema.ts";

export interface LooseMember {
  readonly id: PersonId;
  readonly name: string;
}

/** Lists members whose person has no character. Most are in the pasted roster under another name. */
export async function looseMembers(ctx: GuildContext): Promise<readonly LooseMember[]> {
  allow(ctx, "roster.manage");
  return await membersWithoutCharacter.all(ctx.db);
}

/** Lists the other people of the active roster, by name. */
export async function otherPeople(ctx: GuildContext, id: string): Promise<readonly LooseMember[]> {
  allow(ctx, "roster.manage");
  const people = await allPeople.all(ctx.db);
  return people
    .filter((one) => one.status === "active" && !one.isExample && one.id !== id)
    .map(({ id: personId, name }) => ({ id: personId, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Is this the caller's own person? */
export async function isOwnPerson(ctx: GuildContext, id: string): Promise<boolean> {
  allow(ctx, "roster.view");
  if (ctx.actor.type !== "user") return false;
  return (await personOfUser.first(ctx.db, { userId: ctx.actor.userId }))?.id === id;
}

/** Lists the joins of a person with others, and the moves of its characters. */
export async function joinsOf(ctx: GuildContext, id: string): Promise<readonly StoredJoin[]> {
  allow(ctx, "roster.manage");
  return hasJoins(ctx) ? await joinsOfPerson.all(ctx.db, { id }) : [];
}

/**
 * Gives a member the person of the roster who is theirs, in place of the account `former` that left the
 * guild. It belongs into a write that records why.
 * @throws {Conflict} `roster/already-linked`
 */
export function linkUser(
  ctx: Pick<GuildContext, "now">,
  id: PersonId,
  userId: UserId,
  former: UserId | null = null,
): readonly (Writable | Guard)[] {
  const isIt = eq(persons.id, id);
  return [
    guard(
      existsIn(
        persons,
        and(isIt, sql`${persons.userId} is ${former}`, not(isTrue(persons.isExample))),
      ),
      () =>
        new Conflict(
          "roster/already-linked",
          "This person is an example, or already has a member. Reload the roster.",
        ),
    ),
    build.update(persons).set({ userId, updatedAt: ctx.now().getTime() }).where(isIt),
  ];
}
