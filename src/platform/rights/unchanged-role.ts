import { and, eq } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import type { Role } from "../../kernel/permissions.ts";
import type { GuildContext } from "../../tenant/context.ts";
import { memberships } from "../schema.ts";

/** Fails if the actor's role changed since the request was authorized. */
export function actorUnchanged(ctx: GuildContext): readonly Guard[] {
  const { actor } = ctx;
  return actor.type === "user" ? [sameRole(ctx, actor.userId, actor.role)] : [];
}

/** Fails if the member's role changed since it was read. */
export function sameRole(ctx: GuildContext, userId: UserId, role: Role): Guard {
  return guard(
    existsIn(
      memberships,
      and(
        eq(memberships.guildId, ctx.guild.id),
        eq(memberships.userId, userId),
        eq(memberships.role, role),
      ),
    ),
    () =>
      new Conflict(
        "guild/member-changed",
        "Another person just changed this member. Reload the page.",
      ),
  );
}
