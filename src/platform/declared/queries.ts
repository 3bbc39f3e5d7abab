import { and, asc, desc, eq, inArray, isNotNull, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { asBoolean, columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { GuildId } from "../../kernel/ids.ts";
import {
  auditLog,
  declaredGuilds,
  declaredRuns,
  guilds,
  operations,
  subscriptions,
  users,
} from "../schema.ts";

const grants = alias(subscriptions, "grants");

/** Every guild with all that a file can declare, in the order of their ids. */
export const declarableGuilds = prepare(() =>
  build
    .select({
      ...columnsOf(guilds, "id", "status", "slug", "name", "edition", "realm", "region", "faction"),
      ...columnsOf(guilds, "plan", "host", "discordGuildId", "isProtected", "ownLimits"),
      ...columnsOf(guilds, "timeZone", "description", "contact", "isPublic", "settings"),
      updatedAt: guilds.updatedAt,
      ownerEmail: users.email,
      grantedPlan: grants.plan,
      isPaid: asBoolean(
        existsIn(
          subscriptions,
          and(
            eq(subscriptions.guildId, guilds.id),
            eq(subscriptions.source, "stripe"),
            eq(subscriptions.status, "active"),
          ),
        ),
      ),
      ...columnsOf(declaredGuilds, "file", "document", "appliedBy", "appliedAt"),
    })
    .from(guilds)
    .innerJoin(users, eq(users.id, guilds.ownerId))
    .leftJoin(
      grants,
      and(eq(grants.guildId, guilds.id), eq(grants.source, "grant"), eq(grants.status, "active")),
    )
    .leftJoin(declaredGuilds, eq(declaredGuilds.guildId, guilds.id))
    .orderBy(asc(guilds.id)),
);

/** The accounts of addresses. The list travels as JSON, because a platform may have thousands of owners. */
export const accountsOf = prepare(({ emails }: Values<{ emails: string }>) =>
  build
    .select(columnsOf(users, "id", "email", "name"))
    .from(users)
    .where(sql`${users.email} in (select value from json_each(${emails}))`),
);

/** The run that holds the lock, if there is one. */
export const runningRun = prepare(() =>
  build
    .select(columnsOf(declaredRuns, "id", "planHash", "runner", "leaseUntil", "startedBy"))
    .from(declaredRuns)
    .where(eq(declaredRuns.status, "running")),
);

/** An unfinished run of the same plan. */
export const unfinishedRun = prepare(({ planHash }: Values<{ planHash: string }>) =>
  build
    .select(columnsOf(declaredRuns, "id"))
    .from(declaredRuns)
    .where(
      and(
        eq(declaredRuns.planHash, planHash),
        inArray(declaredRuns.status, ["running", "interrupted", "failed"]),
      ),
    )
    .limit(1),
);

/** The newest audit rows of a guild that set values, newest first. */
export const changesOfGuild = prepare(({ id, limit }: Values<{ id: GuildId; limit: number }>) =>
  build
    .select({
      ...columnsOf(auditLog, "at", "actorType", "actorId", "action", "after"),
      name: users.name,
    })
    .from(auditLog)
    .leftJoin(users, eq(users.id, auditLog.actorId))
    .where(and(eq(auditLog.guildId, id), isNotNull(auditLog.action)))
    .orderBy(desc(auditLog.seq))
    .limit(limit),
);

/** The running operation of a guild, which a dead process may have left. */
export const runningOperation = prepare(({ id }: Values<{ id: GuildId }>) =>
  build
    .select(columnsOf(operations, "id", "runner"))
    .from(operations)
    .where(and(eq(operations.guildId, id), eq(operations.status, "running"))),
);

/** A condition: no other guild has this name on this realm. */
export function nameIsTaken(
  id: GuildId,
  keys: Pick<typeof guilds.$inferSelect, "nameKey" | "realmKey" | "region" | "edition">,
) {
  return existsIn(
    guilds,
    and(
      eq(guilds.nameKey, keys.nameKey),
      eq(guilds.realmKey, keys.realmKey),
      eq(guilds.region, keys.region),
      eq(guilds.edition, keys.edition),
      ne(guilds.id, id),
    ),
  );
}
