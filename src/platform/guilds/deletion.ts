import { and, desc, eq, sql } from "drizzle-orm";
import { asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../accounts/accounts.ts";
import { type ActingContext, type PlatformContext, record, requireProved } from "../context.ts";
import { endDomainSessions } from "../domains/claims.ts";
import { jobs as queuedJobs } from "../fleet/schema.ts";
import { guildLimit, planByName } from "../plans/service.ts";
import { guilds } from "../schema.ts";
import type { Guild } from "../store.ts";
import { refuseOtherName } from "./name-confirmation.ts";
import { unlessProtected } from "./protection.ts";

/** The job that purges a deleted guild. */
export const PURGE_JOB = "guild.purge";

/** A deleted guild of the owner, and until when it can be restored. */
export interface DeletedGuild {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly purgeAfter: number;
}

/**
 * Deletes the guild of the request. Its owner has typed its name. The guild disappears for all members
 * at once and can be restored for a month.
 * @throws {Invalid} `guild/name-differs` @throws {Forbidden} `auth/proof-required`
 */
export async function deleteOwnGuild(
  ctx: GuildContext,
  platform: PlatformContext,
  typed: string,
): Promise<{ purgeAfter: number }> {
  allow(ctx, "guild.own");
  requireProved(accountHolder(platform), ctx.now());
  refuseOtherName(ctx, typed);
  return await deleteGuild(platform, ctx.guild);
}

/**
 * Deletes a guild that is not being founded or deleted. Its slug, name and database are kept until it
 * is purged.
 * @throws {Conflict} `guild/status-changed`, `guild/protected`
 */
export async function deleteGuild(
  ctx: ActingContext,
  guild: Guild,
): Promise<{ purgeAfter: number }> {
  const { platform, tenants, jobs } = ctx.services;
  // A clock that is behind must not shorten the time for restoring the guild.
  const purgeAfter = platform.clock.latest().getTime() + limits.guild.deletionGraceMs;
  const { id, slug, name, status } = guild;
  if (!["ready", "suspended", "failed"].includes(status)) throw moved();
  await platform.advanceGuild(id, status, "deleted", { deletedFrom: status, purgeAfter }, [
    unlessProtected(id),
    endDomainSessions(id),
    jobs.enqueueRow(id, PURGE_JOB, "", purgeAfter),
    record(ctx, "guild.delete", id, { guildId: id, before: { slug, name, status } }),
  ]);
  tenants.evict(id);
  return { purgeAfter };
}

const deletedGuildsOf = prepare(({ userId }: Values<{ userId: UserId }>) =>
  build
    .select({
      ...columnsOf(guilds, "id", "slug", "name"),
      purgeAfter: asNumber(guilds.purgeAfter),
    })
    .from(guilds)
    .where(and(eq(guilds.ownerId, userId), eq(guilds.status, "deleted")))
    .orderBy(desc(guilds.purgeAfter)),
);

/** The caller's deleted guilds that can still be restored, newest first. */
export async function deletedGuilds(ctx: PlatformContext): Promise<readonly DeletedGuild[]> {
  const { userId } = accountHolder(ctx);
  return await deletedGuildsOf.all(ctx.services.platform.db, { userId });
}

/**
 * Restores a deleted guild of the caller.
 * @throws {NotFound} `guild/not-found` @throws {LimitReached} `plan/guilds`
 */
export async function undeleteOwnGuild(ctx: PlatformContext, id: string): Promise<Guild> {
  const { platform } = ctx.services;
  const { userId } = accountHolder(ctx);
  const guild = await platform.guild(id as GuildId);
  if (!guild || guild.ownerId !== userId || guild.status !== "deleted") {
    throw new NotFound("guild/not-found", "This guild does not exist, or you cannot see it.");
  }
  return await undelete(ctx, guild, [
    guildLimit(userId, await planByName(platform, guild.plan.name)),
  ]);
}

/** The same for an operator, without a plan's limits. @throws {Conflict} `guild/status-changed` */
export async function undeleteGuild(ctx: ActingContext, guild: Guild): Promise<Guild> {
  return await undelete(ctx, guild, []);
}

async function undelete(
  ctx: ActingContext,
  guild: Guild,
  guards: readonly ReturnType<typeof guard>[],
): Promise<Guild> {
  const { platform } = ctx.services;
  await write(platform.db, [
    guard(sql`exists (select 1 from guilds where id = ${guild.id} and status = 'deleted')`, moved),
    ...guards,
    build
      .update(guilds)
      .set({
        status: sql`${guilds.deletedFrom}`,
        deletedFrom: null,
        purgeAfter: null,
        updatedAt: platform.now().getTime(),
      })
      .where(eq(guilds.id, guild.id)),
    build
      .delete(queuedJobs)
      .where(and(eq(queuedJobs.guildId, guild.id), eq(queuedJobs.kind, PURGE_JOB))),
    record(ctx, "guild.undelete", guild.id, { guildId: guild.id }),
  ]);
  ctx.services.wakeJobs();
  return (await platform.guild(guild.id))!;
}

function moved(): Conflict {
  return new Conflict(
    "guild/status-changed",
    "The status of this guild has changed. Check it and try again.",
  );
}
