import type { PersonId } from "../../kernel/ids.ts";
import { allow, type GuildContext } from "../context.ts";
import { hasJoins, joinsOfPerson, type StoredJoin } from "./joins.ts";
import { allPeople, membersWithoutCharacter } from "./queries.ts";

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

/** Lists the joins of a person with others, and the moves of its characters. */
export async function joinsOf(ctx: GuildContext, id: string): Promise<readonly StoredJoin[]> {
  allow(ctx, "roster.manage");
  return hasJoins(ctx) ? await joinsOfPerson.all(ctx.db, { id }) : [];
}
