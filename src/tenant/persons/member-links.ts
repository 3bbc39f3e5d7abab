import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import type { PlatformStore } from "../../platform/store.ts";
import type { GuildContext } from "../context.ts";
import { allowJoins } from "../roster/joins.ts";
import { bothPersons } from "../roster/person-part.ts";
import { type Person, person } from "../roster/service.ts";
import { currentMembers } from "./members.ts";
import { joinPersons } from "./service.ts";

/**
 * Links the member of person `fromId` to person `id` of the roster: the two become one person. Officers
 * do this for members, because the points of a person belong to the linked member.
 * @throws {NotFound} `roster/person-not-found`, also if no member is linked to `fromId`.
 * @throws {Conflict} `roster/already-linked`, and what `joinPersons` throws.
 */
export async function linkMember(
  ctx: GuildContext,
  platform: PlatformStore,
  id: string,
  fromId: string,
): Promise<Person> {
  allowJoins(ctx);
  const ids = { fromId: fromId as PersonId, intoId: id as PersonId };
  const { from, into } = await bothPersons(ctx, ids);
  if (from.userId === null) {
    throw new NotFound(
      "roster/person-not-found",
      "This person is not a member. Choose another one.",
    );
  }
  const members = await currentMembers(ctx, platform);
  if (into.isExample || (into.userId !== null && members.has(into.userId))) {
    throw new Conflict(
      "roster/already-linked",
      "This person is an example, or already has a member. Reload the roster.",
    );
  }
  await joinPersons(ctx, platform, ids);
  return await person(ctx, id);
}
