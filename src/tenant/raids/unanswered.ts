import { and, asc, eq, isNull, not, or, sql } from "drizzle-orm";
import { columnsOf, existsIn, isTrue, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { characters, persons } from "../roster/schema.ts";
import { raids, raidTeamMembers, signups } from "./schema.ts";

const peopleWithout = prepare(({ raidId, limit }: Values<{ raidId: string; limit: number }>) =>
  build
    .select(columnsOf(persons, "id", "name"))
    .from(persons)
    .innerJoin(raids, sql`${raids.id} = ${raidId}`)
    .where(
      and(
        eq(persons.status, "active"),
        not(isTrue(persons.isExample)),
        isTrue(persons.isRaider),
        existsIn(characters, eq(characters.personId, persons.id)),
        not(existsIn(signups, and(eq(signups.raidId, raids.id), eq(signups.personId, persons.id)))),
        or(
          isNull(raids.teamId),
          existsIn(
            raidTeamMembers,
            and(eq(raidTeamMembers.teamId, raids.teamId), eq(raidTeamMembers.personId, persons.id)),
          ),
        ),
      ),
    )
    .orderBy(asc(persons.nameKey))
    .limit(limit),
);

/** Raiders whom a raid is for and who have not answered, by name. People without a character are left out. */
export async function unanswered(ctx: GuildContext, raidId: string) {
  allow(ctx, "raids.manage");
  return await peopleWithout.all(ctx.db, { raidId, limit: limits.raids.unansweredMax });
}
