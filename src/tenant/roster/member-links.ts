import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { PersonId, UserId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { type Person, person, personExists } from "./service.ts";

export interface LooseMember {
  readonly id: PersonId;
  readonly name: string;
}

/** Members whose person has no character: most are in the pasted roster under another name. */
export async function looseMembers(ctx: GuildContext): Promise<readonly LooseMember[]> {
  allow(ctx, "roster.manage");
  return await ctx.db.all<LooseMember>(
    `SELECT id, name FROM persons p WHERE user_id IS NOT NULL AND status = 'active'
       AND NOT EXISTS (SELECT 1 FROM characters WHERE person_id = p.id) ORDER BY name_key`,
  );
}

/**
 * Says that the member who is now person `fromId` is person `id` of the roster. The person left
 * behind keeps its history; without characters it is archived, from where it can be restored.
 * Members never do this themselves: whoever claims a name would claim its points.
 * @throws {NotFound} `roster/person-not-found`, also when `fromId` is no member's person.
 * @throws {Conflict} `roster/already-linked`
 */
export async function linkMember(ctx: GuildContext, id: string, fromId: string): Promise<Person> {
  allow(ctx, "roster.manage");
  const from = await ctx.db.first<{ user_id: UserId | null }>(
    "SELECT user_id FROM persons WHERE id = ?",
    fromId,
  );
  if (!from?.user_id) {
    throw new NotFound("roster/person-not-found", "That person is no member. Choose another one.");
  }
  const userId = from.user_id;
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    personExists(id),
    guard(
      sql`exists (select 1 from persons where id = ${id} and user_id is null and is_example = 0)
        and exists (select 1 from persons where id = ${fromId} and user_id = ${userId})`,
      () =>
        new Conflict(
          "roster/already-linked",
          "This person belongs to a member already, or to the example. Look at the roster again.",
        ),
    ),
    {
      sql: `UPDATE persons SET user_id = NULL, updated_at = ?1, status = CASE WHEN EXISTS (
              SELECT 1 FROM characters WHERE person_id = ?2) THEN status ELSE 'archived' END
            WHERE id = ?2`,
      args: [nowMs, fromId],
    },
    {
      sql: "UPDATE persons SET user_id = ?, updated_at = ? WHERE id = ?",
      args: [userId, nowMs, id],
    },
    record(ctx, "person.link", id, { before: { personId: fromId }, after: { userId } }),
  ]);
  return await person(ctx, id);
}
