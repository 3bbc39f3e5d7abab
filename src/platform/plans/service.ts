import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import type { UserId } from "../../kernel/ids.ts";
import type { GuildContext } from "../../tenant/context.ts";
import type { Guild, Plan, PlatformStore } from "../store.ts";
import { listPlans } from "./list.ts";
import { guildsReached, keysReached, membersReached, type Used } from "./plans.ts";

/** How much of a guild's plan is used. */
export interface Usage {
  readonly plan: string;
  readonly members: Used;
  readonly guilds: Used;
  readonly keys: Used;
}

/** A plan by its name. @throws Error when it was taken away though guilds still need it. */
export async function planByName(platform: PlatformStore, name: string): Promise<Plan> {
  const plan = (await listPlans(platform)).find((one) => one.name === name);
  if (plan) return plan;
  throw new Error(`The plan "${name}" is missing from the table of plans.`);
}

export async function usageOf(platform: PlatformStore, guild: Guild): Promise<Usage> {
  const row = await platform.db.first<{ members: number; guilds: number; keys: number }>(
    `SELECT (SELECT count(*) FROM memberships WHERE guild_id = ?1) AS members,
       (SELECT count(*) FROM guilds WHERE owner_id = ?2 AND plan = ?3 AND status NOT IN ('deleted', 'deleting'))
         AS guilds,
       (SELECT count(*) FROM api_keys WHERE guild_id = ?1 AND revoked_at IS NULL
         AND successor_id IS NULL
         AND (expires_at IS NULL OR expires_at > ?4)) AS keys`,
    guild.id,
    guild.ownerId,
    guild.plan.name,
    platform.now().getTime(),
  );
  return {
    plan: guild.plan.name,
    members: { used: row!.members, limit: guild.plan.membersMax },
    guilds: { used: row!.guilds, limit: guild.plan.guildsPerAccountMax },
    keys: { used: row!.keys, limit: guild.plan.keysMax },
  };
}

/** Holds the plan's number of guilds per owner, inside the write that would add one. */
export function guildLimit(ownerId: UserId, plan: Plan): Guard {
  // A guild that failed keeps its name and can be tried again, so it counts.
  return guard(
    sql`(select count(*) from guilds where owner_id = ${ownerId} and plan = ${plan.name}
          and status not in ('deleted', 'deleting'))
        < (select coalesce(guilds_per_account_max, 1e9) from plans where name = ${plan.name})`,
    () => guildsReached(plan),
  );
}

/** Holds the plan's number of members, inside the write that would add one. */
export function memberLimit(guild: Guild): Guard {
  return guard(
    sql`(select count(*) from memberships where guild_id = ${guild.id})
        < (select coalesce(p.members_max, 1e9) from guilds g join plans p on p.name = g.plan
           where g.id = ${guild.id})`,
    () => membersReached(guild.plan),
  );
}

/** Holds the plan's number of keys, inside the write that would add one. */
export function keyLimit(guild: Guild, nowMs: number): Guard {
  return guard(
    sql`(select count(*) from api_keys where guild_id = ${guild.id} and revoked_at is null
          and successor_id is null
          and (expires_at is null or expires_at > ${nowMs}))
        < (select coalesce(p.keys_max, 1e9) from guilds g join plans p on p.name = g.plan
           where g.id = ${guild.id})`,
    () => keysReached(guild.plan),
  );
}

/** Bytes of logs in the guild's own database, as they were sent, and the plan's room for them. */
export async function logStorageOf({ db, guild }: GuildContext): Promise<Used> {
  const row = await db.first<{ bytes: number }>(
    "SELECT coalesce(sum(size_bytes), 0) AS bytes FROM log_reports",
  );
  return { used: row!.bytes, limit: guild.plan.logBytesMax };
}
